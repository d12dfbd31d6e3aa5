"""Words -> what the U-Net of SD 1.x reads; knows no grammar and no adapters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from castmates.families.inversions import Inversions
from castmates.files.inversion_file import ONE

CHUNK = 75
"""What people count a caption's length in: the words that SD 1.x reads at once, marks left out."""


class Text:
    """The tokenizer and text encoder of one base.

    Args:
        max_tokens: the length of every encoding; both end marks counted.
        clip_skip: 1: the last layer speaks; 2: the one before, through the final norm.
    """

    def __init__(self, tokenizer: Any, encoder: Any, max_tokens: int, clip_skip: int) -> None:
        self._tokenizer, self._encoder = tokenizer, encoder
        self._length, self._skip = max_tokens, clip_skip
        self.inversions = Inversions({ONE: encoder}, max_tokens, "this base")

    def encode(self, texts: Sequence[str], tokens: int = CHUNK, skip: int | None = None) -> Tensor:
        """(n, max_tokens, d): padded and cut as the stock pipeline does.

        Args:
            tokens: 150 or 225 read twice or three times as much, in chunks that are encoded each by
                itself and joined as sd-scripts joins them: the first begin mark, what is between
                the marks of all chunks, the last end mark; (n, 152 or 227, d) for SD 1.x.
            skip: clip skip; None: the base's own.
        """
        if not texts:
            config = self._encoder.config
            return torch.zeros(0, self._length, config.hidden_size, dtype=self._encoder.dtype)
        if tokens > CHUNK:
            return self._joined(texts, tokens // CHUNK, skip)
        ids = self._tokenizer(
            list(texts),
            padding="max_length",
            max_length=self._length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        return self._encoded(ids, self._skip if skip is None else skip)

    def _joined(self, texts: Sequence[str], chunks: int, skip: int | None) -> Tensor:
        """All first chunks, then all second ones: so adapters see each text's own row."""
        room = self._length - 2
        ids = [self._tokenizer(t, add_special_tokens=False, verbose=False).input_ids for t in texts]
        starts = range(0, chunks * room, room)
        said = self.encode_tokens([row[at : at + room] for at in starts for row in ids], skip)
        parts = said.chunk(chunks)
        return torch.cat(
            [parts[0][:, :1], *(part[:, 1:-1] for part in parts), parts[-1][:, -1:]], dim=1
        )

    def encode_tokens(self, chunks: Sequence[Sequence[int]], skip: int | None = None) -> Tensor:
        """(n, max_tokens, d): chunks of tokens, between the marks and padded as texts are.

        Args:
            chunks: at most max_tokens - 2 tokens each, without marks; numbers of `inversions` may
                be among them.
            skip: clip skip; None: the base's own.
        """
        begin, end = self._tokenizer.bos_token_id, self._tokenizer.eos_token_id
        fill = self._tokenizer.pad_token_id
        rows = [[begin, *ids, end] for ids in chunks]
        padded = [row + [fill] * (self._length - len(row)) for row in rows]
        return self._encoded(torch.tensor(padded), self._skip if skip is None else skip)

    def tokens(self, text: str) -> list[tuple[int, int, int]]:
        """A text's tokens without marks: number, and [start, end) of the characters."""
        found = self._tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return [
            (number, *span)
            for number, span in zip(found.input_ids, found.offset_mapping, strict=True)
        ]

    def _encoded(self, ids: Tensor, skip: int) -> Tensor:
        with self.inversions.read_as(ids.to(self._encoder.device)) as words:
            return self._said(words, skip)

    def _said(self, ids: Tensor, skip: int) -> Tensor:
        if skip == 1:
            said: Tensor = self._encoder(ids).last_hidden_state
            return said
        layers = self._encoder(ids, output_hidden_states=True).hidden_states
        # Newer transformers no longer nest the model under `text_model`.
        inner = getattr(self._encoder, "text_model", self._encoder)
        normed: Tensor = inner.final_layer_norm(layers[-min(skip, len(layers))])
        return normed

    def count(self, text: str) -> int:
        """Tokens with both end marks, before anything is cut."""
        return len(self._tokenizer(text, verbose=False).input_ids)
