"""`castmates undo`: take back what was changed in captions."""

from __future__ import annotations

from typing import Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, NameArgument, StudioOption


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    again: Annotated[
        bool, typer.Option("--again", help="Do again what was taken back last.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take the last change of the captions back, to the byte; call it again to go further back.

    Example: castmates undo pip --studio my-studio
    """
    from castmates.captions.history import Moved
    from castmates.files.studio import Studio
    from castmates.studio.undo import undo

    def words(moved: Moved) -> str:
        done = "Did again" if again else "Took back"
        kept = ", ".join(f"{number:04d}.txt" for number in moved.kept)
        said = f"{done}: {moved.what} ({len(moved.changed)} captions)."
        return f"{said}\nChanged by hand since, and kept: {kept}" if kept else said

    pass_through(
        lambda _: undo(Studio.open(studio), name, again=again),
        as_json=as_json,
        words=words,
        data=lambda moved: moved.model_dump(mode="json"),
    )
