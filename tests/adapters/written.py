"""Tiny adapter files as other programs write them, with random numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

PLACE = "down_blocks.0.attentions.0.transformer_blocks.0"
Q = f"lora_unet_{PLACE.replace('.', '_')}_attn1_to_q"
CONV = "lora_unet_down_blocks_0_resnets_0_conv1"
FC = "lora_te_text_model_encoder_layers_0_mlp_fc1"


def some(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float16) -> Tensor:
    numbers = torch.Generator().manual_seed(seed + sum(shape))
    return torch.randn(shape, generator=numbers).to(dtype)


def written(path: Path, tensors: Mapping[str, Tensor], **told: str) -> Path:
    save_file(dict(tensors), path, told)
    return path


def kohya(path: Path, alpha: Tensor | None = None, dtype: torch.dtype = torch.float16) -> Path:
    """A layer of attention, a 3x3 convolution and a text layer, of ranks 3, 2 and 3."""
    shapes = {Q: ((3, 6), (5, 3)), CONV: ((2, 4, 3, 3), (5, 2, 1, 1)), FC: ((3, 6), (7, 3))}
    tensors = {}
    for layer, (down, up) in shapes.items():
        tensors[f"{layer}.lora_down.weight"] = some(*down, dtype=dtype)
        tensors[f"{layer}.lora_up.weight"] = some(*up, seed=1, dtype=dtype)
        if alpha is not None:
            tensors[f"{layer}.alpha"] = alpha.clone()
    return written(path, tensors, ss_output_name="pip")


def loha(
    layer: str = Q, *, rank: int = 2, columns: int = 6, alpha: float = 1.0
) -> dict[str, Tensor]:
    parts = {
        "hada_w1_a": some(5, rank, seed=2),
        "hada_w1_b": some(rank, columns, seed=3),
        "hada_w2_a": some(5, rank, seed=4),
        "hada_w2_b": some(rank, columns, seed=5),
        "alpha": torch.tensor(alpha),
    }
    return {f"{layer}.{part}": tensor for part, tensor in parts.items()}
