"""The command line of the world: contact sheets; knows nothing that the world does not tell it."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image

from storybook.world import DEVELOPMENT, EVALUATION, EXAMPLE, QUIET, WIDE, sample
from storybook.world.sheet import contact_sheet

_CASTS = {"example": EXAMPLE, "development": DEVELOPMENT, "evaluation": EVALUATION}


def main() -> None:
    """Read the command line and write a contact sheet."""
    options = _parser().parse_args()
    first, last = options.seeds
    widths = WIDE if options.wide else QUIET
    if options.cast:
        seeds = range(first, first + options.columns)
        members = _CASTS[options.cast].values()
        specs = [sample(seed, widths, [member]) for member in members for seed in seeds]
    else:
        specs = [sample(seed, widths) for seed in range(first, last)]
    Image.fromarray(contact_sheet(specs, options.size, options.columns)).save(options.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m storybook.world", description="Draw contact sheets of the storybook world."
    )
    sheet = parser.add_subparsers(dest="verb", required=True).add_parser(
        "sheet", help="write a contact sheet"
    )
    sheet.add_argument("out", type=Path, metavar="OUT.png")
    sheet.add_argument("--seeds", type=_span, default=(0, 60), help="from:to, 0:60 if left out")
    sheet.add_argument("--size", type=int, default=128, help="pixels of one picture")
    sheet.add_argument("--columns", type=int, default=12, help="pictures in a row")
    sheet.add_argument("--wide", action="store_true", help="the wide world, not the quiet one")
    sheet.add_argument("--cast", choices=sorted(_CASTS), help="a row for each of a cast")
    return parser


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    if not (first.isdigit() and last.isdigit() and int(first) < int(last)):
        raise argparse.ArgumentTypeError(f"wanted from:to as in 0:60, found {text}")
    return int(first), int(last)


if __name__ == "__main__":
    main()
