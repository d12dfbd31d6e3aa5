"""What every verb of `edit` shares: its options, and how the result is told; knows no verb."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through

if TYPE_CHECKING:
    from rich.text import Text

    from castmates.core.events import Tell
    from castmates.studio.edit import Edited, How

WhereOption = Annotated[
    str, typer.Option(help="Only these: 'number:7', 'group:low AND NOT view:behind', …")
]
WriteOption = Annotated[bool, typer.Option("--write", help="Do it; else it is only shown.")]
SheetOption = Annotated[
    Path | None, typer.Option(help="A PNG of pictures before and after, to look at.")
]
FinderOption = Annotated[
    str, typer.Option(help="Who finds figures: yolo:FILE.onnx, onnx:FOLDER, storybook.")
]
RefineOption = Annotated[
    str, typer.Option(help="grabcut: follow outlines closely, by OpenCV (castmates[edit]).")
]
TaggerOption = Annotated[
    str, typer.Option(help="Who names what is seen: storybook, wd:FOLDER, or none.")
]
EncoderOption = Annotated[str, typer.Option(help="Who compares pictures: onnx:FOLDER, storybook.")]
ProposeOption = Annotated[bool, typer.Option("--propose", help="Let it be proposed.")]


def do(
    work: Callable[[How], Edited], where: str, write: bool, sheet: Path | None, as_json: bool
) -> None:
    def run(tell: Tell) -> Edited:
        from castmates.studio.edit import How

        return work(How(where, write, sheet, tell))

    pass_through(
        run, as_json=as_json, words=_told, data=lambda edited: edited.model_dump(mode="json")
    )


def _told(edited: Edited) -> Text:
    from rich.text import Text

    said = Text()
    for one in edited.pictures:
        said.append(f"{one.number:04d}  ").append(one.before, "red").append(" → ")
        said.append(one.after, "green").append(f"  {one.why}\n" if one.why else "\n")
    for number, why in edited.skipped:
        said.append(f"{number:04d}  stays: {why}\n")
    count = f"{len(edited.pictures)} pictures ({edited.meant} meant)"
    if not edited.written:
        return said.append(f"{count} would change. Add --write to do it.")
    for sentence in edited.means:
        said.append(f"{sentence}\n")
    return said.append(f"{count} changed. castmates undo takes it back.")
