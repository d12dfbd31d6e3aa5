"""`castmates convert`: an adapter in another dialect, kind or rank, or several as one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import JsonOption
from castmates.core.errors import BadInput

if TYPE_CHECKING:
    from castmates.adapters.convert import Converted


def command(
    sources: Annotated[
        list[Path], typer.Argument(metavar="IN...", help="An adapter (.safetensors), or several.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT", help="Where the result goes.")],
    weights: Annotated[
        str, typer.Option(help="Of several: how much of each, as in 0.7,0.3; without: 1 each.")
    ] = "",
    to: Annotated[str, typer.Option("--to", help="Whose names: kohya, diffusers, peft.")] = "kohya",
    kind: Annotated[str, typer.Option(help="lora: a LoHa or LoKr as plain factors.")] = "",
    rank: Annotated[
        int | None, typer.Option(min=1, help="At most; the nearest factors of that rank (SVD).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write an adapter for other programs, or several as one, and say how exact it is.

    Example: castmates convert pip-loha.safetensors pip.safetensors --kind lora --rank 16

    Example: castmates convert pip.safetensors inks.safetensors both.safetensors --weights 0.7,0.3
    """
    from castmates.studio.convert import convert

    def words(made: Converted) -> str:
        rank = f" of rank {made.rank}" if made.rank else ""
        lines = [f"{made.path}: {made.kind}{rank}, {made.modules} layers, in {made.dialect} names"]
        return "\n".join([*lines, *made.notes])

    pass_through(
        lambda _: convert(sources, target, weights=_numbers(weights), to=to, kind=kind, rank=rank),
        as_json=as_json,
        words=words,
        data=lambda made: made.model_dump(mode="json"),
    )


def _numbers(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError as error:
        raise BadInput(f"--weights {text} are no numbers.", "As in: --weights 0.7,0.3") from error
