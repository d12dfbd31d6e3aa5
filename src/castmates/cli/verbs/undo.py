"""`castmates undo`: take back what was changed in captions and pictures."""

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
    """Take the last change of captions or pictures back, to the byte; again goes further back.

    Example: castmates undo pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.undo import TakenBack, undo

    def words(moved: TakenBack) -> str:
        done = "Did again" if again else "Took back"
        suffix = "txt" if moved.things == "captions" else "png"
        kept = ", ".join(f"{number:04d}.{suffix}" for number in moved.kept)
        said = f"{done}: {moved.what} ({len(moved.changed)} {moved.things})."
        return f"{said}\nChanged by hand since, and kept: {kept}" if kept else said

    pass_through(
        lambda tell: undo(Studio.open(studio), name, again=again, tell=tell),
        as_json=as_json,
        words=words,
        data=lambda moved: moved.model_dump(mode="json"),
    )
