"""The page of a check is whole in itself, small, and shows what was found."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from castmates.core.types import Character
from castmates.families.facts import Facts
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.check import check
from castmates.studio.check_page import render
from storybook.album import album
from storybook.world import EXAMPLE, draw, tags_of

FACTS = Facts(family="sd15", native_size=64, prediction="epsilon", latent_scale=1.0)


def folder(path: Path, count: int, size: int) -> CharacterFolder:
    """An album with true captions; the last picture is the first one mirrored."""
    pip = Studio.init(path / "studio").add_character(Character(name="pip", trigger="star"))
    for number, spec in enumerate(album(EXAMPLE["pip"], count - 1), 1):
        images.write_png(pip.picture_path(number), draw(spec, size).image)
        pip.write_caption(number, ", ".join(["star", *tags_of(spec).values()]))
    first = images.read(pip.picture_path(1))
    images.write_png(pip.picture_path(count), np.ascontiguousarray(first[:, ::-1]))
    return pip


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    pip = folder(tmp_path_factory.mktemp("house"), 13, 96)
    return render(check(pip, FACTS), pip, "storybook")


def test_the_page_asks_for_nothing_from_outside(page: str) -> None:
    assert not re.search(r"(src|href)=|<script|@import|url\((?!data:)", page)
    assert "default-src 'none'" in page


def test_every_picture_is_inside_once(page: str) -> None:
    assert page.count("url(data:image/webp;base64,") == 13
    for number in range(1, 14):
        assert f".p{number} {{" in page
        assert f"{number:04d}.png" in page


def test_it_shows_findings_twins_plan_and_trigger(page: str) -> None:
    for part in ("trigger-clashes", "★ keep", "mirrored", "all-round", "Stays changeable", "Next:"):
        assert part in page
    assert "{{" not in page
    assert "{%" not in page


def test_words_of_captions_and_names_are_only_words(tmp_path: Path) -> None:
    pip = folder(tmp_path, 7, 64)
    for number in range(1, 8):
        pip.write_caption(number, "star, <b>bold</b>, smile")
    text = render(check(pip, FACTS), pip, "<i>base</i>")
    assert "<b>bold" not in text
    assert "<i>base" not in text


def test_a_hundred_pictures_stay_under_three_megabytes(tmp_path: Path) -> None:
    pip = Studio.init(tmp_path / "studio").add_character(Character(name="pip", trigger="pip"))
    rng = np.random.default_rng(0)
    for number in range(1, 101):
        small = rng.integers(0, 255, (24, 24, 3), dtype=np.uint8)
        images.write_png(pip.picture_path(number), small.repeat(8, 0).repeat(8, 1))
    assert len(render(check(pip, FACTS), pip, "storybook")) < 3_000_000
