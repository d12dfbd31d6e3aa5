"""`castmates draw`: pictures from words."""

from __future__ import annotations

from typing import Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption


def command(
    words: Annotated[
        str,
        typer.Argument(help="The prompt; {pip} brings the character, <lora:pip:0.8> an adapter."),
    ],
    studio: StudioOption = HERE,
    base: BaseOption = None,
    number: Annotated[int, typer.Option("--number", "-n", min=1, max=256, help="How many.")] = 4,
    seed: Annotated[
        int, typer.Option(min=0, help="The first picture's seed; the next follow.")
    ] = 0,
    negative: Annotated[str, typer.Option(help="What should not be there.")] = "",
    size: Annotated[str | None, typer.Option(help="Width and height: 128 or 640x768.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw pictures; every PNG carries the words and settings that made it.

    Example: castmates draw "{pip}, crown, castle, smile" --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.draw import Wish, draw, read_size

    def wish() -> Wish:
        wanted = read_size(size) if size else None
        return Wish(words=words, negative=negative, number=number, seed=seed, size=wanted)

    pass_through(
        lambda tell: draw(Studio.open(studio), wish(), base=base, tell=tell),
        as_json=as_json,
        words=lambda paths: "\n".join(str(path) for path in paths),
        data=lambda paths: {"pictures": [str(path) for path in paths]},
    )
