"""`castmates compare`: a grid of epochs and strengths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption

if TYPE_CHECKING:
    from castmates.studio.compare import Compared


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    strengths: Annotated[str, typer.Option(help="Columns of the grid.")] = "0.4, 0.6, 0.8, 1.0",
    seeds: Annotated[int, typer.Option(min=1, max=16, help="Pictures per cell and prompt.")] = 3,
    as_json: JsonOption = False,
) -> None:
    """Draw every saved epoch at every strength: plain, and with a Christmas hat.

    Example: castmates compare pip --studio my-studio --strengths "0.5, 0.8, 1"
    """
    from castmates.files.studio import Studio
    from castmates.studio.compare import compare, read_strengths

    def words(compared: Compared) -> str:
        return (
            f"{name}: {compared.cells} pictures; the grid is {compared.grid}\n"
            f"Next: castmates choose {name} --studio {studio}"
        )

    pass_through(
        lambda tell: compare(
            Studio.open(studio),
            name,
            base=base,
            strengths=read_strengths(strengths),
            seeds=seeds,
            tell=tell,
        ),
        as_json=as_json,
        words=words,
        data=lambda compared: compared.model_dump(mode="json"),
    )
