"""The command line of the world: contact sheets; knows nothing that the world does not tell it."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from storybook.world import DEVELOPMENT, EVALUATION, EXAMPLE, QUIET, WIDE, draw, sample
from storybook.world.values import Framed

_CASTS = {"example": EXAMPLE, "development": DEVELOPMENT, "evaluation": EVALUATION}


def main() -> None:
    """Read the command line and write a contact sheet."""
    parser = argparse.ArgumentParser(prog="python -m storybook.world", description="Draw contact sheets of the world.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    sheet = verbs.add_parser("sheet", help="write a contact sheet")
    sheet.add_argument("out", type=Path, metavar="OUT.png")
    sheet.add_argument("--seeds", default="0:60", help="from:to, the second not included")
    sheet.add_argument("--size", type=int, default=128, help="pixels of one picture")
    sheet.add_argument("--columns", type=int, default=12)
    sheet.add_argument("--wide", action="store_true", help="the wide world instead of the quiet one")
    sheet.add_argument("--cast", choices=sorted(_CASTS), help="a row for each character of a cast")
    options = parser.parse_args()
    first, last = (int(part) for part in options.seeds.split(":"))
    widths = WIDE if options.wide else QUIET
    specs: list[Framed]
    if options.cast:
        characters = list(_CASTS[options.cast].values())
        seeds = range(first, first + options.columns)
        specs = [sample(seed, widths, [character]) for character in characters for seed in seeds]
    else:
        specs = [sample(seed, widths) for seed in range(first, last)]
    write_sheet(options.out, specs, options.size, options.columns)


def write_sheet(out: Path, specs: list[Framed], size: int, columns: int) -> None:
    """Draw specs row by row into one picture; unfilled cells stay white."""
    rows = -(-len(specs) // columns)
    sheet = np.full((rows * size, columns * size, 3), 255, np.uint8)
    for index, spec in enumerate(specs):
        top, left = index // columns * size, index % columns * size
        sheet[top : top + size, left : left + size] = draw(spec, size).image
    Image.fromarray(sheet).save(out)


if __name__ == "__main__":
    main()
