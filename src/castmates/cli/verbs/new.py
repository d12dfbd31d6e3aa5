"""`castmates new`: a character from folders of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, NameArgument, StudioOption
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.new import New


def command(
    name: NameArgument,
    sources: Annotated[list[Path], typer.Argument(help="Folders or files with pictures.")],
    studio: StudioOption = HERE,
    trigger: Annotated[
        str | None, typer.Option(help="The word that calls the character; default: its name.")
    ] = None,
    class_word: Annotated[
        str, typer.Option("--class", help="What it is: girl, fox, robot … (found by `tag`).")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Bring a character's pictures in: numbered, lossless; yours stay untouched.

    Example: castmates new pip ~/Pictures/pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.new import new

    def work(tell: Tell) -> New:
        house = Studio.open(studio)
        return new(house, name, sources, trigger=trigger, class_word=class_word, tell=tell)

    def words(made: New) -> str:
        came, there = made.brought.added, made.brought.skipped
        return (
            f"{name}: {came} pictures came in, {there} were there already.\n"
            f"Next: castmates tag {name} --studio {studio}"
        )

    pass_through(
        work,
        as_json=as_json,
        words=words,
        data=lambda made: {
            "character": name,
            "folder": str(made.folder.path),
            "added": made.brought.added,
            "skipped": made.brought.skipped,
            "broken": list(made.brought.broken),
        },
    )
