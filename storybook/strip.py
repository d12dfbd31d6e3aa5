"""The README's picture: a character's album above, and what was drawn of it below."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

SIDE, GAP, EDGE = 160, 10, 18
PAPER = (251, 247, 240)


def strip(above: list[Path], below: list[Path]) -> Image.Image:
    """Two rows of as many pictures, on paper."""
    columns = min(len(above), len(below))
    width = 2 * EDGE + columns * SIDE + (columns - 1) * GAP
    height = 2 * EDGE + 2 * SIDE + 2 * GAP
    page = Image.new("RGB", (width, height), PAPER)
    for row, paths in enumerate((above, below)):
        for column, path in enumerate(paths[:columns]):
            with Image.open(path) as picture:
                small = picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
            page.paste(small, (EDGE + column * (SIDE + GAP), EDGE + row * (SIDE + 2 * GAP)))
    return page


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m storybook.strip", description=__doc__)
    parser.add_argument("album", type=Path, help="a folder of pictures")
    parser.add_argument("drawn", type=Path, help="a folder of drawn pictures")
    parser.add_argument("out", type=Path)
    parser.add_argument("--columns", type=int, default=6)
    chosen = parser.parse_args()
    above, below = (sorted(folder.glob("*.png")) for folder in (chosen.album, chosen.drawn))
    # The album's pictures are spread over the whole of it, the drawn ones come in their order.
    step = max(1, len(above) // chosen.columns)
    strip(above[::step][: chosen.columns], below[: chosen.columns]).save(chosen.out, optimize=True)


if __name__ == "__main__":
    main()
