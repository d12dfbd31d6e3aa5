"""Small random parts that several families are made of, for tests; knows no family."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from transformers import CLIPTextConfig, CLIPTokenizer

WIDTH = 32
"""Of a text encoder, unless said otherwise."""
BEGIN, END = "<|startoftext|>", "<|endoftext|>"


def tiny_vae(
    latents: int, scale: float = 0.18215, groups: int = 4, shift: float | None = None
) -> AutoencoderKL:
    """Four levels; latents are the VAE's, less `shift`, times `scale`."""
    vae = AutoencoderKL(
        block_out_channels=[8, 8, 16, 16],
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        layers_per_block=1,
        latent_channels=latents,
        norm_num_groups=groups,
        sample_size=64,
        scaling_factor=scale,
        shift_factor=shift,
    )
    with torch.no_grad():
        # Untrained decoders paint everything grey: widen the range, so that pictures differ.
        vae.decoder.conv_out.weight *= 4.0
    return vae


def text_config(
    vocabulary: int,
    width: int = WIDTH,
    layers: int = 2,
    heads: int = 4,
    projection: int = WIDTH,
    activation: str = "quick_gelu",
) -> CLIPTextConfig:
    """Of a CLIP text encoder that reads 77 tokens; the two marks end its vocabulary."""
    return CLIPTextConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        max_position_embeddings=77,
        projection_dim=projection,
        hidden_act=activation,
        bos_token_id=vocabulary - 2,
        eos_token_id=vocabulary - 1,
        pad_token_id=vocabulary - 1,
    )


def write_tokenizer(folder: Path, pad: str = END) -> int:
    """A CLIP tokenizer that reads letter by letter; returns the length of its vocabulary.

    Args:
        pad: what texts are filled with.
    """
    letters = "abcdefghijklmnopqrstuvwxyz0123456789!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"
    words = [*letters, *(f"{letter}</w>" for letter in letters), BEGIN, END]
    vocabulary = {word: number for number, word in enumerate(words)}
    folder.mkdir(parents=True, exist_ok=True)
    made = CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=77, pad_token=pad)
    made.save_pretrained(folder)
    (folder / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    return len(vocabulary)
