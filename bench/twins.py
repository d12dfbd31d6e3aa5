"""Time the search for twins among prints of pictures; prints seconds and what was found.

python bench/twins.py            2,000 prints
python bench/twins.py 20000      as many as a large collection has: wanted in 10 s
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PIL import Image

from castmates.pictures.twins import Print, pairs, print_of

PLANTED = 50
SIDE = 96


def made_up(count: int, seed: int = 0) -> list[Print]:
    """Prints of soft made-up pictures; the last `PLANTED` are earlier ones mirrored or cut."""
    rng = np.random.default_rng(seed)
    pictures = []
    for _ in range(count - PLANTED):
        cells = int(rng.integers(3, 12))
        spread = float(rng.uniform(30, 110))
        rough = rng.normal(rng.uniform(70, 190), spread, (cells, cells, 3)).clip(0, 255)
        small = Image.fromarray(rough.astype(np.uint8))
        pictures.append(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    for index in range(PLANTED):
        one = pictures[index]
        if index % 2:
            pictures.append(one.transpose(Image.Transpose.FLIP_LEFT_RIGHT))
        else:
            pictures.append(one.crop((4, 2, SIDE - 2, SIDE - 1)))
    return [print_of(np.asarray(picture)) for picture in pictures]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    prints = made_up(count)
    began = time.perf_counter()
    found = pairs(prints)
    took = time.perf_counter() - began
    planted = {(index, count - PLANTED + index) for index in range(PLANTED)}
    right = len(planted & {(kin.first, kin.second) for kin in found})
    print(f"{count:,} prints: {took:.2f} s; {right} of {PLANTED} planted, {len(found)} pairs")


if __name__ == "__main__":
    main()
