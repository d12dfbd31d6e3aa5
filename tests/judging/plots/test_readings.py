"""What is read off cells: calibrated, only what was asked for, and read once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from castmates.core.ports import Pixels
from castmates.core.types import Tag
from castmates.judging.likeness import RealPictures
from castmates.judging.plots.plot import SEAT, Plot, Worded, cells
from castmates.judging.plots.readings import Reader, Readings
from castmates.judging.scores import Judges
from tests.judging import tiny
from tests.judging.plots.plots import plot

PLOT = plot(
    ("epoch", ("none", "1", "6")),
    words=(Worded(words=f"pip, Christmas hat, blue shirt, snowflake {SEAT}"),),
)
REAL = {"pip": RealPictures(training=tiny.real(4), held_out=tiny.real(3, start=50))}
LOOKS = {"base.png": (0.0, True), "e001.png": (0.4, True), "e006.png": (0.7, False)}


class Counting(tiny.RedTagger):
    """Counts what it looks at."""

    def __init__(self) -> None:
        self.seen = 0

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        self.seen += len(pictures)
        return super().tags(pictures, at_least)

    def vocabulary(self) -> dict[str, str]:
        return {**super().vocabulary(), "blue shirt": "clothes"}


def picture(name: str) -> Pixels:
    dose, hat = LOOKS[name]
    return tiny.picture(dose, hat, 1)


def read(tagger: Counting, made: Plot = PLOT, before: Readings | None = None) -> Readings:
    judges = Judges(encoder=tiny.ColourEncoder(), tagger=tagger)
    reader = Reader(made, REAL, judges, {"pip": ("blue shirt",)})
    return reader.read(cells(made), picture, before)


def test_the_base_is_a_stranger_and_dose_is_likeness() -> None:
    base, first, last = read(Counting()).cells
    assert base.likeness == 0.0
    assert first.likeness is not None
    assert last.likeness is not None
    assert 0 < first.likeness < last.likeness
    assert abs(last.likeness - 1.0) < 0.2


def test_wanted_is_what_the_words_ask_beyond_the_character() -> None:
    base, _, last = read(Counting()).cells
    assert base.wanted == base.found == ("christmas hat",)
    assert last.missed == ("christmas hat",)


def test_what_was_read_before_is_not_read_again() -> None:
    tagger = Counting()
    before = read(tagger)
    again = Counting()
    assert read(again, before=before) == before
    assert (tagger.seen, again.seen) == (3, 0)
    other = Counting()
    read(other, plot(("epoch", ("none", "1", "6")), words=PLOT.words, precise=True), before)
    assert other.seen == 3


def test_without_a_baseline_there_is_no_likeness() -> None:
    found = read(Counting(), plot(("epoch", ("1", "6")), words=PLOT.words))
    assert [one.likeness for one in found.cells] == [None, None]
    assert found.cells[1].similarity is not None
    assert np.isfinite(found.cells[1].similarity)
    assert found.calibration == {}
