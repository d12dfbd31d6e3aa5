"""Load the parts of a diffusers folder of SD 1.x, completely or not at all; runs none of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel

from castmates.families.attention import Attention
from castmates.families.parts import load_network, load_tokenizer, ready
from castmates.files.tensors import read_header


@dataclass(frozen=True)
class Parts:
    """The networks, frozen and in eval mode, and the tokenizer."""

    unet: Any
    text_encoder: Any
    vae: Any
    tokenizer: Any


def load(folder: Path, device: torch.device, dtype: torch.dtype) -> Parts:
    """All parts, from this folder alone: nothing is fetched.

    Raises:
        BadInput: a file is broken, or weights are missing in it.
    """
    for path in sorted(folder.glob("*/*.safetensors")):
        read_header(path)
    unet = load_network(UNet2DConditionModel, folder, "unet", dtype)
    unet.set_attn_processor(Attention())
    text = load_network(CLIPTextModel, folder, "text_encoder", dtype)
    # The VAE of SD 1.x overflows in half precision on some pictures.
    vae = load_network(AutoencoderKL, folder, "vae", torch.float32)
    return Parts(
        unet=ready(unet, device, channels_last=True),
        text_encoder=ready(text, device),
        vae=ready(vae, device, channels_last=True),
        tokenizer=load_tokenizer(folder),
    )
