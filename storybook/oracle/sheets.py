"""Lays pictures out on numbered sheets for people to look at, and cuts them out again unchanged.

Labels mean the very pixels that a person saw, whatever becomes of the base that drew them: PNG is
lossless; WebP (quality 85) changes no colour by what an eye could see, and takes a fourth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, UnidentifiedImageError

from castmates.core.errors import BadInput, Missing
from storybook.oracle.cutting import cut, whole
from storybook.oracle.settings import SIDE

Pixels = NDArray[np.uint8]

ON_A_SHEET, COLUMNS, LARGER = 12, 4, 2
_STRIP = 20
_HIGH, _WIDE = SIDE * LARGER + _STRIP, SIDE * LARGER + 8
SUFFIXES = (".png", ".webp")


def sheet_of(pictures: Sequence[Pixels], first: int) -> Pixels:
    """Up to twelve pictures in rows of four, twice as large, each below its number."""
    rows = -(-len(pictures) // COLUMNS)
    sheet = np.full((rows * _HIGH, COLUMNS * _WIDE, 3), 255, np.uint8)
    for i, picture in enumerate(pictures):
        top, left = _corner(i)
        large = cut(picture, whole(picture)).repeat(LARGER, 0).repeat(LARGER, 1)
        sheet[top : top + SIDE * LARGER, left : left + SIDE * LARGER] = large
    image = Image.fromarray(sheet)
    pen = ImageDraw.Draw(image)
    for i in range(len(pictures)):
        top, left = _corner(i)
        pen.text((left + 2, top - _STRIP + 4), str(first + i), fill=(0, 0, 0))
    return np.asarray(image)


def pictures_of(sheet: Pixels, count: int) -> list[Pixels]:
    """The pictures of a sheet as they were laid on it.

    Raises:
        ValueError: the sheet is too small for so many.
    """
    pictures = []
    for i in range(count):
        top, left = _corner(i)
        large = sheet[top : top + SIDE * LARGER, left : left + SIDE * LARGER]
        if large.shape != (SIDE * LARGER, SIDE * LARGER, 3):
            raise ValueError(f"a sheet of {sheet.shape[1]}x{sheet.shape[0]} has no picture {i + 1}")
        pictures.append(np.ascontiguousarray(large[::LARGER, ::LARGER]))
    return pictures


def _corner(index: int) -> tuple[int, int]:
    row, column = divmod(index, COLUMNS)
    return row * _HIGH + _STRIP, column * _WIDE + 4


def write_sheets(
    pictures: Sequence[Pixels], folder: Path, first: int = 1, suffix: str = ".png"
) -> Iterator[tuple[Path, range]]:
    """Write sheet-001.png, sheet-013.png…, named by their first numbers; yields what is on each."""
    folder.mkdir(parents=True, exist_ok=True)
    for begin in range(0, len(pictures), ON_A_SHEET):
        some = pictures[begin : begin + ON_A_SHEET]
        number = first + begin
        path = folder / f"sheet-{number:03d}{suffix}"
        image = Image.fromarray(sheet_of(some, number))
        image.save(path, **({"quality": 85, "method": 6} if suffix == ".webp" else {}))
        yield path, range(number, number + len(some))


def read_picture(path: Path) -> Pixels:
    """A PNG or WebP as (h, w, 3). Raises Missing or BadInput."""
    if not path.exists():
        raise Missing(f"There is no picture {path}.", "Check the path.")
    try:
        return np.asarray(Image.open(path).convert("RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise BadInput(f"{path} is not a picture that can be read.", "Save it anew.") from error


def pictures_in(folder: Path) -> list[Pixels]:
    """The pictures of a folder by name. Raises Missing: none is there."""
    paths = sorted(p for p in folder.glob("*") if p.suffix.lower() in SUFFIXES)
    if not paths:
        raise Missing(f"{folder} holds no {' or '.join(SUFFIXES)}.", "Give a folder of pictures.")
    return [read_picture(path) for path in paths]
