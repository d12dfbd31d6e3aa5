"""What networks a single file of SD 1.x holds, by the shapes of its tensors; loads none.

Shapes do not say how many heads attention has and how many groups a norm: 8 heads in the U-Net, 64
numbers a head in the text encoder and 32 groups are SD 1.x's; narrower nets have as many groups as
divide all their widths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import gcd
from typing import Any

from castmates.families.ldm import TEXT, UNET, VAE

Shapes = Mapping[str, tuple[int, ...]]

HEADS, PER_HEAD, GROUPS = 8, 64, 32


def unet_config(shapes: Shapes) -> dict[str, Any]:
    """What makes a `UNet2DConditionModel`. Raises KeyError: the U-Net is of another make."""
    layers, widths = unet_layers(shapes), []
    attends = []
    for level in range(_downs(shapes) + 1):
        first = f"{UNET}input_blocks.{1 + level * (layers + 1)}"
        widths.append(shapes[f"{first}.0.in_layers.2.weight"][0])
        attends.append(f"{first}.1.norm.weight" in shapes)
    words = next(shape for name, shape in shapes.items() if _is_words(name))
    return {
        "in_channels": shapes[f"{UNET}input_blocks.0.0.weight"][1],
        "out_channels": shapes[f"{UNET}out.2.weight"][0],
        "block_out_channels": widths,
        "layers_per_block": layers,
        "down_block_types": ["CrossAttnDownBlock2D" if a else "DownBlock2D" for a in attends],
        "up_block_types": ["CrossAttnUpBlock2D" if a else "UpBlock2D" for a in attends[::-1]],
        "cross_attention_dim": words[1],
        "attention_head_dim": HEADS,  # diffusers' word for the number of heads
        "norm_num_groups": _groups(widths),
    }


def unet_layers(shapes: Shapes) -> int:
    """Resnets in each level on the way down."""
    halving = (n for n in range(1, 99) if f"{UNET}input_blocks.{n}.0.op.weight" in shapes)
    blocks = (n for n in range(1, 99) if f"{UNET}input_blocks.{n}.0.in_layers.2.weight" in shapes)
    return next(halving, max(blocks, default=0) + 1) - 1


def vae_config(shapes: Shapes, under: str = VAE) -> dict[str, Any]:
    """What makes an `AutoencoderKL`. Raises KeyError: the VAE is of another make."""
    levels = vae_levels(shapes, under)
    first = f"{under}encoder.down"
    widths = [shapes[f"{first}.{i}.block.0.conv1.weight"][0] for i in range(levels)]
    layers = sum(f"{first}.0.block.{n}.conv1.weight" in shapes for n in range(9))
    return {
        "in_channels": shapes[f"{under}encoder.conv_in.weight"][1],
        "out_channels": shapes[f"{under}decoder.conv_out.weight"][0],
        "latent_channels": shapes[f"{under}decoder.conv_in.weight"][1],
        "block_out_channels": widths,
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "layers_per_block": layers,
        "norm_num_groups": _groups(widths),
    }


def vae_levels(shapes: Shapes, under: str = VAE) -> int:
    """How often a VAE halves the sides, and once more."""
    first = f"{under}encoder.down"
    return sum(f"{first}.{i}.block.0.conv1.weight" in shapes for i in range(9))


def text_config(shapes: Shapes) -> dict[str, Any]:
    """What makes a `CLIPTextConfig`. Raises KeyError: the encoder is of another make."""
    under = text_under(shapes)
    words, width = shapes[f"{under}embeddings.token_embedding.weight"]
    layers = [n for n in range(99) if f"{under}encoder.layers.{n}.mlp.fc1.weight" in shapes]
    return {
        "vocab_size": words,
        "hidden_size": width,
        "intermediate_size": shapes[f"{under}encoder.layers.0.mlp.fc1.weight"][0],
        "num_hidden_layers": len(layers),
        "num_attention_heads": max(1, width // PER_HEAD),
        "max_position_embeddings": shapes[f"{under}embeddings.position_embedding.weight"][0],
        "projection_dim": width,
        "hidden_act": "quick_gelu",
        "bos_token_id": words - 2,
        "eos_token_id": words - 1,
        "pad_token_id": words - 1,
    }


def text_under(shapes: Shapes) -> str:
    """What the names of the text encoder's tensors begin with; "": there is none."""
    there = (u for u in TEXT if f"{u}embeddings.token_embedding.weight" in shapes)
    return next(there, "")


def _downs(shapes: Shapes) -> int:
    pattern = re.compile(re.escape(UNET) + r"input_blocks\.\d+\.0\.op\.weight")
    return sum(pattern.fullmatch(name) is not None for name in shapes)


def _is_words(name: str) -> bool:
    return name.startswith(UNET) and name.endswith(".attn2.to_k.weight")


def _groups(widths: list[int]) -> int:
    return gcd(GROUPS, *widths)
