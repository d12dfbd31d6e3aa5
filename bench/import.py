"""Bring photos of 12 megapixels in; prints pictures a second on one core, and peak memory.

python bench/import.py                 60 photos
python bench/import.py --count 1000    as many as a large album has
python bench/import.py --count 1000 --width 320    small ones: what does not depend on their size

The photos are made on the fly: a few different ones, each file with bytes of its own, so that none
of them is taken for a copy.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np
from PIL import Image

from castmates.core.types import Character
from castmates.families.facts import Facts
from castmates.files.decoding import decode
from castmates.files.studio import Studio
from castmates.pictures.bring import bring
from castmates.pictures.check import check
from castmates.pictures.sources import find

DISTINCT = 6
WIDTH = 4000


def photos(folder: Path, count: int, width: int) -> None:
    """JPEGs as a phone makes them: soft shapes, fine grain, quality 90."""
    folder.mkdir()
    height = width * 3 // 4
    rng = np.random.default_rng(0)
    made = []
    for number in range(min(DISTINCT, count)):
        shapes = rng.integers(0, 255, (6 + number, 8 + number, 3), np.uint8)
        large = Image.fromarray(shapes).resize((width, height), Image.Resampling.BICUBIC)
        grain = rng.normal(0, 6, (height // 4, width // 4, 1)).repeat(4, 0).repeat(4, 1)
        pixels = (np.asarray(large, np.float32) + grain).clip(0, 255).astype(np.uint8)
        path = folder / f"{number:04d}.jpg"
        Image.fromarray(pixels).save(path, quality=90)
        made.append(path.read_bytes())
    for number in range(len(made), count):
        # A comment right behind the start of the file: other bytes, the same picture.
        note = f"photo {number}".encode()
        mark = b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note
        data = made[number % len(made)]
        (folder / f"{number:04d}.jpg").write_bytes(data[:2] + mark + data[2:])


def timed(name: str, count: int, work: Callable[[], object], wanted: str = "") -> None:
    """Run it and print pictures a second of processor time."""
    before, began = time.process_time(), time.perf_counter()
    work()
    spent, took = time.process_time() - before, time.perf_counter() - began
    print(f"{name}: {count / spent:.1f}/s per core ({took:.1f} s by the clock){wanted}")


def look(mine: Path, elsewhere: Path) -> None:
    """What every file goes through before it is kept: found, read, digested, decoded."""
    found = find([mine], keep_out=elsewhere)
    with closing(found):
        for source in found.pictures:
            data = source.read()
            sha256(data).hexdigest()
            decode(data, Path(source.shown))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=60, help="photos (60)")
    parser.add_argument("--width", type=int, default=WIDTH, help="of a photo (4000: 12 MP)")
    options = parser.parse_args()
    count, width = max(options.count, 3), options.width // 16 * 16
    facts = Facts(family="sd15", native_size=512, prediction="epsilon", latent_scale=1.0)
    with tempfile.TemporaryDirectory() as name:
        mine, house = Path(name) / "photos", Studio.init(Path(name) / "studio")
        photos(mine, count, width)
        size = sum(path.stat().st_size for path in mine.iterdir()) / count / 1e6
        print(f"{count} photos of {width}x{width * 3 // 4}, {size:.1f} MB each")
        pip = house.add_character(Character(name="pip", trigger="pip"))
        timed("index and file checks", count, lambda: look(mine, pip.path), "; wanted 8")
        timed("working PNGs, originals kept", count, lambda: bring(pip, mine), "; wanted 2")
        timed("the same import again", count, lambda: bring(pip, mine))
        timed("a first check", count, lambda: check(pip, facts))
        timed("a second check", count, lambda: check(pip, facts))
    # Kilobytes on Linux, bytes on macOS.
    unit = 1e9 if sys.platform == "darwin" else 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(f"peak memory {peak:.2f} GB; {os.cpu_count()} cores; wanted under 1.5 GB")


if __name__ == "__main__":
    main()
