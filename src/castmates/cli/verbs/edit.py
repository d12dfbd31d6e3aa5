"""`castmates edit`: what is done to pictures; `edit NAME` alone shows their steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castmates.cli.door import pass_through
from castmates.cli.groups import NearVerbs
from castmates.cli.options import HERE, JsonOption, StudioOption
from castmates.cli.verbs import edit_inpaint, edit_sorting
from castmates.cli.verbs.editing import (
    FinderOption,
    RefineOption,
    SheetOption,
    WhereOption,
    WriteOption,
    do,
)

if TYPE_CHECKING:
    from castmates.pictures.edits.entries import Entry
    from castmates.studio.edit import Edited, How


class _NameFirst(NearVerbs):
    """Options right behind NAME are those of `show`; WHAT NAME is understood as NAME WHAT."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = [word in self.commands for word in args[:2]]
        if known == [True, False] and not args[1].startswith("-"):
            args = [args[1], args[0], *args[2:]]
        options = [word.startswith("-") for word in args[:2]]
        if options == [False, True] and args[1] != "--help":
            args = [args[0], "show", *args[1:]]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_NameFirst,
    help="Cut, turn, split, mend, sort pictures: shown, written when told to, taken back by undo.",
    invoke_without_command=True,
    subcommand_metavar="[WHAT] …",
)


@app.callback()
def _root(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The character's name.")],
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Cut, turn, split and sort a character's pictures; the untouched ones are kept.

    Shown first, written with --write, taken back by castmates undo. Without WHAT: the steps kept.

    Example: castmates edit pip crop --box 10%,0%,90%,100% --where number:7 --write
    """
    context.obj = name
    context.default_map = {
        verb: {"studio": str(studio), "as_json": as_json}
        for verb in context.command.commands  # type: ignore[attr-defined]
    }
    if context.invoked_subcommand is None:
        _show(name, studio, as_json)


@app.command("show")
def show(context: typer.Context, studio: StudioOption = HERE, as_json: JsonOption = False) -> None:
    """Show the steps that pictures are drawn by.

    Example: castmates edit pip show --studio my-studio
    """
    _show(context.obj, studio, as_json)


@app.command("crop")
def crop(
    context: typer.Context,
    box: Annotated[
        str, typer.Option(help="left,top,right,bottom in pixels, or per cent: 5%,0%,95%,100%")
    ] = "",
    subject: Annotated[bool, typer.Option("--subject", help="Close around the figure.")] = False,
    margin: Annotated[float, typer.Option(help="Room around it, by its longer side.")] = 0.08,
    finder: FinderOption = "",
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Keep a box, or the figure with some room around it.

    Example: castmates edit pip crop --subject --finder yolo:people.onnx --write
    """
    from castmates.core.errors import BadInput
    from castmates.files.studio import Studio
    from castmates.studio import edit
    from castmates.studio.edit_figures import Ask

    def work(how: How) -> Edited:
        house = Studio.open(studio)
        if bool(box) == subject:
            raise BadInput("Wanted --box or --subject, one of them.", "As in: --box 0,0,512,512")
        if subject:
            return edit.crop_to_subject(house, context.obj, Ask(finder), margin, how)
        return edit.crop(house, context.obj, box, how)

    do(work, where, write, sheet, as_json)


@app.command("turn")
def turn(
    context: typer.Context,
    by: Annotated[float, typer.Option(help="Degrees, clockwise: 90, -90, 180, 2.5")],
    fill: Annotated[
        str, typer.Option(help="Colour of the corners; without it they are cut off.")
    ] = "",
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Turn pictures: quarter turns lose nothing, small angles put a horizon straight.

    Example: castmates edit pip turn --by 90 --where number:7 --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit

    do(
        lambda how: edit.turn(Studio.open(studio), context.obj, by, fill, how),
        where,
        write,
        sheet,
        as_json,
    )


@app.command("unbar")
def unbar(
    context: typer.Context,
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Take even bars (letterbox) off.

    Example: castmates edit pip unbar --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit

    do(lambda how: edit.unbar(Studio.open(studio), context.obj, how), where, write, sheet, as_json)


@app.command("split")
def split(
    context: typer.Context,
    finder: FinderOption = "",
    margin: Annotated[float, typer.Option(help="Room around each, by its longer side.")] = 0.08,
    least: Annotated[
        float, typer.Option(help="Smaller ones than this share of the largest get no picture.")
    ] = 0.25,
    keep_whole: Annotated[
        bool, typer.Option("--keep-whole", help="The picture of all of them stays as well.")
    ] = False,
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make one picture of each figure where there are several; the caption goes along.

    Example: castmates edit pip split --finder yolo:people.onnx --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit
    from castmates.studio.edit_figures import Ask

    def work(how: How) -> Edited:
        options = {"margin": margin, "least": least}
        house, ask = Studio.open(studio), Ask(finder)
        return edit.split_apart(house, context.obj, ask, **options, keep_whole=keep_whole, how=how)

    do(work, where, write, sheet, as_json)


@app.command("background")
def background(
    context: typer.Context,
    to: Annotated[
        str, typer.Option(help="white, a colour, several (white,#88aaff), blurred, transparent.")
    ],
    copies: Annotated[
        bool, typer.Option("--copies", help="Every picture in every colour, as new pictures.")
    ] = False,
    finder: FinderOption = "",
    box: Annotated[str, typer.Option(help="Where the figure is, instead of a finder.")] = "",
    refine: RefineOption = "",
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Put another background behind the figures; of several colours each picture gets the next.

    Example: castmates edit pip background --to white,lightgrey,skyblue --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit
    from castmates.studio.edit_figures import Ask

    def work(how: How) -> Edited:
        house, ask = Studio.open(studio), Ask(finder, box, refine)
        return edit.background(house, context.obj, to.split(","), ask, copies=copies, how=how)

    do(work, where, write, sheet, as_json)


@app.command("without")
def without(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(help="crop, subject, turn, unbar, background, inpaint, or all.")
    ],
    where: WhereOption = "",
    write: WriteOption = False,
    sheet: SheetOption = None,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Take steps of a kind away and draw the pictures anew from the untouched ones.

    Example: castmates edit pip without background --where number:7 --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit

    do(
        lambda how: edit.take_away(Studio.open(studio), context.obj, kind, how),
        where,
        write,
        sheet,
        as_json,
    )


@app.command("redraw")
def redraw(
    context: typer.Context,
    where: WhereOption = "",
    write: WriteOption = False,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Draw pictures anew after you changed their steps in edits.toml.

    Example: castmates edit pip redraw --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit

    do(
        lambda how: edit.redraw(Studio.open(studio), context.obj, how),
        where,
        write,
        None,
        as_json,
    )


app.add_typer(edit_inpaint.app)
app.add_typer(edit_sorting.app)


def _show(name: str, studio: Path, as_json: bool) -> None:
    from castmates.files.studio import Studio
    from castmates.pictures.edits.steps import said
    from castmates.studio.edit import steps_kept

    def words(entries: dict[int, Entry]) -> str:
        lines = [
            f"{number:04d}  {'; '.join(said(step) for step in entry.step) or 'nothing'}"
            f"  (from kept/{entry.untouched})"
            for number, entry in entries.items()
        ]
        return "\n".join(lines) or "No picture was edited."

    def data(entries: dict[int, Entry]) -> dict[str, Any]:
        return {"picture": [entry.model_dump(mode="json") for entry in entries.values()]}

    pass_through(
        lambda _: steps_kept(Studio.open(studio), name), as_json=as_json, words=words, data=data
    )
