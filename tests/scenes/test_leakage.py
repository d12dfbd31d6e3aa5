"""Who is drawn when one trigger stands alone, as a matrix."""

from __future__ import annotations

import numpy as np

from castmates.scenes.leakage import leakage
from castmates.scenes.looking import Known

A, B, FAR = np.eye(3, dtype=np.float32)


def known(name: str, row: np.ndarray) -> Known:
    return Known(name, np.stack([row, row]), real=1.0, stranger=0.0)


def test_rows_say_who_is_drawn_for_whom() -> None:
    cast = {"pip": known("pip", A), "moss": known("moss", B)}
    found = leakage({"pip": np.stack([A, A, B, FAR]), "moss": np.stack([B, B])}, cast)
    assert found.names == ("pip", "moss")
    assert found.drawn.tolist() == [[0.5, 0.25, 0.25], [0.0, 1.0, 0.0]]
    assert found.likeness.tolist() == [[0.5, 0.25], [0.0, 1.0]]
    assert (found.own, found.leaked) == (0.75, 0.125)
    assert found.lines()[1].split() == ["pip", "50", "%", "25", "%", "25", "%"]
