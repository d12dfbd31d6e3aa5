"""Attention of a U-Net: the kernel by what is being done, texts by region; knows no weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention

from castmates.families.regions import Regions

PLAIN_UP_TO = 1024
"""Tokens up to which the plain kernel's scores are small enough to be kept for backward."""


class Attention:
    """Plain attention where small networks learn on the CPU, else torch's fused kernel.

    The fused kernel's backward took 27 % of a training step on two cores (measured, torch 2.13).
    Within regions, cross-attention reads several texts, and self-attention may be kept apart.
    """

    def __init__(self) -> None:
        self._plain, self._fused = AttnProcessor(), AttnProcessor2_0()
        self._regions: Regions | None = None

    @contextmanager
    def within(self, regions: Regions | None) -> Iterator[None]:
        """Inside, every layer that shares this processor keeps to the regions."""
        before, self._regions = self._regions, regions
        try:
            yield
        finally:
            self._regions = before

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """diffusers' protocol of attention processors: (n, tokens, d) in and out."""
        regions = self._regions
        if regions is not None and encoder_hidden_states is not None:
            return _regional(attn, hidden_states, encoder_hidden_states, regions)
        if regions is not None and regions.isolated:
            attention_mask = _repeated(
                regions.hidden(hidden_states.shape[1], hidden_states.dtype), len(hidden_states)
            )
        learns = torch.is_grad_enabled() and hidden_states.device.type == "cpu"
        few = hidden_states.dim() == 3 and hidden_states.shape[1] <= PLAIN_UP_TO
        chosen = self._plain if learns and few else self._fused
        out: Tensor = chosen(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        return out


def _regional(attn: Any, x: Tensor, texts: Tensor, regions: Regions) -> Tensor:
    """One query per token against every text; what they say is mixed by the regions' shares."""
    query = _heads(attn, attn.to_q(x))
    key, value = _heads(attn, attn.to_k(texts)), _heads(attn, attn.to_v(texts))
    shares = _repeated(regions.shares(x.shape[1]), len(x)).to(query.dtype)
    said = torch.zeros_like(query)
    for i, (first, last) in enumerate(regions.texts):
        one = scaled_dot_product_attention(
            query, key[:, :, first:last], value[:, :, first:last], scale=attn.scale
        )
        said = said + shares[:, i, None, :, None] * one
    joined = said.transpose(1, 2).flatten(2)
    out: Tensor = attn.to_out[1](attn.to_out[0](joined))
    return out


def _heads(attn: Any, x: Tensor) -> Tensor:
    """(n, tokens, heads · d) -> (n, heads, tokens, d)."""
    count, tokens, width = x.shape
    return x.view(count, tokens, attn.heads, width // attn.heads).transpose(1, 2)


def _repeated(rows: Tensor, count: int) -> Tensor:
    """Halves, as in guidance, repeat the rows in order."""
    return rows if len(rows) == count else rows.repeat(count // len(rows), *(1,) * (rows.dim() - 1))
