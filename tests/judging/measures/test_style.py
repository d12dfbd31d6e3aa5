"""A style that nobody asked for is seen, and what the tagger's word wanders by itself is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from castmates.core.ports import Pixels
from castmates.core.types import Tag
from castmates.judging.cells import Study, StudyPrompt, cells
from castmates.judging.judges import Judges
from castmates.judging.measures.looks import Looks
from castmates.judging.measures.seen import Seen
from castmates.judging.measures.style import Style
from tests.judging import tiny

PROMPTS = tuple(
    StudyPrompt(label=name, words=f"pip, {name}", family=family)
    for name, family in (("a", "plain"), ("b", "scene"), ("c", "motion"), ("d", "style"))
)


class InkTagger:
    """The first pixel says how much of a picture is ink, in percent; the rest is flat."""

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        del at_least
        inks = [int(picture[0, 0, 0]) / 100 for picture in pictures]
        words = [("ink outline", ink) for ink in inks], [("flat color", 1 - ink) for ink in inks]
        return [
            [Tag(name=name, confidence=share, family="style") for name, share in both]
            for both in zip(*words, strict=True)
        ]


def moved(base: Sequence[int], arm: Sequence[int], seeds: tuple[int, ...] = (1,)) -> list[float]:
    """The readings of an arm's cells; base and arm: ink in percent of each cell."""
    study = tiny.study(adapters=tiny.study().adapters[:1], prompts=PROMPTS, seeds=seeds)
    study = study.model_copy(update={"strengths": (1.0,)})
    assert isinstance(study, Study)
    wanted = cells(study)
    inks = {0: iter(base), 2: iter(arm)}
    pictures = tuple(np.full((8, 8, 3), next(inks[cell.epoch]), np.uint8) for cell in wanted)
    judges = Judges(tiny.ColourEncoder(), InkTagger(), None)
    real = Looks(tiny.real(2), judges)
    seen = Seen(study, wanted, Looks(pictures, judges), real, real, held_out=True)
    values = Style().read(seen).values
    return [float(v) for v, cell in zip(values, wanted, strict=True) if cell.epoch]


def test_what_wanders_from_prompt_to_prompt_is_free_where_there_is_one_seed() -> None:
    # The asked style of the last prompt (90) says nothing about how the word wanders.
    calm = moved([5, 20, 35, 90], [35, 20, 5, 90])
    assert max(calm) < 0.05
    burnt = moved([5, 20, 35, 90], [95, 95, 95, 90])
    assert min(burnt[:3]) > 0.4


def test_with_two_seeds_their_difference_alone_is_free() -> None:
    # Per prompt two seeds: 5 and 10 percent of ink, whatever the prompts are.
    base = [5, 10, 45, 50, 85, 90, 5, 10]
    assert max(moved(base, base, (1, 2))) == pytest.approx(0.0)
    assert min(moved(base, [35, 40, 75, 80, 55, 60, 35, 40], (1, 2))) > 0.2
