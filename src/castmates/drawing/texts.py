"""Encode each text once per adapter row; knows nothing of what the encodings are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from castmates.families.base import Base

AT_ONCE = 64
_Key = tuple[str, tuple[tuple[str, float], ...]]


class Texts:
    """The encodings of one drawing job.

    Adapters may change the text encoder, so a text is encoded once for every different row of
    adapter strengths. Kept for one job only: between jobs the adapters themselves may change.
    """

    def __init__(self, base: Base) -> None:
        self._base = base
        self._known: dict[_Key, Tensor] = {}

    def encode(self, texts: Sequence[str], rows: Sequence[Mapping[str, float]]) -> Tensor:
        """(n, tokens, d) float32: text i as the adapters of row i let the encoder see it."""
        keys = [(text, _settled(row)) for text, row in zip(texts, rows, strict=True)]
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            with torch.no_grad(), self._base.bank.rows([dict(row) for _, row in some]):
                encoded = self._base.encode_text([text for text, _ in some]).float()
            self._known.update(zip(some, encoded, strict=True))
        return torch.stack([self._known[key] for key in keys])


def _settled(row: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The row without what has no effect, in one order: a strength of 0 is no adapter."""
    return tuple(sorted((name, strength) for name, strength in row.items() if strength != 0.0))
