"""`castmates export`: a character's pictures for other trainers."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.groups import NearVerbs
from castmates.cli.options import HERE, JsonOption, NameArgument, StudioOption

if TYPE_CHECKING:
    from castmates.studio.export import Exported

app = typer.Typer(
    cls=NearVerbs, help="Hand pictures and captions to other trainers.", no_args_is_help=True
)


class Images(StrEnum):
    """How pictures are written."""

    PNG = "png"
    JPG = "jpg"


class Numbering(StrEnum):
    """How files are named."""

    PLAIN = "1"
    PADDED = "0001"


@app.callback()
def _group() -> None:
    """Hand pictures and captions to other trainers."""


@app.command("kohya")
def kohya(
    name: NameArgument,
    to: Annotated[Path, typer.Option("--to", help="The folder; made when it is not there.")],
    studio: StudioOption = HERE,
    images: Annotated[Images, typer.Option(help="Lossless png, or jpg.")] = Images.PNG,
    numbering: Annotated[Numbering, typer.Option(help="1.png or 0001.png.")] = Numbering.PLAIN,
    trigger_folder: Annotated[
        bool, typer.Option("--trigger-folder", help="Everything in a folder lora_<trigger>.")
    ] = False,
    held_out: Annotated[
        bool,
        typer.Option("--with-held-out/--without-held-out", help="Pictures kept for judging too."),
    ] = True,
    resolution: Annotated[
        int, typer.Option(help="What dataset.toml sets training to, in pixels.")
    ] = 512,
    as_json: JsonOption = False,
) -> None:
    """Write Images, Model, Logs and dataset.toml as kohya's sd-scripts want them.

    Example: castmates export kohya pip --to lora_pip --studio my-studio
    """
    from castmates.core.events import Tell
    from castmates.files.studio import Studio
    from castmates.pictures.kohya_export import Kohya
    from castmates.studio.export import kohya as export

    how = Kohya(images.value, numbering.value, trigger_folder, held_out, resolution)

    def work(tell: Tell) -> Exported:
        return export(Studio.open(studio), name, to, how, tell)

    pass_through(
        work,
        as_json=as_json,
        words=_words,
        data=lambda done: done.model_dump(mode="json"),
    )


def _words(done: Exported) -> str:
    counts = f"{done.pictures} pictures, {done.captions} captions"
    files = f"{done.written} files written, {done.there} there already, {done.removed} removed"
    config = Path(done.folder) / "dataset.toml"
    return f"{done.folder}: {counts}; {files}.\nFor sd-scripts: --dataset_config {config}"
