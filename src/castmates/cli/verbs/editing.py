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


_SHOWN = 3


def do(
    work: Callable[[How], Edited], where: str, write: bool, sheet: Path | None, as_json: bool
) -> None:
    def run(tell: Tell) -> Edited:
        from castmates.studio.edit import How

        return work(How(where, write, sheet, tell))

    pass_through(
        run,
        as_json=as_json,
        words=lambda edited: _told(edited, where),
        data=lambda edited: edited.model_dump(mode="json"),
    )


def summed(count: str, changed: int, meant: int, written: bool, where: str) -> str:
    """The last line of a preview, or of what was done.

    Args:
        count: how many of how many, in words. changed, meant: the same as numbers.
        where: the filter.
    """
    if not meant and where:
        fields = "number, tag, caption, outfit, view, group, held"
        return f"The filter '{where}' names no picture; nothing changes. It can ask for: {fields}."
    if written and changed:
        return f"{count} changed. castmates undo takes it back."
    if changed:
        return f"{count} would change. Add --write to do it."
    return f"Nothing {'changed' if written else 'would change'}: {count}."


def _told(edited: Edited, where: str) -> Text:
    from rich.text import Text

    said = Text()
    for one in edited.pictures:
        said.append(f"{one.number:04d}  ").append(one.before, "red")
        said.append(" → " if one.before else "").append(one.after, "green")
        said.append(f"  {one.why}\n" if one.why else "\n")
    reasons: dict[str, list[int]] = {}
    for number, why in edited.skipped:
        reasons.setdefault(why, []).append(number)
    for why, numbers in reasons.items():
        said.append(f"{_listed(numbers)}  stays: {why}\n")
    for sentence in edited.means:
        said.append(f"{sentence}\n")
    changed = len(edited.pictures)
    count = f"{changed} pictures ({edited.meant} meant)"
    return said.append(summed(count, changed, edited.meant, edited.written, where))


def _listed(numbers: list[int]) -> str:
    """`0007`; of many `0001, 0002, 0003, … (24 pictures)`."""
    shown = ", ".join(f"{number:04d}" for number in numbers[:_SHOWN])
    return shown if len(numbers) <= _SHOWN else f"{shown}, … ({len(numbers)} pictures)"
