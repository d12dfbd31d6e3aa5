"""The way into a model's input and back is exact; overlaps and peaks are as counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.backends.finding import (
    Fit,
    assembled,
    box_overlaps,
    distinct,
    inside,
    letterboxed,
    mask_overlaps,
    peaks,
    shared_out,
    squared,
)
from castmates.backends.preparing import prepared


@pytest.mark.parametrize(("height", "width"), [(40, 20), (20, 40), (33, 50), (64, 64), (7, 90)])
def test_a_box_comes_back_from_a_letterbox(height: int, width: int) -> None:
    picture = np.full((height, width, 3), 200, np.uint8)
    paper, fit = letterboxed(picture, 64, 96)
    assert paper.shape == (64, 96, 3)
    filled = (paper == 200).all(2)
    rows, columns = np.flatnonzero(filled.any(1)), np.flatnonzero(filled.any(0))
    corners = [columns[0] / 96, rows[0] / 64, (columns[-1] + 1) / 96, (rows[-1] + 1) / 64]
    back = fit.boxes(np.array([corners], np.float32))
    np.testing.assert_allclose(back, [[0, 0, width, height]], atol=1e-3)
    assert (paper[~filled] == 114).all()
    assert filled.all(1).any() or filled.all(0).any()


def test_a_mask_comes_back_from_the_square_of_the_taggers() -> None:
    picture = np.full((4, 8, 3), 255, np.uint8)
    picture[1:3, 2:5] = 0
    values = (prepared([picture], 8)[0, ..., 0] == 0).astype(np.float32)
    back = squared(4, 8).stretched(values) > 0.5
    assert (back == (picture[..., 0] == 0)).all()
    assert squared(4, 8).boxes(np.array([[-1, 0.25, 2, 0.75]], np.float32)).tolist() == [
        [0, 0, 8, 4]
    ]


def test_overlaps_by_hand() -> None:
    boxes = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 5, 9]], np.float32)
    wanted = [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(box_overlaps(boxes, boxes), wanted, atol=1e-6)
    masks = np.stack([inside(boxes[:2] / 4, 4, 4)[i] for i in (0, 1)])
    np.testing.assert_allclose(mask_overlaps(masks, masks), np.array(wanted)[:2, :2], atol=1e-6)


def test_the_less_sure_gives_way_only_to_whom_stays() -> None:
    # 1 falls to 0; 2 overlaps only 1, which is gone, and stays.
    overlaps = np.array([[1, 0.9, 0.1], [0.9, 1, 0.9], [0.1, 0.9, 1]], np.float32)
    assert distinct(overlaps, 0.5) == [0, 2]
    assert distinct(np.zeros((0, 0), np.float32), 0.5) == []


def test_peaks_are_local_and_the_highest_first() -> None:
    heat = np.zeros((6, 6), np.float32)
    heat[0, 0], heat[0, 1], heat[5, 5], heat[3, 2] = 0.5, 0.4, 0.9, 0.2
    rows, columns = peaks(heat, 0.3, 8)
    assert list(zip(rows.tolist(), columns.tolist(), strict=True)) == [(5, 5), (0, 0)]
    assert len(peaks(heat, 0.1, 1)[0]) == 1


def test_a_box_is_widened_by_its_share_and_a_cell() -> None:
    box = np.array([[0.4, 0.4, 0.6, 0.6]], np.float32)
    assert inside(box, 10, 10)[0].sum() == 4
    assert inside(box, 10, 10, 0.5)[0].sum() == 36


def test_masks_are_sums_of_prototypes_and_share_no_pixel() -> None:
    prototypes = np.full((2, 4, 4), -9, np.float32)
    prototypes[0, :, :3], prototypes[1, :, 2:] = 2, 5
    values = assembled(np.eye(2, dtype=np.float32), prototypes)
    np.testing.assert_allclose(values[0, 0, 0], 1 / (1 + np.exp(-2)), rtol=1e-6)
    left, right = shared_out(Fit(4, 4, 0, 0, 1, 1), values)
    assert left[0].tolist() == [True, True, False, False]
    assert right[0].tolist() == [False, False, True, True]
