"""`castmates edit NAME inpaint`: what is painted over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from castmates.cli.options import HERE, JsonOption, StudioOption
from castmates.cli.verbs.editing import FinderOption, SheetOption, WhereOption, WriteOption, do

app = typer.Typer()


@app.command("inpaint")
def inpaint(
    context: typer.Context,
    box: Annotated[
        list[str] | None,
        typer.Option(help="left,top,right,bottom in pixels or per cent; may be given again."),
    ] = None,
    mask: Annotated[
        Path | None, typer.Option(help="A picture, white where it goes; or a folder of 0007.png.")
    ] = None,
    tag: Annotated[str, typer.Option(help="What a finder calls it: cup, cell phone, …")] = "",
    finder: FinderOption = "",
    grow: Annotated[
        int | None, typer.Option(help="Pixels by which the hole is made larger.")
    ] = None,
    method: Annotated[str, typer.Option(help="navier-stokes, or telea.")] = "navier-stokes",
    radius: Annotated[float, typer.Option(help="How far around is looked, in pixels.")] = 5.0,
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Paint things and effects over with what lies around them, by OpenCV (castmates[edit]).

    Example: castmates edit pip inpaint --box 70%,88%,99%,99% --where number:7 --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit_inpaint

    hole = edit_inpaint.Hole(tuple(box or ()), mask, tag, finder, grow, method, radius)
    do(
        lambda how: edit_inpaint.inpaint(Studio.open(studio), context.obj, hole, how),
        where,
        write,
        sheet,
        as_json,
    )
