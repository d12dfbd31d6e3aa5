"""An opened SD 1.x base: its parts behind the names that all families share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from castmates.adapters.layer import Bank
from castmates.core.ports import Pixels
from castmates.families.facts import Facts
from castmates.families.sd15.load import Parts
from castmates.families.sd15.pictures import Pictures
from castmates.families.sd15.text import Text


class Sd15Base:
    """See `families.base.Base`; made by `families.shelf.open_base`."""

    def __init__(
        self, parts: Parts, facts: Facts, name: str, path: Path, fingerprint: str, levels: Tensor
    ) -> None:
        self.facts, self.name, self.path = facts, name, path
        self.fingerprint, self.alphas_cumprod = fingerprint, levels
        self.unet, self.text_encoder = parts.unet, parts.text_encoder
        self.vae, self.tokenizer = parts.vae, parts.tokenizer
        self.device: torch.device = parts.unet.device
        self.dtype: torch.dtype = parts.unet.dtype
        self.bank = Bank(
            {"lora_unet": parts.unet, "lora_te": parts.text_encoder}, f"the base '{name}'"
        )
        self._text = Text(parts.tokenizer, parts.text_encoder, facts.max_tokens, facts.clip_skip)
        self._pictures = Pictures(parts.vae, facts.latent_scale, facts.size_multiple)

    def encode_text(self, texts: Sequence[str], tokens: int = 75) -> Tensor:
        return self._text.encode(texts, tokens)

    def encode_tokens(self, chunks: Sequence[Sequence[int]], skip: int | None = None) -> Tensor:
        return self._text.encode_tokens(chunks, skip)

    def tokens(self, text: str) -> list[tuple[int, int, int]]:
        return self._text.tokens(text)

    def count_tokens(self, text: str) -> int:
        return self._text.count(text)

    def denoise(self, latents: Tensor, t: Tensor, text: Tensor) -> Tensor:
        said: Tensor = self.unet(latents, t, encoder_hidden_states=text, return_dict=False)[0]
        return said

    def encode_pictures(self, pixels: Sequence[Pixels]) -> Tensor:
        return self._pictures.encode(pixels)

    def decode(self, latents: Tensor) -> list[Pixels]:
        return self._pictures.decode(latents)

    def detail_kept(self, pixels: Sequence[Pixels]) -> list[float]:
        return self._pictures.detail_kept(pixels)
