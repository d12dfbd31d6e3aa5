"""The terminal's table of verbs; knows their order and nothing else."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from castmates import __version__
from castmates.cli.verbs import (
    book,
    captions,
    check,
    choose,
    compare,
    compose,
    convert,
    doctor,
    draw,
    edit,
    export,
    gallery,
    init,
    inspect,
    make,
    models,
    new,
    scene,
    styles,
)
from castmates.cli.verbs import tag as tag_verb
from castmates.cli.verbs import train as train_verb
from castmates.cli.verbs import undo as undo_verb
from castmates.cli.verbs import upscale as upscale_verb
from castmates.core.near import did_you_mean

app = typer.Typer(
    name="castmates",
    help="Keep a character the same, from the first picture to the last page.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    epilog="Start with: castmates make FOLDER_OF_PICTURES --studio my-studio",
)

VERBS: dict[str, Callable[..., None]] = {
    "make": make.command,
    "init": init.command,
    "new": new.command,
    "check": check.command,
    "tag": tag_verb.command,
    "undo": undo_verb.command,
    "train": train_verb.command,
    "compare": compare.command,
    "choose": choose.command,
    "draw": draw.command,
    "scene": scene.command,
    "compose": compose.command,
    "upscale": upscale_verb.command,
    "gallery": gallery.command,
    "inspect": inspect.command,
    "convert": convert.command,
    "doctor": doctor.command,
}

GROUPS: dict[str, typer.Typer] = {
    "book": book.app,
    "edit": edit.app,
    "captions": captions.app,
    "export": export.app,
    "models": models.app,
    "styles": styles.app,
}

for _name, _command in VERBS.items():
    app.command(_name)(_command)
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"castmates {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="The version.")
    ] = False,
) -> None:
    """Keep a character the same, from the first picture to the last page."""


def _collect_seldom() -> None:
    """Let the garbage collector look after 10,000 new objects, not 700, and not at the end.

    The libraries of the networks make 400,000 objects that stay. Looking through them again and
    again while they load, and once more before the process ends, took 1.5 s of every verb that
    loads them. Counting of references, which frees tensors, is not touched.
    """
    gc.set_threshold(10_000, *gc.get_threshold()[1:])
    atexit.register(gc.freeze)


def run() -> None:
    """The entry point: a misspelt verb is answered with the nearest one, then typer takes over."""
    _collect_seldom()
    first = next((a for a in sys.argv[1:] if not a.startswith("-")), None)
    known = {**VERBS, **GROUPS}
    if first is not None and first not in known:
        typer.echo(f"No verb '{first}'. {did_you_mean(first, known)}", err=True)
        raise SystemExit(2)
    app()
