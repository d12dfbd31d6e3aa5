"""`castmates upscale`: pictures made larger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.upscale import Enlarged

app = typer.Typer()


@app.command("upscale")
def command(
    pictures: Annotated[list[Path], typer.Argument(help="The pictures.")],
    upscaler: Annotated[
        str, typer.Option("--with", help="storybook, lanczos, or an ESRGAN file (.safetensors).")
    ] = "storybook",
    scale: Annotated[
        float | None,
        typer.Option(min=1.0, max=16.0, help="Times wider and higher; 4 where none is said."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the large ones.")] = Path("upscaled"),
    tile: Annotated[
        int | None, typer.Option(min=1, max=8192, help="Side of a tile, in small pixels: 512.")
    ] = None,
    overlap: Annotated[
        int | None, typer.Option(min=0, max=4096, help="How much tiles share, in small pixels: 32.")
    ] = None,
    preset: Annotated[
        str, typer.Option(help="detail: draw the detail over twice as large, then enlarge twice.")
    ] = "",
    words: Annotated[
        str | None, typer.Option(help="For a preset: what is there, in place of the picture's own.")
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(min=0.01, max=0.99, help="For a preset: how much noise tiles get; 0.15."),
    ] = None,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make pictures larger; what they say of themselves is kept, and what was done is added.

    Example: castmates upscale my-studio/drawings/00001.png --with 4x.safetensors --scale 2
    """

    def work(tell: Tell) -> list[Enlarged]:
        from castmates.files.studio import Studio
        from castmates.studio.upscale import Enlargement, upscale

        how = Enlargement(
            upscaler=upscaler,
            scale=scale,
            tile=tile,
            overlap=overlap,
            preset=preset,
            words=words,
            strength=strength,
        )
        # The folder one stands in may be no studio: without adapters none is needed.
        here = studio != HERE or (studio / "studio.toml").is_file()
        opened = Studio.open(studio) if here else None
        return upscale(pictures, how, out, studio=opened, base=base, tell=tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda made: "\n".join(f"{one.path} ({one.size})" for one in made),
        data=lambda made: {"pictures": [one.model_dump(mode="json") for one in made]},
    )
