"""Words -> what the U-Net of SD 1.x reads; knows no grammar and no adapters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class Text:
    """The tokenizer and text encoder of one base.

    Args:
        max_tokens: the length of every encoding; both end marks counted.
        clip_skip: 1: the last layer speaks; 2: the one before, through the final norm.
    """

    def __init__(self, tokenizer: Any, encoder: Any, max_tokens: int, clip_skip: int) -> None:
        self._tokenizer, self._encoder = tokenizer, encoder
        self._length, self._skip = max_tokens, clip_skip

    def encode(self, texts: Sequence[str]) -> Tensor:
        """(n, max_tokens, d): padded and cut as the stock pipeline does."""
        if not texts:
            config = self._encoder.config
            return torch.zeros(0, self._length, config.hidden_size, dtype=self._encoder.dtype)
        ids = self._tokenizer(
            list(texts),
            padding="max_length",
            max_length=self._length,
            truncation=True,
            return_tensors="pt",
        ).input_ids.to(self._encoder.device)
        if self._skip == 1:
            said: Tensor = self._encoder(ids).last_hidden_state
            return said
        layers = self._encoder(ids, output_hidden_states=True).hidden_states
        # Newer transformers no longer nest the model under `text_model`.
        inner = getattr(self._encoder, "text_model", self._encoder)
        normed: Tensor = inner.final_layer_norm(layers[-self._skip])
        return normed

    def count(self, text: str) -> int:
        """Tokens with both end marks, before anything is cut."""
        return len(self._tokenizer(text, verbose=False).input_ids)
