"""What was read off a candidate, and which of a page's is the best; sees no pixels.

Who is there counts before all else; then half likeness, three tenths obedience, two tenths calm
room for words. What nobody could measure takes no part.
"""

from __future__ import annotations

from collections.abc import Sequence

from castmates.books.values import Box
from castmates.core.types import Value

_WEIGHTS = (("likeness", 0.5), ("obedience", 0.3), ("room", 0.2))


class Seen(Value):
    """Somebody found in a picture.

    Attributes:
        name: of the cast; "": nobody whom we know.
        tags: what it looks like, in the tagger's words; of the chosen picture alone.
        covered: share that others hide.
    """

    name: str
    box: Box
    tags: tuple[str, ...] = ()
    covered: float = 0.0


class Mark(Value):
    """What was read off a candidate; None: nobody could measure it.

    Attributes:
        there: how many of the page's characters are there, less what is wrong (somebody twice, two
            mixed, one too many, places swapped).
        right: everybody is there, once.
        likeness, obedience: 0 to 1.
        room: calm of the best place for words that covers nobody; 0: there is none.
        says: in words, what is there and what is not.
    """

    there: float | None = None
    right: bool = False
    likeness: float | None = None
    obedience: float | None = None
    room: float = 0.0
    says: str = ""

    @property
    def quality(self) -> float:
        """The weighted mean of what was measured, 0 to 1."""
        known: list[tuple[float | None, float]] = [
            (getattr(self, name), weight) for name, weight in _WEIGHTS
        ]
        said = [(value, weight) for value, weight in known if value is not None]
        return sum(value * weight for value, weight in said) / sum(weight for _, weight in said)


class Candidate(Value):
    """A drawn candidate of a page: its file in the page's folder."""

    file: str
    seed: int
    mark: Mark
    seen: tuple[Seen, ...] = ()


class PageRecord(Value):
    """What became of a page.

    Attributes:
        asked: names what was wanted: the same again is drawn by nobody.
        turn: how often the page was drawn anew.
        candidates: of this turn, in order; earlier ones stay in the folder.
        chosen: which file is in the book; picked: a person chose it.
        looked: somebody could say who is where.
    """

    asked: str
    turn: int = 0
    candidates: tuple[Candidate, ...] = ()
    chosen: str = ""
    picked: bool = False
    looked: bool = True

    @property
    def best(self) -> Candidate:
        """The chosen candidate."""
        return next(one for one in self.candidates if one.file == self.chosen)


def best(marks: Sequence[Mark]) -> int:
    """Which of a page's candidates is kept: of equals the earliest."""
    order = [
        (one.there if one.there is not None else 0.0, one.quality, -i)
        for i, one in enumerate(marks)
    ]
    return max(range(len(marks)), key=lambda i: order[i])


def why(candidates: Sequence[Candidate], chosen: int) -> str:
    """In words, why a candidate was chosen."""
    mark = candidates[chosen].mark
    figures = [
        f"{name} {value:.2f}" for name, _ in _WEIGHTS if (value := getattr(mark, name)) is not None
    ]
    said = f"candidate {chosen + 1} of {len(candidates)}: {', '.join(figures)}"
    return f"{said}; {mark.says}" if mark.says else said
