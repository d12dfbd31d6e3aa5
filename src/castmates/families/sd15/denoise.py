"""An opened SD 1.x base: its parts behind the names that all families share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from castmates.adapters.layer import Bank
from castmates.core.errors import Unfit
from castmates.families.attention import Attention
from castmates.families.facts import Facts
from castmates.families.halves import Halves
from castmates.families.packing import packed
from castmates.families.pictures import Pictures
from castmates.families.regions import Regions
from castmates.families.sd15.load import Parts
from castmates.families.sd15.text import Text
from castmates.families.sd15.vae import load_vae


class Sd15Base(Halves[Text]):
    """See `families.base.Base`; made by `families.shelf.open_base`."""

    def __init__(
        self, parts: Parts, facts: Facts, name: str, path: Path, fingerprint: str, levels: Tensor
    ) -> None:
        self.facts, self.name, self.path = facts, name, path
        self.fingerprint, self.alphas_cumprod = fingerprint, levels
        self.vae_name = self.vae_hash = ""
        self.unet, self.text_encoder = packed(parts.unet), packed(parts.text_encoder)
        self.vae, self.tokenizer = packed(parts.vae), parts.tokenizer
        self.device: torch.device = parts.unet.device
        self.dtype: torch.dtype = parts.unet.dtype
        self.bank = Bank(
            {"lora_unet": parts.unet, "lora_te": parts.text_encoder}, f"the base '{name}'"
        )
        self._text = Text(parts.tokenizer, parts.text_encoder, facts.max_tokens, facts.clip_skip)
        self.inversions = self._text.inversions
        self._pictures = Pictures(parts.vae, facts.latent_scale, facts.size_multiple)

    def take_vae(self, path: Path) -> None:
        """Encode and decode with another VAE from now on; the fingerprint follows it.

        Raises:
            Missing: there is no such file.
            BadInput: it is broken, or no VAE.
            Unfit: its latents are of another kind.
        """
        vae, digest = load_vae(path, self.device)
        name = path.name
        channels, ours = int(vae.config.latent_channels), int(self.unet.config.in_channels)
        shrink = 2 ** (len(vae.config.block_out_channels) - 1)
        if (channels, shrink) != (ours, self.facts.size_multiple):
            raise Unfit(
                f"The VAE {name} makes latents of {channels} channels at 1/{shrink} of the size; "
                f"the base {self.name} wants {ours} at 1/{self.facts.size_multiple}.",
                "Take a VAE of Stable Diffusion 1.x.",
            )
        self.vae, self.vae_name, self.vae_hash = packed(vae), name, digest
        # The first half stays, so that a picture's "Model hash" is the base's own.
        mixed = sha256(f"{self.fingerprint} {digest}".encode()).hexdigest()
        self.fingerprint = self.fingerprint[:32] + mixed[:32]
        self._pictures = Pictures(vae, self.facts.latent_scale, self.facts.size_multiple)

    def encode_text(
        self, texts: Sequence[str], tokens: int = 75, skip: int | None = None
    ) -> Tensor:
        return self._text.encode(texts, tokens, skip)

    def encode_tokens(self, chunks: Sequence[Sequence[int]], skip: int | None = None) -> Tensor:
        return self._text.encode_tokens(chunks, skip)

    def denoise(
        self,
        latents: Tensor,
        t: Tensor,
        text: Tensor,
        frames: Tensor | None = None,
        guidance: Tensor | None = None,
    ) -> Tensor:
        del frames, guidance  # SD 1.x is told neither
        said: Tensor = self.unet(latents, t, encoder_hidden_states=text, return_dict=False)[0]
        return said

    def within(self, regions: Regions | None) -> AbstractContextManager[None]:
        attention = next(iter(self.unet.attn_processors.values()))
        if not isinstance(attention, Attention):
            raise TypeError(f"the U-Net's attention is a stranger's: {type(attention).__name__}")
        return attention.within(regions)
