"""Choose the attention kernel by what is being done; knows no weights."""

from __future__ import annotations

from typing import Any

import torch
from diffusers.models.attention_processor import AttnProcessor, AttnProcessor2_0
from torch import Tensor

PLAIN_UP_TO = 1024
"""Tokens up to which the plain kernel's scores are small enough to be kept for backward."""


class Attention:
    """Plain attention where small networks learn on the CPU, else torch's fused kernel.

    The fused kernel's backward took 27 % of a training step on two cores (measured, torch 2.13).
    """

    def __init__(self) -> None:
        self._plain, self._fused = AttnProcessor(), AttnProcessor2_0()

    def __call__(
        self,
        attn: Any,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """diffusers' protocol of attention processors: (n, tokens, d) in and out."""
        learns = torch.is_grad_enabled() and hidden_states.device.type == "cpu"
        few = hidden_states.dim() == 3 and hidden_states.shape[1] <= PLAIN_UP_TO
        chosen = self._plain if learns and few else self._fused
        out: Tensor = chosen(attn, hidden_states, encoder_hidden_states, attention_mask, temb)
        return out
