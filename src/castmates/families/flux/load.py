"""Load the parts of a diffusers folder of Flux, completely or not at all; runs none of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, FluxTransformer2DModel
from transformers import CLIPTextModel, T5EncoderModel, T5TokenizerFast

from castmates.families.parts import load_network, load_tokenizer, ready
from castmates.files.tensors import read_header


@dataclass(frozen=True)
class Parts:
    """The networks, frozen and in eval mode, and the tokenizers.

    Attributes:
        text_encoder, tokenizer: CLIP ViT-L's, which say the text as a whole.
        text_encoder_2, tokenizer_2: T5's, which say every word.
    """

    transformer: Any
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
    network = load_network(FluxTransformer2DModel, folder, "transformer", dtype)
    first = load_network(CLIPTextModel, folder, "text_encoder", dtype)
    second = load_network(T5EncoderModel, folder, "text_encoder_2", dtype)
    vae = load_network(AutoencoderKL, folder, "vae", torch.float32)
    return Parts(
        transformer=ready(network, device),
        text_encoder=ready(first, device),
        text_encoder_2=ready(second, device),
        vae=ready(vae, device, channels_last=True),
        tokenizer=load_tokenizer(folder),
        tokenizer_2=load_tokenizer(folder, "tokenizer_2", T5TokenizerFast),
    )
