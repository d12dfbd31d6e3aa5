"""Rectangles on a page, in points from the upper left corner of the trim; knows no page."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.books.values import Box


@dataclass(frozen=True)
class Rect:
    """Left, top, width and height."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def grown(self, by: float) -> Rect:
        """Larger on every side (smaller, when negative)."""
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def moved(self, x: float = 0.0, y: float = 0.0) -> Rect:
        return Rect(self.x + x, self.y + y, self.w, self.h)

    def meets(self, other: Rect) -> bool:
        """Whether they share more than an edge."""
        across = min(self.right, other.right) - max(self.x, other.x)
        down = min(self.bottom, other.bottom) - max(self.y, other.y)
        return across > 1e-6 and down > 1e-6

    def holds(self, other: Rect, slack: float = 1e-6) -> bool:
        """Whether all of another lies inside."""
        inside = other.x >= self.x - slack and other.y >= self.y - slack
        return inside and other.right <= self.right + slack and other.bottom <= self.bottom + slack

    def part(self, box: Box) -> Rect:
        """The place of a box (fractions) inside this rectangle."""
        left, top, right, bottom = box
        wide, high = (right - left) * self.w, (bottom - top) * self.h
        return Rect(self.x + left * self.w, self.y + top * self.h, wide, high)
