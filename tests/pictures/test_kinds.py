"""Pictures of a kind that the base cannot hold are told, asked once, and not read by our tagger."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from castmates.core.ports import Pixels
from castmates.core.types import Tag
from castmates.families.facts import Facts
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.check import Means, check
from castmates.pictures.kinds import is_beyond, surely_fits
from castmates.pictures.looking import Detail
from castmates.pictures.report import Report
from tests.pictures.drawn import picture

FACTS = Facts(family="sd15", native_size=64, prediction="epsilon", latent_scale=1.0)


class Anything:
    """A tagger that sees a smile in everything."""

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        return [[Tag(name="smile", confidence=0.9, family="expression")] for _ in pictures]

    def vocabulary(self) -> dict[str, str]:
        return {"smile": "expression"}


def report_of(folder: CharacterFolder, share: float, asked: list[int], base: str = "a") -> Report:
    def opened() -> Detail:
        def kept(pictures: Sequence[Pixels]) -> list[float]:
            asked.append(len(pictures))
            return [share] * len(pictures)

        return kept

    return check(
        folder,
        FACTS,
        Means(
            tagger=Anything,
            tagger_name="storybook",
            detail=opened,
            base_name=base,
            base_called="storybook",
            detail_floor=0.3,
            same_kind=True,
        ),
    )


def fill(folder: CharacterFolder, count: int) -> None:
    for number in range(1, count + 1):
        images.write_png(folder.picture_path(number), np.asarray(picture(number).convert("RGB")))


def test_the_median_decides() -> None:
    assert is_beyond([0.1, 0.1, 0.5], 0.3)
    assert not is_beyond([0.1, 0.5, 0.5], 0.3)
    assert not is_beyond([], 0.3)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_who_surely_fits_fits_whatever_comes_and_the_last_picture_settles_it(count: int) -> None:
    low, high, floor = 0.1, 0.5, 0.3
    for kept in product([low, high], repeat=count):
        assert surely_fits(kept, floor, count) is not is_beyond(kept, floor)
        for seen in range(count):
            worst = [*kept[:seen], *[low] * (count - seen)]
            assert surely_fits(kept[:seen], floor, count) is not is_beyond(worst, floor)


def test_another_kind_is_told_with_the_way_out(pip: CharacterFolder) -> None:
    fill(pip, 4)
    report = report_of(pip, 0.1, [])
    first = report.findings[0]
    assert (first.code, first.level) == ("other-kind", "warning")
    assert "holds 10% of their detail, 30% are wanted" in first.what
    assert "--base FOLDER" in first.fix
    assert "expression" not in report.coverage
    assert any("ours knows drawn pictures only" in line for line in report.skipped)


def test_the_bases_own_kind_is_read_by_the_tagger(pip: CharacterFolder) -> None:
    fill(pip, 4)
    report = report_of(pip, 0.5, [])
    assert "other-kind" not in {finding.code for finding in report.findings}
    assert report.coverage["expression"]["smile"] == 4


def test_twelve_pictures_are_looked_at_once(pip: CharacterFolder) -> None:
    fill(pip, 15)
    asked: list[int] = []
    report_of(pip, 0.5, asked)
    report_of(pip, 0.5, asked)
    assert sum(asked) == 12
    report_of(pip, 0.5, asked, base="another")
    assert sum(asked) == 24
