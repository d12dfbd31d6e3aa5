"""Textual inversions that a base's text encoders read besides their own tokens; knows no file.

Their vectors have numbers behind the vocabulary, and take the place of a token's vector after the
token embedding, row by row: a batch may hold any mixture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from castmates.adapters.inversion import Inversion
from castmates.core.errors import Unfit
from castmates.files.inversion_file import ONE, misfit

_MARKS = 2


class Inversions:
    """The textual inversions of one base.

    Args:
        encoders: the text encoders (transformers' CLIP) by their parts in files: {"": encoder}, or
            {"clip_l": …, "clip_g": …}.
        max_tokens: what a text encoder reads at once, both end marks counted.
        base: the base's name, for messages.
    """

    def __init__(self, encoders: Mapping[str, Any], max_tokens: int, base: str) -> None:
        self._words = {part: each.get_input_embeddings() for part, each in encoders.items()}
        self._first = max((each.num_embeddings for each in self._words.values()), default=0)
        self._most, self._base = max_tokens - _MARKS, base
        self._held: dict[str, Inversion] = {}
        self._numbers: dict[str, tuple[int, ...]] = {}
        self._vectors: dict[str, Tensor] = {}

    @property
    def counts(self) -> dict[str, int]:
        """Name -> how many tokens it takes."""
        return {name: len(numbers) for name, numbers in self._numbers.items()}

    @property
    def widths(self) -> dict[str, int]:
        """Text encoder -> numbers in a vector of its words."""
        return {part: each.embedding_dim for part, each in self._words.items()}

    def sha256_of(self, name: str) -> str:
        """The hash of the file that an inversion came from."""
        return self._held[name].sha256

    def add(self, inversion: Inversion) -> None:
        """Put one in, or another in the place of one of the same name.

        Raises:
            Unfit: it is for other text encoders, or longer than they read at once.
        """
        sizes = {part: (len(each), each.shape[1]) for part, each in inversion.parts.items()}
        why = misfit(sizes, self.widths, self._most)
        if why:
            raise Unfit(
                f"The embedding '{inversion.name}' does not fit {self._base}: {why}.",
                "Take its version for this base, or leave it out.",
            )
        # Numbers are never given twice: encodings are kept by them.
        start = self._first + len(next(iter(self._vectors.values()), ()))
        for part, vectors in inversion.parts.items():
            before = self._vectors.get(part, vectors[:0])
            self._vectors[part] = torch.cat([before, vectors])
        self._numbers[inversion.name] = tuple(range(start, start + inversion.count))
        self._held[inversion.name] = inversion

    def numbers(self, name: str) -> tuple[int, ...]:
        """What stands for an inversion in a chunk of tokens."""
        return self._numbers[name]

    @contextmanager
    def read_as(self, ids: Tensor, part: str = ONE) -> Iterator[Tensor]:
        """Tokens that the text encoder of a part may be given: inside, vectors take their places.

        Args:
            ids: (n, tokens) with numbers of inversions among them.
        """
        extra = ids >= self._first
        if not self._held or not bool(extra.any()):
            yield ids
            return
        vectors = self._vectors[part][(ids[extra] - self._first).cpu()]

        def put(_module: Any, _given: Any, said: Tensor) -> Tensor:
            changed = said.clone()
            changed[extra] = vectors.to(said)
            return changed

        handle = self._words[part].register_forward_hook(put)
        try:
            yield ids.masked_fill(extra, 0)
        finally:
            handle.remove()
