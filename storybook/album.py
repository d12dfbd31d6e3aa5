"""A character's album: pictures as a person would collect them for training; knows no models."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from storybook.world import EXAMPLE, QUIET, Character, Framed, Picture, draw, sample

FRAMINGS = ("full body", "upper body", "full body", "close-up", "full body", "upper body")
VIEWS = ("from front", "from front", "from side", "from front", "from front", "from behind")
POSES = ("standing", "waving", "running", "arms up", "sitting", "jumping")
EXPRESSIONS = ("smile", "open mouth", "smile", "sad", "surprised", "closed eyes", "angry")
PLACES = (
    "white background",
    "forest",
    "blue background",
    "beach",
    "white background",
    "bedroom",
    "yellow background",
    "meadow",
)
STYLES = ("flat color", "flat color", "ink outline")


def album(character: Character, count: int = 24, seed: int = 0) -> Iterator[Framed]:
    """The specs of `count` varied pictures without hats and props, so that those stay free.

    Views, framings, poses, expressions, places and styles go round in cycles of different lengths,
    shuffled by the seed: everything turns up, in many combinations.
    """
    rng = random.Random(seed)
    start = rng.randrange(1000)
    for i in range(count):
        framing = FRAMINGS[i % len(FRAMINGS)]
        view = VIEWS[(i * 5 + i // 6) % len(VIEWS)]
        if framing == "close-up" and view == "from behind":
            view = "from side"
        yield sample(
            1_000_000 + start * 1000 + i,
            QUIET,
            (character,),
            framing=framing,
            view=view,
            pose=POSES[(i + i // 6) % len(POSES)] if framing == "full body" else "standing",
            expression=EXPRESSIONS[(start + i) % len(EXPRESSIONS)],
            scene=PLACES[(start + i * 3 + i // 8) % len(PLACES)],
            style=STYLES[(i + i // 3) % len(STYLES)],
            light="day",
            hat=None,
            prop=None,
        )


def pictures(character: Character, size: int = 256, count: int = 24) -> Iterator[Picture]:
    """The album drawn at `size` pixels."""
    seed = sum(character.name.encode())
    return (draw(spec, size) for spec in album(character, count, seed))


def write(character: Character, folder: Path, size: int = 256, count: int = 24) -> None:
    """Write the album as 01.png, 02.png, … into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, picture in enumerate(pictures(character, size, count), 1):
        Image.fromarray(picture.image).save(folder / f"{number:02d}.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m storybook.album", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("examples"))
    chosen = parser.parse_args()
    for name, character in EXAMPLE.items():
        write(character, chosen.folder / name)


if __name__ == "__main__":
    main()
