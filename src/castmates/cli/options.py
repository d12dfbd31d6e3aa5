"""Options that several verbs share, with their help; knows no verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

StudioOption = Annotated[
    Path, typer.Option("--studio", "-s", help="The studio: a folder that holds everything.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object on stdout; events as JSON lines on stderr.")
]
BaseOption = Annotated[
    str | None,
    typer.Option(
        "--base",
        "-b",
        help="Base model: 'storybook', a diffusers folder (SD 1.x, XL, Flux), or SD 1.x in a file.",
    ),
]
NameArgument = Annotated[str, typer.Argument(help="The character's name.")]

HERE = Path()
"""The default studio is the folder one stands in."""
