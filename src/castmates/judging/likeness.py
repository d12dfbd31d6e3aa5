"""How alike, and how copied: numbers from embeddings and small layouts; knows no files, no study.

Likeness is calibrated against two levels measured in the same way, so that it does not depend on
which encoder or which candidates there are: 0 is what a stranger reaches (the base without
adapter), 1 is what the held-out pictures reach among themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.errors import Unfit
from castmates.core.ports import Encoder, Pixels

Vectors = NDArray[np.float32]

LAYOUT = 16
"""Side of the small picture in which composition is compared, in pixels."""


@dataclass(frozen=True)
class RealPictures:
    """The character as it really is.

    Attributes:
        training: pictures the adapter was trained on.
        held_out: pictures that training never saw; likeness is measured against these.
    """

    training: tuple[Pixels, ...]
    held_out: tuple[Pixels, ...]

    def __post_init__(self) -> None:
        if len(self.training) + len(self.held_out) < 2:
            raise Unfit(
                "Likeness needs at least 2 real pictures of the character to compare with.",
                "Add pictures.",
            )

    @property
    def references(self) -> tuple[Pixels, ...]:
        """What likeness compares with: the held-out pictures; with fewer than 2, all there are."""
        return self.held_out if self.enough else self.training + self.held_out

    @property
    def enough(self) -> bool:
        """Whether there are held-out pictures to measure with (2 or more)."""
        return len(self.held_out) >= 2


def alike(vectors: Vectors, references: Vectors) -> NDArray[np.float64]:
    """How alike each picture is to the references, uncalibrated.

    The mean cosine with the better half of the references (a smiling close-up need not resemble a
    back view), averaged over leaving out each reference once. `among` does exactly the same to the
    references themselves, so a further real picture reaches the level of `among` on average.

    Args:
        vectors: (n, d) unit rows. references: (r, d) unit rows, r >= 2.

    Returns:
        (n,) in -1..1.
    """
    cosines = np.asarray(vectors @ references.T, dtype=np.float64)
    left_out = [_better_half(np.delete(cosines, j, axis=1)) for j in range(len(references))]
    return np.asarray(np.mean(left_out, axis=0), dtype=np.float64)


def among(references: Vectors) -> NDArray[np.float64]:
    """How alike each of r >= 2 references is to the others, as `alike` measures: (r,)."""
    cosines = np.asarray(references @ references.T, dtype=np.float64)
    rows = [_better_half(np.delete(cosines[j], j)[None, :])[0] for j in range(len(references))]
    return np.asarray(rows, dtype=np.float64)


def _better_half(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    half = -(-cosines.shape[1] // 2)
    return np.asarray(np.sort(cosines, axis=1)[:, -half:].mean(axis=1), dtype=np.float64)


def layouts(pictures: Sequence[Pixels]) -> Vectors:
    """What is where in each picture, coarsely: (n, 768) unit rows.

    The picture shrunk to 16 × 16 colours, without its mean colour. No model takes part: copying is
    about the same composition, not the same person.
    """
    rows = []
    for picture in pictures:
        side = (LAYOUT, LAYOUT)
        small = Image.fromarray(picture).resize(side, Image.Resampling.BOX)
        colours = np.asarray(small, dtype=np.float32).reshape(-1, 3)
        rows.append((colours - colours.mean(axis=0)).ravel())
    stacked = np.stack(rows)
    lengths = np.linalg.norm(stacked, axis=1, keepdims=True)
    return np.asarray(stacked / np.maximum(lengths, 1e-6), dtype=np.float32)


def nearest(vectors: Vectors, others: Vectors) -> NDArray[np.float64]:
    """Each row's cosine with the nearest of the others: (n,)."""
    return np.asarray((vectors @ others.T).max(axis=1), dtype=np.float64)


def embedded(encoder: Encoder, pictures: Sequence[Pixels], at_once: int = 32) -> Vectors:
    """Embed many pictures a few at a time: (n, d)."""
    parts = [encoder.embed(pictures[i : i + at_once]) for i in range(0, len(pictures), at_once)]
    return np.concatenate(parts)
