"""A second check of unchanged pictures reads no picture and asks no model."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import pytest

from castmates.core.ports import Found, Pixels
from castmates.core.types import Tag
from castmates.families.facts import Facts
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures import looking, remembered
from castmates.pictures.check import Means, check
from tests.pictures.drawn import picture

FACTS = Facts(family="sd15", native_size=64, prediction="epsilon", latent_scale=1.0)


class Colours:
    """A tagger that says whether red or blue prevails, and counts what it was shown."""

    def __init__(self) -> None:
        self.shown = 0

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        self.shown += len(pictures)
        return [
            [Tag(name="red" if p[..., 0].mean() > p[..., 2].mean() else "blue", confidence=1.0)]
            for p in pictures
        ]

    def vocabulary(self) -> dict[str, str]:
        return {"red": "general", "blue": "general"}


class Middle:
    """A finder of one figure in the middle."""

    def __init__(self) -> None:
        self.shown = 0

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        self.shown += len(pictures)
        return [
            [Found((0.2 * p.shape[1], 0.2 * p.shape[0], 0.8 * p.shape[1], 0.8 * p.shape[0]), 1.0)]
            for p in pictures
        ]


class Asked:
    """What a check asked for: pictures read, and models made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tagger, self.finder = Colours(), Middle()
        self.made: list[str] = []
        self.read: list[str] = []
        read, data = images.read, remembered.read_bytes
        monkeypatch.setattr(
            looking.images, "read", lambda p: (self.read.append(p.name), read(p))[1]
        )
        monkeypatch.setattr(
            remembered, "read_bytes", lambda p: (self.read.append(p.name), data(p))[1]
        )

    @property
    def means(self) -> Means:
        return Means(
            tagger=lambda: (self.made.append("tagger"), self.tagger)[1],
            tagger_name="colours",
            finder=lambda: (self.made.append("finder"), self.finder)[1],
            finder_name="middle",
        )


@pytest.fixture
def asked(pip: CharacterFolder, monkeypatch: pytest.MonkeyPatch) -> Asked:
    for number in range(1, 21):
        images.write_png(pip.picture_path(number), np.asarray(picture(number)))
        pip.write_caption(number, "pip, smile")
    return Asked(monkeypatch)


def test_the_second_check_reads_nothing_and_says_the_same(
    pip: CharacterFolder, asked: Asked
) -> None:
    first = check(pip, FACTS, asked.means)
    assert (asked.tagger.shown, asked.finder.shown, len(asked.read)) == (20, 20, 20)
    asked.made.clear(), asked.read.clear()
    assert check(pip, FACTS, asked.means) == first
    assert (asked.read, asked.made) == ([], [])


def test_only_what_changed_is_looked_at(pip: CharacterFolder, asked: Asked) -> None:
    check(pip, FACTS, asked.means)
    asked.read.clear()
    images.write_png(pip.picture_path(3), np.asarray(picture(77)))
    pip.picture_path(20).unlink()
    check(pip, FACTS, asked.means)
    assert asked.read == ["0003.png"]
    assert asked.tagger.shown == 21


def test_a_touched_file_is_known_by_its_content(pip: CharacterFolder, asked: Asked) -> None:
    check(pip, FACTS, asked.means)
    asked.read.clear()
    os.utime(pip.picture_path(5), (1, 1))
    check(pip, FACTS, asked.means)
    assert asked.read == ["0005.png"]
    assert asked.tagger.shown == 20


def test_another_base_size_measures_anew_but_tags_not(pip: CharacterFolder, asked: Asked) -> None:
    check(pip, FACTS, asked.means)
    check(pip, FACTS.model_copy(update={"native_size": 32}), asked.means)
    assert asked.tagger.shown == 20
    # Who is not asked this time is not forgotten.
    check(pip, FACTS)
    check(pip, FACTS, asked.means)
    assert asked.tagger.shown == 20


def test_a_broken_memory_is_no_matter(pip: CharacterFolder, asked: Asked) -> None:
    first = check(pip, FACTS, asked.means)
    (pip.path / remembered.FILE).write_text("{", encoding="utf-8")
    assert check(pip, FACTS, asked.means) == first
