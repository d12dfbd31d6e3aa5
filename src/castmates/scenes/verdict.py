"""What a drawn scene came to: present, missing, clone, blend, swap, extra, seam; sees no pixels.

The rules stand in docs/several-characters.md. Likeness is calibrated as in `judging.likeness`:
0 is what strangers reach, 1 what real pictures of the character reach among themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from castmates.core.types import Value
from castmates.scenes.assignment import assigned
from castmates.scenes.scene import Box

PRESENT = 0.45
"""Likeness from which a figure counts as a character (measured: docs/several-characters.md)."""
HIDDEN = 0.3
"""Share of a figure that others may hide; beyond, who it is cannot be told."""
BLENDED = 0.25
"""Share of the margin between real pictures below which two characters are one."""


class Bleeding(Value):
    """One attribute of a character seen on another."""

    of: str
    on: str
    tag: str


class Verdict(Value):
    """What became of everybody.

    Attributes:
        present, missing, hidden: names; strangers are "stranger 1" and so on. Hidden ones may be
            there: too much of them is covered to tell.
        clone: a character is there twice.
        blend: a figure is as much one character as another.
        swap: a character stands in another's place.
        extra: there are more figures than asked for.
        seam: a vertical line where two places meet.
        bleeding: single attributes on the wrong body.
        likeness: of each character's figure; 0 where there is none.
    """

    present: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    clone: bool = False
    blend: bool = False
    swap: bool = False
    extra: bool = False
    seam: bool = False
    bleeding: tuple[Bleeding, ...] = ()
    likeness: dict[str, float] = Field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether everybody is there once, and in their place."""
        wrong = self.clone or self.blend or self.swap or self.extra
        return not (self.missing or self.hidden or wrong)

    @property
    def rank(self) -> tuple[float, ...]:
        """Larger is better: those there less what is wrong, then no seam, no bleeding, likeness."""
        wrong = self.clone + self.blend + self.swap + self.extra
        likely = [min(1.0, max(0.0, value)) for value in self.likeness.values()]
        return (
            len(self.present) - wrong,
            -float(self.seam),
            -float(len(self.bleeding)),
            float(np.mean(likely)) if likely else 0.0,
        )


@dataclass(frozen=True, eq=False)
class Evidence:
    """What was seen in a picture.

    Attributes:
        boxes: of the figures found, in 0..1 of the picture.
        covered: of each, the share that others hide, 0..1.
        likeness: (figures, characters) calibrated.
        margins: for each character, how far real pictures of it lie above the nearest other one.
        seam: whether there is a vertical line where places meet.
        attributes: of each figure: character -> its tags that are no tags of the others, as seen.
        rivals: (figures, others) likeness to known characters that should not be there, calibrated;
            None: none are known.
    """

    boxes: Sequence[Box]
    covered: Sequence[float]
    likeness: NDArray[np.float64]
    margins: Sequence[float]
    seam: bool = False
    attributes: Sequence[dict[str, frozenset[str]]] = ()
    rivals: NDArray[np.float64] | None = None


def verdict_of(
    seen: Evidence, names: Sequence[str], places: Sequence[Box], strangers: Sequence[Box] = ()
) -> Verdict:
    """Judge a picture.

    Args:
        names: of the characters, in the order of `seen.likeness`.
        places: where each of them should stand; strangers: where the strangers should.
    """
    pairs = {c: d for d, c in assigned(seen.likeness)} if seen.likeness.size else {}
    best = seen.likeness.argmax(1) if seen.likeness.size else np.zeros(0, np.intp)
    told: dict[str, list[str]] = {"present": [], "missing": [], "hidden": []}
    for c, name in enumerate(names):
        told[_state(seen, pairs.get(c), c, best)].append(name)
    free = len(seen.boxes) - len(names) + len(told["missing"]) - _doubles(seen, best)
    for i in range(len(strangers)):
        told["present" if i < free else "missing"].append(f"stranger {i + 1}")
    return Verdict(
        present=tuple(told["present"]),
        missing=tuple(told["missing"]),
        hidden=tuple(told["hidden"]),
        clone=_doubles(seen, best) > 0,
        blend=any(_is_blend(seen, d) for d in pairs.values()),
        swap=any(_is_elsewhere(seen.boxes[d], c, [*places, *strangers]) for c, d in pairs.items()),
        extra=len(seen.boxes) > len(names) + len(strangers),
        seam=seen.seam,
        bleeding=tuple(_bleeding(seen, pairs, names)),
        likeness={
            name: round(float(seen.likeness[pairs[c], c]), 3) if c in pairs else 0.0
            for c, name in enumerate(names)
        },
    )


def _state(seen: Evidence, d: int | None, c: int, best: NDArray[np.intp]) -> str:
    if d is None:
        return "missing"
    if seen.covered[d] > HIDDEN:
        return "hidden"
    is_it = seen.likeness[d, c] >= PRESENT and best[d] == c
    is_it = is_it and seen.likeness[d, c] > _others(seen)[d].max(initial=-np.inf)
    return "present" if is_it else "missing"


def _doubles(seen: Evidence, best: NDArray[np.intp]) -> int:
    """Figures that are a character who is there already."""
    sure = [int(c) for d, c in enumerate(best) if seen.likeness[d, c] >= PRESENT]
    return len(sure) - len(set(sure))


def _is_blend(seen: Evidence, d: int) -> bool:
    """Whether a figure is nearly as much another known character as the best one of the scene."""
    own = int(seen.likeness[d].argmax())
    others = np.concatenate([np.delete(seen.likeness[d], own), _others(seen)[d]])
    if not len(others) or seen.covered[d] > HIDDEN:
        return False
    return bool(seen.likeness[d, own] - others.max() < BLENDED * seen.margins[own])


def _others(seen: Evidence) -> NDArray[np.float64]:
    """(figures, others) likeness to known characters that should not be there."""
    return np.zeros((len(seen.boxes), 0)) if seen.rivals is None else seen.rivals


def _is_elsewhere(box: Box, own: int, places: Sequence[Box]) -> bool:
    """Whether a figure covers more of another's place than of its own."""
    shares = [_overlap(box, place) for place in places]
    return max(shares) > shares[own]


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, wide) * max(0.0, high)
    areas = sum((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return shared / max(areas - shared, 1e-9)


def _bleeding(seen: Evidence, pairs: dict[int, int], names: Sequence[str]) -> list[Bleeding]:
    if not seen.attributes:
        return []
    return [
        Bleeding(of=other, on=names[c], tag=tag)
        for c, d in sorted(pairs.items())
        for other, tags in seen.attributes[d].items()
        if other != names[c]
        for tag in sorted(tags)
    ]
