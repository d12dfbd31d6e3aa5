import numpy as np
import pytest

from castmates.core.ports import Found
from castmates.judging.measures.backdrop import backdrops


def scene(seed: int) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(0, 255, (8, 8, 3), dtype=np.uint8)
    return np.kron(blocks, np.ones((8, 8, 1), np.uint8))


def somebody(left: int, picture: np.ndarray) -> tuple[np.ndarray, Found]:
    painted = picture.copy()
    painted[16:64, left : left + 16] = (250, 20, 20)
    return painted, Found((left, 16, left + 16, 64), 0.9)


def test_the_same_scene_is_the_same_wherever_the_figure_stands() -> None:
    here, one = somebody(8, scene(1))
    there, other = somebody(40, scene(1))
    elsewhere, third = somebody(8, scene(2))
    behind = backdrops([here, there, elsewhere], [one, other, third])
    cosines = behind.cosines(behind)
    assert cosines[0, 1] > 0.97
    assert abs(cosines[0, 2]) < 0.5


def test_plain_walls_and_unknown_figures_say_nothing() -> None:
    wall = np.full((64, 64, 3), 255, np.uint8)
    painted, one = somebody(8, wall)
    behind = backdrops([painted, scene(1)], [one, None])
    assert np.isnan(behind.cosines(behind)).all()


def test_a_mask_frees_more_than_its_box() -> None:
    mask = np.zeros((64, 64), np.bool_)
    mask[0:8, 0:8] = True
    free = backdrops([scene(1)], [Found((0, 0, 64, 64), 0.9, mask=mask)])
    assert free.seen.sum() == pytest.approx(256 - 4)
