"""The sizes of pages, in points; the table is `formats.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from castmates.books.layout.geometry import Rect
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value

_POINTS = {"in": 72.0, "mm": 72.0 / 25.4}


class _Row(Value):
    unit: Literal["in", "mm"]
    width: float
    height: float
    bleed: float
    gutter: float
    margin: float


@dataclass(frozen=True)
class PageFormat:
    """A page as trimmed; all lengths in points (1/72 inch)."""

    name: str
    width: float
    height: float
    bleed: float
    gutter: float
    margin: float

    @property
    def trim(self) -> Rect:
        return Rect(0.0, 0.0, self.width, self.height)

    @property
    def bled(self) -> Rect:
        """The trim and the bleed around it."""
        return self.trim.grown(self.bleed)

    def safe(self, binding: Literal["left", "right", ""]) -> Rect:
        """Where words may stand on a page that is bound at this edge."""
        left = self.gutter if binding == "left" else self.margin
        right = self.gutter if binding == "right" else self.margin
        wide, high = self.width - left - right, self.height - 2 * self.margin
        return Rect(left, self.margin, wide, high)

    @property
    def type_scale(self) -> float:
        """How large type is here against a page of 8.5 inches."""
        shorter = min(self.width, self.height) / 612.0
        return float(min(1.0, max(0.72, shorter**0.75)))


@cache
def _rows() -> dict[str, _Row]:
    text = (files("castmates.books.layout") / "formats.toml").read_text(encoding="utf-8")
    return {name: _Row.model_validate(row) for name, row in tomllib.loads(text).items()}


def format_names() -> list[str]:
    """Every format that a book can have."""
    return list(_rows())


def page_format(name: str) -> PageFormat:
    """A format by name. Raises BadInput with the nearest known one."""
    wanted = name.strip().lower().replace("×", "x").replace(" ", "-")
    for known, row in _rows().items():
        if known.lower() == wanted:
            points = _POINTS[row.unit]
            lengths = (row.width, row.height, row.bleed, row.gutter, row.margin)
            return PageFormat(known, *(length * points for length in lengths))
    raise BadInput(f"No page format '{name}'.", did_you_mean(name, _rows()))
