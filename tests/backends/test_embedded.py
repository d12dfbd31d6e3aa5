"""The embedded models open by name and know the storybook world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.encoders import open_encoder
from castmates.backends.finders import open_finder
from castmates.backends.model_card import embedded
from castmates.backends.taggers import open_tagger
from castmates.core.errors import Missing
from castmates.files import images

PIP = sorted((Path(__file__).parents[2] / "examples" / "pip").glob("*.png"))


def test_an_absent_model_is_said_with_the_way_out() -> None:
    with pytest.raises(Missing, match="Run: "):
        embedded("soothsayer")


def test_the_tagger_knows_the_families_of_looks() -> None:
    families = set(open_tagger("storybook").vocabulary().values())
    assert families >= {"count", "hair", "hair_colour", "eyes", "fur", "outfit", "hat", "view"}


def test_the_encoder_gives_directions() -> None:
    rows = open_encoder("storybook").embed([images.read(path) for path in PIP[:4]])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_the_finder_finds_pip_and_nobody_else() -> None:
    for everybody in open_finder("storybook").find([images.read(path) for path in PIP[:6]]):
        assert len(everybody) == 1
        left, top, right, bottom = everybody[0].box
        assert 0 <= left < right
        assert 0 <= top < bottom
        assert everybody[0].mask is not None
        assert 0.05 < float(everybody[0].mask.mean()) < 0.95
