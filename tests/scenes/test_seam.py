"""A line where two places meet is found, a tree elsewhere is not."""

from __future__ import annotations

import numpy as np

from castmates.scenes.seam import SURE, borders_of, seam_score


def ground(seed: int = 0) -> np.ndarray:
    numbers = np.random.default_rng(seed)
    slope = np.linspace(90, 160, 96)[None, :, None] + numbers.normal(0, 3, (64, 96, 3))
    return slope.clip(0, 255).astype(np.uint8)


def test_two_grounds_side_by_side_have_a_seam() -> None:
    plain, stitched = ground(), ground()
    stitched[:, 48:] = stitched[:, 48:] // 2
    assert seam_score(stitched, (), [0.5]) > SURE
    assert seam_score(plain, (), [0.5]) < SURE
    assert seam_score(stitched, (), [0.2]) < SURE


def test_figures_are_left_out() -> None:
    picture, figure = ground(), np.zeros((64, 96), bool)
    picture[20:, 44:54], figure[18:, 42:56] = 0, True
    assert seam_score(picture, (), [0.5]) > SURE
    assert seam_score(picture, [figure], [0.5]) < SURE
    assert seam_score(picture, [np.ones((64, 96), bool)], [0.5]) == 0.0


def test_borders_lie_between_neighbours() -> None:
    assert borders_of([(0.5, 0, 1, 1), (0, 0, 0.4, 1)]) == [0.45]
    assert borders_of([(0, 0, 1, 1)]) == []
