"""Say who somebody is, as a direction, by an ONNX model; knows no scores.

The interface is the tagger's: (n, side, side, 3) float BGR 0..255 in; (n, d) out.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from castmates.backends.model_card import embedded
from castmates.backends.onnx_model import OnnxModel
from castmates.core.ports import Pixels


class OnnxEncoder:
    """An encoder (port `core.ports.Encoder`) from a folder with model.onnx and, maybe, card.toml.

    Errors as in `onnx_model.OnnxModel`.
    """

    def __init__(self, folder: Path | Traversable) -> None:
        self._model = OnnxModel(folder)
        self.card = self._model.card

    @property
    def name(self) -> str:
        return self._model.name

    def embed(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """(n, d) rows of length 1; the likeness of two pictures is their dot product."""
        rows = self._model.run(pictures)
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        directions: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-12)).astype(np.float32)
        return directions


def storybook() -> OnnxEncoder:
    """The embedded encoder of the storybook world. Raises Missing when it is not installed."""
    return OnnxEncoder(embedded("encoder"))
