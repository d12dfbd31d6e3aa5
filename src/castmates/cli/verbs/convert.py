"""`castmates convert`: an adapter in another dialect, kind or rank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import JsonOption

if TYPE_CHECKING:
    from castmates.adapters.convert import Converted


def command(
    source: Annotated[Path, typer.Argument(metavar="IN", help="An adapter (.safetensors).")],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Where the result goes.")],
    to: Annotated[str, typer.Option("--to", help="Whose names: kohya, diffusers, peft.")] = "kohya",
    kind: Annotated[str, typer.Option(help="lora: a LoHa or LoKr as plain factors.")] = "",
    rank: Annotated[
        int | None, typer.Option(min=1, help="At most; the nearest factors of that rank (SVD).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an adapter for other programs, and say how exact it is.

    Example: castmates convert pip-loha.safetensors pip.safetensors --kind lora --rank 16
    """
    from castmates.studio.convert import convert

    def words(made: Converted) -> str:
        rank = f" of rank {made.rank}" if made.rank else ""
        lines = [f"{made.path}: {made.kind}{rank}, {made.modules} layers, in {made.dialect} names"]
        return "\n".join([*lines, *made.notes])

    pass_through(
        lambda _: convert(source, target, to=to, kind=kind, rank=rank),
        as_json=as_json,
        words=words,
        data=lambda made: made.model_dump(mode="json"),
    )
