"""Closer outlines by OpenCV, and a kind word where it is not installed."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from castmates.core.errors import Missing
from castmates.pictures.edits.figures import Figures
from castmates.pictures.edits.grabcut import refined, tool


def disc() -> tuple[np.ndarray, np.ndarray]:
    """A red disc on green, both a little uneven."""
    down, across = np.indices((96, 120))
    inside = (down - 48) ** 2 + (across - 60) ** 2 < 30**2
    pixels = np.where(inside[..., None], (200, 30, 30), (40, 150, 60))
    noise = np.random.default_rng(0).normal(0, 12, pixels.shape)
    return (pixels + noise).clip(0, 255).astype(np.uint8), inside


def overlap(one: np.ndarray, two: np.ndarray) -> float:
    return float((one & two).sum() / (one | two).sum())


def test_without_opencv_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(Missing, match=r"OpenCV.*castmates\[edit\]"):
        tool()


def test_a_box_becomes_an_outline() -> None:
    pytest.importorskip("cv2")
    pixels, inside = disc()
    found = refined(pixels, Figures(((20, 10, 100, 86),)))
    assert found.labels is not None
    assert overlap(found.labels == 1, inside) > 0.95
    assert found.boxes[0] == pytest.approx((31, 19, 90, 78), abs=3)


def test_a_coarse_mask_becomes_a_closer_one_and_strays_go() -> None:
    pytest.importorskip("cv2")
    pixels, inside = disc()
    pixels[2:8, 110:118] = (200, 30, 30)
    cells = inside.reshape(12, 8, 15, 8).mean(axis=(1, 3)) > 0.5
    coarse = np.kron(cells, np.ones((8, 8))).astype(np.uint8)
    coarse[2:8, 111:117] = 1
    found = refined(pixels, Figures(((30, 2, 117, 72),), coarse))
    assert found.labels is not None
    assert overlap(found.labels == 1, inside) > 0.95 > overlap(coarse == 1, inside)
