"""Words -> what the transformer of Flux reads; knows no grammar and no adapters.

T5 says every word, CLIP the text as a whole ("pooled"). An encoding holds the whole in its first
row, filled with zeros to the words' width. T5's tokens are the ones that are counted and cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from castmates.families.flux.load import Parts

_MARKS = 2
"""Counted as for CLIP, though T5 has only one at the end."""


class Text:
    """The tokenizers and text encoders of one base.

    Args:
        max_tokens: that T5 reads; texts are filled up to it.

    Attributes:
        pooled: the width of the first row that means something.
    """

    def __init__(self, parts: Parts, max_tokens: int) -> None:
        self._clip, self._t5 = parts.text_encoder, parts.text_encoder_2
        self._clip_words, self._t5_words = parts.tokenizer, parts.tokenizer_2
        self._length = max_tokens
        self.pooled = int(self._clip.config.hidden_size)

    def encode(self, texts: Sequence[str]) -> Tensor:
        """(n, 1 + max_tokens, d): cut as the stock pipeline does."""
        if not texts:
            return torch.zeros(0, 1 + self._length, self._t5.config.d_model, dtype=self._t5.dtype)
        read = {"padding": "max_length", "truncation": True, "return_tensors": "pt"}
        ids = self._t5_words(list(texts), max_length=self._length, **read).input_ids
        return self._joined(ids, texts)

    def encode_tokens(self, chunks: Sequence[Sequence[int]]) -> Tensor:
        """(n, 1 + max_tokens, d): chunks of T5's tokens, the mark at the end not among them.

        CLIP reads the words that the tokens stand for; signs that T5 does not know are left out.
        """
        end, fill = self._t5_words.eos_token_id, self._t5_words.pad_token_id
        rows = [[*ids, end] for ids in chunks]
        ids = torch.tensor([row + [fill] * (self._length - len(row)) for row in rows])
        said = [self._t5_words.decode(list(row), skip_special_tokens=True) for row in chunks]
        return self._joined(ids, said)

    def tokens(self, text: str) -> list[tuple[int, int, int]]:
        """A text's tokens without marks: number, and [start, end) of the characters."""
        found = self._t5_words(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return [
            (number, *span)
            for number, span in zip(found.input_ids, found.offset_mapping, strict=True)
        ]

    def count(self, text: str) -> int:
        """Tokens and marks, before anything is cut."""
        return len(self.tokens(text)) + _MARKS

    def _joined(self, ids: Tensor, texts: Sequence[str]) -> Tensor:
        words = self._t5(ids.to(self._t5.device))[0]
        known = self._clip_words(
            list(texts),
            padding="max_length",
            max_length=self._clip.config.max_position_embeddings,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        whole = self._clip(known.to(self._clip.device)).pooler_output[:, None]
        return torch.cat([pad(whole, (0, words.shape[-1] - self.pooled)), words], dim=1)
