"""What every opened base can do, whatever its family; implements nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from castmates.adapters.layer import Bank
from castmates.core.ports import Pixels
from castmates.families.facts import Facts
from castmates.families.inversions import Inversions


class Base(Protocol):
    """An opened base model, its weights frozen, with a bank for adapters.

    Attributes:
        name: "storybook", or the folder's name.
        path: its folder.
        fingerprint: 64 hex digits that differ when its weights, words or noise schedule do.
        unet, text_encoder, tokenizer, vae: the parts, as diffusers and transformers make them.
        bank: adapters on `unet` and `text_encoder`.
        inversions: words that are vectors, which `encode_tokens` reads by their numbers.
        dtype: of `unet` and `text_encoder`; the VAE stays in float32.
        alphas_cumprod: (1000,) float32 on the CPU, the share of signal at each timestep, in
            variance; the last is 0 where the base was trained for zero terminal SNR. So it is of a
            flow, whose states are the same, scaled to α + σ = 1.
    """

    facts: Facts
    name: str
    path: Path
    fingerprint: str
    unet: Any
    text_encoder: Any
    tokenizer: Any
    vae: Any
    bank: Bank
    inversions: Inversions
    device: torch.device
    dtype: torch.dtype
    alphas_cumprod: Tensor

    def encode_text(
        self, texts: Sequence[str], tokens: int = 75, skip: int | None = None
    ) -> Tensor:
        """(n, tokens, d) in `dtype`; a row more where `facts.pools_text`. Adapters on the text
        encoders act inside `bank.rows` of as many rows as texts. Words beyond `facts.max_tokens`
        are not read; with `tokens` 150 or 225 twice or three times as many are, and the result is
        longer. `skip` is the clip skip; None: the base's own."""
        ...

    def encode_tokens(self, chunks: Sequence[Sequence[int]], skip: int | None = None) -> Tensor:
        """The same of chunks of tokens, marks not counted: at most `facts.max_tokens` - 2 each.
        `skip` is the clip skip; None: the base's own."""
        ...

    def tokens(self, text: str) -> list[tuple[int, int, int]]:
        """A text's tokens without marks: number, and [start, end) of the characters."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of a text, both end marks counted; more than `facts.max_tokens` are cut."""
        ...

    def denoise(
        self,
        latents: Tensor,
        t: Tensor,
        text: Tensor,
        frames: Tensor | None = None,
        guidance: Tensor | None = None,
    ) -> Tensor:
        """What the network says of (n, c, h, w) noisy latents at (n,) timesteps 0..999: noise, v
        or flow, as `facts.prediction` tells. Adapters act inside `bank.rows`.

        Args:
            frames: (n, 6), pixels: the height and width that a picture had, top and left of what
                is shown of it, height and width of that; None: whole pictures of their own size.
                Only where `facts.reads_frame`; others do not look at them.
            guidance: (n,), where `facts.told_guidance`; None: what the base likes.
        """
        ...

    def encode_pictures(self, pixels: Sequence[Pixels]) -> Tensor:
        """(n, c, h/8, w/8) float32 mean latents, scaled, of pictures of one size; no gradients."""
        ...

    def decode(self, latents: Tensor) -> list[Pixels]:
        """Pictures of (n, c, h, w) scaled latents; no gradients."""
        ...

    def detail_kept(self, pixels: Sequence[Pixels]) -> list[float]:
        """Share of each picture's detail after the VAE's round trip: how well it can hold it."""
        ...
