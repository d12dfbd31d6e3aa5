"""What the oracle and the product's own eyes see in a scene of `bench.several`; draws nothing.

Readings are kept as plain values, so that rules can be tried on them without looking again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.several_scenes import EVERYBODY, Told
from castmates.core.ports import Pixels
from castmates.core.types import Value
from castmates.scenes.looking import Cast, Eyes, seen_in
from castmates.scenes.scene import Box
from castmates.scenes.verdict import Evidence, Verdict, verdict_of
from storybook.oracle.asking import asked
from storybook.oracle.cutting import overlap
from storybook.oracle.identity import act_of, likeliest
from storybook.oracle.reading import Oracle, Person
from storybook.oracle.slots import IDENTITY
from storybook.world import Character

WIDEST = 13 / 8
"""Width by height up to which the oracle, which has learned from squares, counts well: of drawn
pictures of three at 288 x 128 it misses figures that are plain to see."""
EDGE = 1 / 32
"""Whoever is nearer to a part's edge is cut by it, in heights of the picture."""
SAME = 0.3
"""Overlap of boxes from which two parts show the same figure."""


class Seen(Value):
    """One picture, read.

    Attributes:
        names: who should be there from left to right.
        found: whom the oracle takes everybody for, among all casts and the scene's strangers.
        nearest: the same among those who should be there.
        strayed: of each, the share of what tells it from the others that is read as another's.
        boxes, covered, likeness: what the check saw: of each figure its box, the hidden share, and
            its likeness to all known characters by name.
        margins: of the characters, as `scenes.verdict.Evidence`.
        places: where everybody should stand.
    """

    names: tuple[str, ...]
    found: tuple[str, ...]
    nearest: tuple[str, ...]
    strayed: tuple[float, ...]
    boxes: tuple[Box, ...]
    covered: tuple[float, ...]
    likeness: tuple[dict[str, float], ...]
    margins: dict[str, float]
    places: dict[str, Box]

    @property
    def is_right(self) -> bool:
        """Whether the oracle reads exactly those who should be there, each in its place."""
        return self.found == self.names

    @property
    def verdict(self) -> Verdict:
        """What the check says today."""
        known = [name for name in self.names if name in self.margins]
        others = [name for name in self.names if name not in self.margins]
        rivals = [name for name in self.margins if name not in known]
        evidence = Evidence(
            boxes=self.boxes,
            covered=self.covered,
            likeness=self._likeness(known),
            margins=[self.margins[name] for name in known],
            rivals=self._likeness(rivals),
        )
        places = [self.places[name] for name in known]
        return verdict_of(evidence, known, places, [self.places[name] for name in others])

    def _likeness(self, names: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
        rows = [[row[name] for name in names] for row in self.likeness]
        return np.array(rows, np.float64).reshape(len(self.likeness), len(names))


def seen(
    oracle: Oracle, eyes: Eyes, cast: Cast, picture: Pixels, of: Told, places: Mapping[str, Box]
) -> Seen:
    """Read a picture.

    Args:
        places: where everybody should stand in it.
    """
    framing, persons = _persons(oracle, picture)
    everybody = {**EVERYBODY, **of.looks}
    shares = [
        _strayed(person, framing, own, of.looks)
        for person, own in zip(persons, of.names, strict=False)
    ]
    known = list(cast.known)
    evidence = seen_in(eyes, picture, cast, known, list(places.values()))
    return Seen(
        names=of.names,
        found=tuple(likeliest(person, framing, everybody) for person in persons),
        nearest=tuple(likeliest(person, framing, of.looks) for person in persons),
        strayed=tuple(shares),
        boxes=tuple(evidence.boxes),
        covered=tuple(evidence.covered),
        likeness=tuple(dict(zip(known, map(float, row), strict=True)) for row in evidence.likeness),
        margins=dict(cast.margins),
        places=dict(places),
    )


def _persons(oracle: Oracle, picture: Pixels) -> tuple[str, list[Person]]:
    """The framing, and everybody from left to right; very wide pictures part by part.

    The parts overlap. Whom a part's edge cuts is left to the parts that show all of it.
    """
    height, width = picture.shape[:2]
    part = min(width, int(WIDEST * height))
    firsts = [*range(0, width - part, height // 4), width - part]
    readings = oracle.read([picture[:, first : first + part].copy() for first in firsts])
    found: list[tuple[float, Person, Box]] = []
    for first, reading in zip(firsts, readings, strict=True):
        for person in reading.persons:
            left, top, right, bottom = person.box
            free = min(
                width if first == 0 else left, width if first + part == width else part - right
            )
            if free > EDGE * height:
                found.append((free, person, (first + left, top, first + right, bottom)))
    kept: list[tuple[Person, Box]] = []
    for _, person, box in sorted(found, key=lambda one: one[0], reverse=True):
        if all(overlap(box, other) < SAME for _, other in kept):
            kept.append((person, box))
    kept.sort(key=lambda one: one[1][0] + one[1][2])
    return readings[0].framing, [person for person, _ in kept]


def _strayed(person: Person, framing: str, own: str, looks: Mapping[str, Character]) -> float:
    """Share of the slots that tell a figure from the others which are read as another's."""
    others = [name for name in looks if name != own]
    right = {name: asked(looks[name], act_of(person), framing) for name in looks}
    read = [
        person.answers.best(slot)[0] in right[other][slot]
        for other in others
        for slot in IDENTITY
        if slot in right[own] and slot in right[other] and not right[own][slot] & right[other][slot]
    ]
    return sum(read) / len(read) if read else 0.0
