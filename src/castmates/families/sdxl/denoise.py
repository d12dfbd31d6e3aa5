"""An opened SDXL base: its parts behind the names that all families share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from castmates.adapters.layer import Bank
from castmates.families.facts import Facts
from castmates.families.halves import Halves
from castmates.families.pictures import Pictures
from castmates.families.sdxl.load import Parts
from castmates.families.sdxl.names import spelt
from castmates.families.sdxl.text import Text


class SdxlBase(Halves[Text]):
    """See `families.base.Base`; made by `families.shelf.open_base`."""

    def __init__(
        self, parts: Parts, facts: Facts, name: str, path: Path, fingerprint: str, levels: Tensor
    ) -> None:
        self.facts, self.name, self.path = facts, name, path
        self.fingerprint, self.alphas_cumprod = fingerprint, levels
        self.unet, self.vae = parts.unet, parts.vae
        self.text_encoder, self.text_encoder_2 = parts.text_encoder, parts.text_encoder_2
        self.tokenizer, self.tokenizer_2 = parts.tokenizer, parts.tokenizer_2
        self.device: torch.device = parts.unet.device
        self.dtype: torch.dtype = parts.unet.dtype
        roots = {
            "lora_unet": parts.unet,
            "lora_te1": parts.text_encoder,
            "lora_te2": parts.text_encoder_2,
        }
        self.bank = Bank(roots, f"the base '{name}'", {"lora_unet": spelt})
        self._text = Text(parts, facts.max_tokens, f"the base '{name}'")
        self.inversions = self._text.inversions
        self._pictures = Pictures(parts.vae, facts.latent_scale, facts.size_multiple)

    def encode_text(
        self, texts: Sequence[str], tokens: int = 75, skip: int | None = None
    ) -> Tensor:
        del skip  # `facts.fixed_layer`
        return self._text.encode(texts, tokens)

    def encode_tokens(self, chunks: Sequence[Sequence[int]], skip: int | None = None) -> Tensor:
        del skip  # `facts.fixed_layer`
        return self._text.encode_tokens(chunks)

    def denoise(
        self,
        latents: Tensor,
        t: Tensor,
        text: Tensor,
        frames: Tensor | None = None,
        guidance: Tensor | None = None,
    ) -> Tensor:
        del guidance  # SDXL's is two rows of words
        if frames is None:
            frames = self._whole(latents)
        told = {"text_embeds": text[:, 0, : self._text.pooled], "time_ids": frames.to(text.device)}
        said: Tensor = self.unet(
            latents, t, encoder_hidden_states=text[:, 1:], added_cond_kwargs=told, return_dict=False
        )[0]
        return said

    def _whole(self, latents: Tensor) -> Tensor:
        """Frames of pictures that are as large as they were made and cut nowhere."""
        size = [side * self.facts.size_multiple for side in latents.shape[-2:]]
        return torch.tensor([[*size, 0, 0, *size]]).expand(len(latents), -1)
