"""An opened Flux base: its parts behind the names that all families share."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from castmates.adapters.layer import Bank
from castmates.families.facts import Facts
from castmates.families.flux.facts import PATCH
from castmates.families.flux.load import Parts
from castmates.families.flux.names import spelt
from castmates.families.flux.text import Text
from castmates.families.halves import Halves
from castmates.families.inversions import Inversions
from castmates.families.pictures import Pictures


class FluxBase(Halves[Text]):
    """See `families.base.Base`; made by `families.shelf.open_base`. `unet` is the transformer."""

    def __init__(
        self, parts: Parts, facts: Facts, name: str, path: Path, fingerprint: str, levels: Tensor
    ) -> None:
        self.facts, self.name, self.path = facts, name, path
        self.fingerprint, self.alphas_cumprod = fingerprint, levels
        self.unet, self.vae = parts.transformer, parts.vae
        self.text_encoder, self.text_encoder_2 = parts.text_encoder, parts.text_encoder_2
        self.tokenizer, self.tokenizer_2 = parts.tokenizer, parts.tokenizer_2
        self.device: torch.device = parts.transformer.device
        self.dtype: torch.dtype = parts.transformer.dtype
        roots = {"lora_unet": parts.transformer, "lora_te1": parts.text_encoder}
        self.bank = Bank(roots, f"the base '{name}'", {"lora_unet": spelt})
        self._text = Text(parts, facts.max_tokens)
        self.inversions = Inversions({}, facts.max_tokens, f"the base '{name}'")
        self._pictures = Pictures(parts.vae, facts.latent_scale, facts.size_multiple)

    def encode_text(
        self, texts: Sequence[str], tokens: int = 75, skip: int | None = None
    ) -> Tensor:
        del tokens, skip  # T5 always reads as many as there are; `facts.fixed_layer`
        return self._text.encode(texts)

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
        del frames  # Flux does not ask where a picture was cut
        if guidance is None:
            guidance = torch.full((len(latents),), self.facts.guidance, device=latents.device)
        height, width = latents.shape[2:]
        with warnings.catch_warnings():
            # torch's word on norms whose weights keep more digits than autocast's inputs have.
            warnings.filterwarnings("ignore", message="Mismatch dtype between input and weight")
            said: Tensor = self.unet(
                hidden_states=packed(latents),
                timestep=(t + 1) / len(self.alphas_cumprod),
                guidance=guidance if self.facts.told_guidance else None,
                pooled_projections=text[:, 0, : self._text.pooled],
                encoder_hidden_states=text[:, 1:],
                txt_ids=torch.zeros(text.shape[1] - 1, 3, device=text.device, dtype=text.dtype),
                img_ids=_places(height, width).to(text),
                return_dict=False,
            )[0]
        return unpacked(said, height, width)


def packed(latents: Tensor) -> Tensor:
    """(n, c, h, w) -> (n, h/2 · w/2, 4 c): each square of latents as one token, row by row."""
    n, channels, height, width = latents.shape
    squares = latents.reshape(n, channels, height // PATCH, PATCH, width // PATCH, PATCH)
    return squares.permute(0, 2, 4, 1, 3, 5).reshape(n, -1, channels * PATCH**2)


def unpacked(tokens: Tensor, height: int, width: int) -> Tensor:
    """The way back: (n, c, height, width) latents."""
    n = len(tokens)
    squares = tokens.reshape(n, height // PATCH, width // PATCH, -1, PATCH, PATCH)
    return squares.permute(0, 3, 1, 4, 2, 5).reshape(n, -1, height, width)


def _places(height: int, width: int) -> Tensor:
    """(tokens, 3): a 0, the row and the column of each token of a picture."""
    rows, columns = torch.arange(height // PATCH), torch.arange(width // PATCH)
    grid = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), dim=-1).reshape(-1, 2)
    return torch.cat([torch.zeros(len(grid), 1), grid], dim=1)
