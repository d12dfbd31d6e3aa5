"""Load the parts of a diffusers folder of SDXL, completely or not at all; runs none of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from castmates.families.attention import Attention
from castmates.families.parts import load_network, load_tokenizer, ready
from castmates.files.tensors import read_header


@dataclass(frozen=True)
class Parts:
    """The networks, frozen and in eval mode, and the tokenizers.

    Attributes:
        text_encoder, tokenizer: CLIP ViT-L's.
        text_encoder_2, tokenizer_2: OpenCLIP ViT-bigG's, which also says the text as a whole.
    """

    unet: Any
    text_encoder: Any
    text_encoder_2: Any
    vae: Any
    tokenizer: Any
    tokenizer_2: Any


def load(folder: Path, device: torch.device, dtype: torch.dtype) -> Parts:
    """All parts, from this folder alone: nothing is fetched.

    Raises:
        BadInput: a file is broken, or weights are missing in it.
    """
    for path in sorted(folder.glob("*/*.safetensors")):
        read_header(path)
    unet = load_network(UNet2DConditionModel, folder, "unet", dtype)
    unet.set_attn_processor(Attention())
    first = load_network(CLIPTextModel, folder, "text_encoder", dtype)
    second = load_network(CLIPTextModelWithProjection, folder, "text_encoder_2", dtype)
    # SDXL's VAE overflows in half precision.
    vae = load_network(AutoencoderKL, folder, "vae", torch.float32)
    return Parts(
        unet=ready(unet, device, channels_last=True),
        text_encoder=ready(first, device),
        text_encoder_2=ready(second, device),
        vae=ready(vae, device, channels_last=True),
        tokenizer=load_tokenizer(folder),
        tokenizer_2=load_tokenizer(folder, "tokenizer_2"),
    )
