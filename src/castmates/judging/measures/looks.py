"""What the judges see in a set of pictures, each thing looked up once; compares nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Found, Pixels
from castmates.judging.judges import Judges
from castmates.judging.likeness import Vectors, embedded, layouts
from castmates.judging.measures.backdrop import Backdrops, backdrops, mask_of

TOGETHER = 32
FAINT = 0.02
"""Tags less likely than this are left out of a picture's spread over a family."""
MARGIN = 0.15
"""A crop is this much wider than the figure's box."""

Spread = dict[str, dict[str, float]]
"""Family -> tag -> how likely, as the tagger says; not summing to anything."""


@dataclass(frozen=True, eq=False)
class Looks:
    """Pictures, and what the judges see in them."""

    pictures: tuple[Pixels, ...]
    judges: Judges

    @cached_property
    def found(self) -> list[Found | None]:
        """The main figure of each picture: the largest; None where nobody was found or nobody
        can look."""
        if self.judges.finder is None:
            return [None] * len(self.pictures)
        main: list[Found | None] = []
        for some in _chunks(self.pictures):
            for everybody in self.judges.finder.find(some):
                main.append(max(everybody, key=_area) if everybody else None)
        return main

    @cached_property
    def subjects(self) -> tuple[Pixels, ...]:
        """The main figure cut out of each picture; the whole picture where there is none."""
        return tuple(
            cropped(picture, one.box) if one is not None else picture
            for picture, one in zip(self.pictures, self.found, strict=True)
        )

    @cached_property
    def directions(self) -> dict[str, Vectors]:
        """Measure ("likeness", "likeness by clip") -> (n, d) of the subjects."""
        return {name: embedded(one, self.subjects) for name, one in self.judges.encoders.items()}

    @cached_property
    def seen(self) -> list[frozenset[str]]:
        """The tags of each picture at the tagger's own threshold, as `plain` writes them."""
        said = (tags for some in _chunks(self.pictures) for tags in self.judges.tagger.tags(some))
        return [frozenset(plain(tag.name) for tag in tags) for tags in said]

    @cached_property
    def spreads(self) -> list[Spread]:
        """How likely each tag of each family is in each picture."""
        rows: list[Spread] = []
        for some in _chunks(self.pictures):
            for tags in self.judges.tagger.tags(some, at_least=FAINT):
                row: Spread = {}
                for tag in tags:
                    row.setdefault(tag.family, {})[plain(tag.name)] = tag.confidence
                rows.append(row)
        return rows

    @cached_property
    def layouts(self) -> Vectors:
        """What is where in the whole pictures: (n, 768) unit rows."""
        return layouts(self.pictures)

    @cached_property
    def figures(self) -> Vectors:
        """What is where in the subjects alone, cut out of their backdrops: (n, 768) unit rows."""
        return layouts(
            [
                subject if one is None else cropped(alone(picture, one), one.box)
                for picture, subject, one in zip(
                    self.pictures, self.subjects, self.found, strict=True
                )
            ]
        )

    @cached_property
    def backdrops(self) -> Backdrops:
        """What is where behind the main figures."""
        return backdrops(self.pictures, self.found)

    @cached_property
    def boxes(self) -> NDArray[np.float64]:
        """The main figures' boxes as shares of width and height: (n, 4); NaN where nobody is."""
        rows = np.full((len(self.pictures), 4), np.nan)
        for i, (picture, one) in enumerate(zip(self.pictures, self.found, strict=True)):
            if one is not None:
                high, wide = picture.shape[:2]
                rows[i] = np.asarray(one.box) / (wide, high, wide, high)
        return rows


def cropped(picture: Pixels, box: Sequence[float], margin: float = MARGIN) -> Pixels:
    """The square around a box, moved and shrunk into the picture."""
    high, wide = picture.shape[:2]
    left, top, right, bottom = box
    side = round(min(max(right - left, bottom - top) * (1 + margin), high, wide))
    side = max(side, 1)
    x = round(min(max((left + right - side) / 2, 0), wide - side))
    y = round(min(max((top + bottom - side) / 2, 0), high - side))
    return np.ascontiguousarray(picture[y : y + side, x : x + side])


def alone(picture: Pixels, one: Found) -> Pixels:
    """The figure on the mean colour of its own pixels."""
    inside = mask_of(picture, one)[..., None] >= 0.5
    if not inside.any():
        return picture
    mean = picture[inside[..., 0]].mean(axis=0)
    return np.where(inside, picture, mean.astype(np.uint8)).astype(np.uint8)


def plain(tag: str) -> str:
    """A tag without what differs between taggers: case and underscores."""
    return tag.lower().replace("_", " ").strip()


def _area(one: Found) -> float:
    left, top, right, bottom = one.box
    return (right - left) * (bottom - top)


def _chunks(pictures: Sequence[Pixels]) -> list[Sequence[Pixels]]:
    return [pictures[i : i + TOGETHER] for i in range(0, len(pictures), TOGETHER)]
