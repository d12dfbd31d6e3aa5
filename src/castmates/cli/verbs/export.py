"""`castmates export`: a character's pictures for other trainers, or its adapter to hand on."""

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
    from castmates.studio.export_adapter import ExportedAdapter

app = typer.Typer(
    cls=NearVerbs,
    help="Hand pictures to other trainers, or the adapter to others.",
    no_args_is_help=True,
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
    """Hand pictures to other trainers, or the adapter to others."""


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


@app.command("adapter")
def adapter(
    name: NameArgument,
    to: Annotated[Path, typer.Option("--to", help="The folder; made when it is not there.")],
    studio: StudioOption = HERE,
    licence: Annotated[str, typer.Option(help='Under which you give it away: "CC BY 4.0".')] = "",
    as_json: JsonOption = False,
) -> None:
    """Write the chosen adapter, its card, previews and hashes into a folder; uploads nothing.

    Example: castmates export adapter pip --to pip-adapter --licence "CC BY 4.0"
    """
    from castmates.files.studio import Studio
    from castmates.studio.export_adapter import adapter as export

    def words(done: ExportedAdapter) -> str:
        return (
            f"{done.folder}: {done.file} (trigger {done.trigger}, strength {done.strength:g}), "
            f"README.md, hashes.txt, {len(done.previews)} previews; {done.written} files written, "
            f"{done.there} there already. Nothing was uploaded."
        )

    pass_through(
        lambda tell: export(Studio.open(studio), name, to, licence, tell),
        as_json=as_json,
        words=words,
        data=lambda done: done.model_dump(mode="json"),
    )
