"""A weight over the steps: `0.8@0,0.4@0.5,0@1`; knows no adapter.

The text is that of the extension loractl. Its curve reads a counter that runs one call late and is
still zero while the text is encoded. Ours is evaluated at the call itself: call k of N, counted
from 0, is at k in steps and at k/(N-1) as a fraction of the pass.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

Unit = Literal["fraction", "steps"]

_separator = re.compile(r"[,;]")
_hidden = re.compile(r"\s*\[email[\s\xa0]protected\]\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Point:
    """A weight at a place of the pass."""

    at: float
    weight: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in order of their places; between them the weight is linear, beyond them constant.

    Attributes:
        points: at least one; a constant is one point at 0.
        unit: of the places; one place above 1 makes all of them steps.
    """

    points: tuple[Point, ...]
    unit: Unit = "fraction"

    @property
    def is_constant(self) -> bool:
        return all(point.weight == self.points[0].weight for point in self.points)

    @property
    def first(self) -> float:
        """The weight at the first call."""
        return self.at(0, 2)

    def at(self, call: int, calls: int) -> float:
        """The weight at a call of the network.

        Args:
            call: 0 .. calls - 1.
            calls: of the pass; one call is at 0.
        """
        place = float(call)
        if self.unit == "fraction":
            place = call / (calls - 1) if calls > 1 else 0.0
        before = [point for point in self.points if point.at <= place]
        after = [point for point in self.points if point.at > place]
        if not before or not after:
            return (before[-1] if before else after[0]).weight
        low, high = before[-1], after[0]
        share = (place - low.at) / (high.at - low.at)
        return low.weight + share * (high.weight - low.weight)

    def over(self, calls: int) -> tuple[float, ...]:
        """The weight at every call of a pass."""
        return tuple(self.at(call, calls) for call in range(calls))

    def __str__(self) -> str:
        if len(self.points) == 1:
            return _short(self.points[0].weight)
        return ",".join(f"{_short(p.weight)}@{_short(p.at)}" for p in self.points)


@dataclass(frozen=True, slots=True)
class Read:
    """A curve as read, and what of it could not be; `curve` is None when nothing could."""

    curve: Curve | None
    problems: tuple[str, ...] = ()


def constant(weight: float) -> Curve:
    """The same weight all along."""
    return Curve((Point(0.0, weight),))


def read(written: str) -> Read:
    """Read a weight or a curve: points `weight@place` or `weight~place`, by `,` or `;`.

    A first point without a place is a constant, whatever follows; a later one is at 1. What cannot
    be read is left out and told.
    """
    said = [point.strip() for point in _separator.split(written)]
    if "@" not in said[0] and "~" not in said[0] and not _hidden.fullmatch(said[0]):
        weight = number(said[0])
        if weight is None:
            return Read(None, (f"'{_shown(written)}' is not a weight",))
        more = len(said) > 1
        note = f"'{said[0]}' has no place, so that the points after it count for nothing"
        return Read(constant(weight), (note,) if more else ())
    points, problems = [], []
    for one in said:
        point = _point(one)
        if point is not None:
            points.append(point)
        elif _hidden.fullmatch(one):
            problems.append(
                f"a web page has hidden a point behind '{one}' because it took it for an address; "
                "it is left out"
            )
        else:
            problems.append(f"'{_shown(one)}' is not a point; it is left out")
    if not points:
        return Read(None, tuple(problems))
    points.sort(key=lambda point: point.at)
    unit: Unit = "steps" if points[-1].at > 1.0 else "fraction"
    return Read(Curve(tuple(points), unit), tuple(problems))


def _point(written: str) -> Point | None:
    weight, sign, place = written.replace("~", "@").partition("@")
    found = number(weight), number(place) if sign else 1.0
    return None if found[0] is None or found[1] is None else Point(found[1], found[0])


def number(written: str) -> float | None:
    """A finite number as people write it; None when it is none."""
    try:
        value = float(written)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _short(value: float) -> str:
    return repr(value).removesuffix(".0")


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
