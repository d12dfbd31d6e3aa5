"""A tagger is asked once a picture and model, by checks and taggings together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from castmates.backends.thresholds import Thresholds, thresholds
from castmates.core.errors import CastmatesError
from castmates.core.ports import Pixels
from castmates.core.types import Tag
from castmates.families.facts import Facts
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.check import Means, check
from castmates.pictures.tagging import AT_A_TIME, Asking, heard
from tests.pictures.drawn import picture

COUNT = AT_A_TIME + 4


class Rating:
    """A tagger that is half sure of a hat, knows a name, and rates by redness; it counts."""

    def __init__(self) -> None:
        self.shown: list[int] = []
        self.fails = False

    def rated(
        self, pictures: Sequence[Pixels], at_least: float | None = None
    ) -> list[tuple[list[Tag], str]]:
        if self.fails and self.shown:
            raise CastmatesError("The device is gone.", "")
        self.shown.append(len(pictures))
        tags = [
            Tag(name="hat", confidence=0.5, family="hat"),
            Tag(name="miku", confidence=0.3, family="character"),
        ]
        kept = [tag for tag in tags if tag.confidence >= (at_least or 0.35)]
        return [(kept, "explicit" if p[0, 0, 0] > 200 else "general") for p in pictures]

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        return [tags for tags, _ in self.rated(pictures, at_least)]

    def vocabulary(self) -> dict[str, str]:
        return {"hat": "hat", "miku": "character"}


@pytest.fixture
def tagger() -> Rating:
    return Rating()


@pytest.fixture
def folder(pip: CharacterFolder) -> CharacterFolder:
    for number in range(1, COUNT + 1):
        images.write_png(pip.picture_path(number), np.asarray(picture(number)))
        pip.write_caption(number, "pip, smile")
    return pip


USUAL = Thresholds()


def asking(tagger: Rating, name: str = "r", limits: Thresholds = USUAL) -> Asking:
    return Asking(lambda: tagger, name, limits)


def test_another_threshold_asks_nothing_again(folder: CharacterFolder, tagger: Rating) -> None:
    first = heard(folder, asking(tagger))
    assert [[tag.name for tag in one.tags] for one in first] == [["hat"]] * COUNT
    assert tagger.shown == [AT_A_TIME, 4]
    low = heard(folder, asking(tagger, limits=thresholds(0.3)))
    assert [tag.name for tag in low[0].tags] == ["hat", "miku"]
    assert heard(folder, asking(tagger)) == first
    assert sum(tagger.shown) == COUNT


def test_a_check_behind_a_tagging_asks_nothing_and_sees_the_rating(
    folder: CharacterFolder, tagger: Rating
) -> None:
    red = np.full((8, 8, 3), (255, 0, 0), np.uint8)
    images.write_png(folder.picture_path(3), red)
    heard(folder, asking(tagger))
    facts = Facts(family="sd15", native_size=64, prediction="epsilon", latent_scale=1.0)
    means = Means(tagger=lambda: tagger, tagger_name="r", thresholds=Thresholds())
    report = check(folder, facts, means)
    assert sum(tagger.shown) == COUNT
    gate = next(finding for finding in report.findings if finding.code == "rating-gate")
    assert "0003.png" in gate.pictures
    assert gate.level == "warning"
    assert "rated explicit" in gate.what
    again = Rating()
    check(folder, facts, Means(tagger=lambda: again, tagger_name="r", thresholds=Thresholds()))
    assert again.shown == []


def test_taggers_are_remembered_side_by_side(folder: CharacterFolder, tagger: Rating) -> None:
    other = Rating()
    for _ in range(2):
        heard(folder, asking(tagger))
        heard(folder, asking(other, "other"))
    assert sum(tagger.shown) == sum(other.shown) == COUNT


def test_without_a_name_nothing_is_remembered(folder: CharacterFolder, tagger: Rating) -> None:
    for _ in range(2):
        heard(folder, asking(tagger, ""))
    assert sum(tagger.shown) == 2 * COUNT
    assert not (folder.path / "check.json").exists()


def test_stopped_half_way_it_goes_on(folder: CharacterFolder, tagger: Rating) -> None:
    tagger.fails = True
    with pytest.raises(CastmatesError, match="device is gone"):
        heard(folder, asking(tagger))
    tagger.fails = False
    assert len(heard(folder, asking(tagger))) == COUNT
    assert tagger.shown == [AT_A_TIME, 4]
