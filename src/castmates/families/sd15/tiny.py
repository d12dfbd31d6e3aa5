"""Write an SD 1.x folder with tiny random weights, for tests; it draws nothing but patterns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from castmates.families.quiet import quiet

WIDTH = 32
BEGIN, END = "<|startoftext|>", "<|endoftext|>"


def tiny(
    folder: Path,
    *,
    latents: int = 4,
    prediction: Literal["epsilon", "v_prediction"] = "epsilon",
    zero_snr: bool = False,
    seed: int = 0,
    usual: bool = False,
) -> Path:
    """Write it and return the folder: f = 8, native 64 x 64, a few hundred thousand weights.

    The names of all layers are those of SD 1.x (one layer a block, two levels).

    Args:
        usual: groups of norms and heads as shapes alone tell them (`sizes`), as single files must.
    """
    folder = Path(folder)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        vocabulary = write_tokenizer(folder / "tokenizer")
        tiny_vae(latents, groups=8 if usual else 4).save_pretrained(folder / "vae")
        _unet(latents, 32 if usual else 8).save_pretrained(folder / "unet")
        text = CLIPTextModel(text_config(vocabulary, heads=1 if usual else 4))
        text.save_pretrained(folder / "text_encoder")
    DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        clip_sample=False,
        timestep_spacing="trailing",
        steps_offset=1,
    ).save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "StableDiffusionPipeline",
        "feature_extractor": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2), encoding="utf-8")
    return folder


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


def _unet(latents: int, groups: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=latents,
        out_channels=latents,
        block_out_channels=[32, 64],
        layers_per_block=1,
        down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
        norm_num_groups=groups,
    )


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
