"""`castmates init`: a studio folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption


def command(
    path: Annotated[Path, typer.Argument(help="The folder to make.")] = HERE,
    as_json: JsonOption = False,
) -> None:
    """Make a studio: a folder that holds everything, in files you can read.

    Example: castmates init my-studio
    """
    from castmates.studio.init import init

    pass_through(
        lambda _: init(path),
        as_json=as_json,
        words=lambda s: f"A studio is at {s.path}.\nNext: castmates new NAME FOLDER_OF_PICTURES",
        data=lambda s: {"studio": str(s.path)},
    )
