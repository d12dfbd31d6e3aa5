"""Find pictures of one moment, as bursts and live photos leave them; drops nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from castmates.core.types import Value
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.prints import print_of
from castmates.pictures.sharpness import sharpness
from castmates.pictures.twins import clusters

APART = timedelta(seconds=2)


class Burst(Value):
    """Numbers of near-twins that were taken within two seconds of each other, and the sharpest."""

    numbers: tuple[int, ...]
    sharpest: int


def bursts(
    folder: CharacterFolder, taken: Mapping[int, datetime], new: Collection[int]
) -> list[Burst]:
    """Pictures of one moment, where at least one of them is new.

    Args:
        taken: number -> when the camera says it was taken.
        new: the numbers of the pictures that have just come in.
    """
    found = []
    for row in _rows(taken):
        if len(row) > 1 and not set(row).isdisjoint(new):
            found += _twins_in(folder, row)
    return found


def _rows(taken: Mapping[int, datetime]) -> list[list[int]]:
    """Numbers in the order of time, parted where more than two seconds lie between."""
    rows: list[list[int]] = []
    before: datetime | None = None
    for number in sorted(taken, key=lambda n: (taken[n], n)):
        if before is None or taken[number] - before > APART:
            rows.append([])
        rows[-1].append(number)
        before = taken[number]
    return rows


def _twins_in(folder: CharacterFolder, row: list[int]) -> list[Burst]:
    there = [number for number in sorted(row) if folder.picture_path(number).is_file()]
    prints, sharp = [], []
    for number in there:
        pixels = images.read(folder.picture_path(number))
        prints.append(print_of(pixels))
        sharp.append(sharpness(pixels))
    return [
        Burst(
            numbers=tuple(there[i] for i in group),
            sharpest=there[max(group, key=lambda i: sharp[i])],
        )
        for group, _ in clusters(prints)
    ]
