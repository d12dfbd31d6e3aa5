import numpy as np
import pytest

from castmates.judging.measures.diversity import vendi


def test_the_score_counts_different_pictures() -> None:
    axes = np.eye(5, dtype=np.float32)
    assert vendi(axes) == pytest.approx(5.0)
    assert vendi(np.repeat(axes[:1], 5, axis=0)) == pytest.approx(1.0)
    assert vendi(np.repeat(axes[:2], 3, axis=0)) == pytest.approx(2.0)
    assert vendi(np.zeros((3, 5), np.float32)) == 1.0
