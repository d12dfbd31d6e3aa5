"""Write a Flux folder with tiny random weights, for tests; it draws nothing but patterns."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import FlowMatchEulerDiscreteScheduler, FluxTransformer2DModel
from transformers import CLIPTextModel, T5Config, T5EncoderModel, T5TokenizerFast

from castmates.families.flux.facts import PATCH, PIPELINES
from castmates.families.quiet import quiet
from castmates.families.tiny import WIDTH, text_config, tiny_vae, write_tokenizer

CHANNELS, WORDS = 4, 40
SCALE, SHIFT = 0.3611, 0.1159


def tiny(folder: Path, *, guided: bool = True, seed: int = 0) -> Path:
    """Write it and return the folder: f = 8, native 64 x 64, a few hundred thousand weights.

    The names of all layers are those of Flux, with two blocks of each kind.

    Args:
        guided: told its guidance, with levels that lean to the noise in large pictures, as dev;
            else as schnell.
    """
    folder = Path(folder)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        count = write_tokenizer(folder / "tokenizer")
        t5 = _write_words(folder / "tokenizer_2")
        tiny_vae(CHANNELS, SCALE, shift=SHIFT).save_pretrained(folder / "vae")
        _transformer(guided).save_pretrained(folder / "transformer")
        CLIPTextModel(text_config(count)).save_pretrained(folder / "text_encoder")
        _t5(t5).save_pretrained(folder / "text_encoder_2")
    FlowMatchEulerDiscreteScheduler(
        shift=3.0 if guided else 1.0, use_dynamic_shifting=guided
    ).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps(_INDEX, indent=2), encoding="utf-8")
    (folder / "castmates.toml").write_text("native_size = 64\n", encoding="utf-8")
    return folder


_INDEX = {
    "_class_name": PIPELINES[0],
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "T5EncoderModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "tokenizer_2": ["transformers", "T5TokenizerFast"],
    "transformer": ["diffusers", "FluxTransformer2DModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def _transformer(guided: bool) -> FluxTransformer2DModel:
    return FluxTransformer2DModel(
        in_channels=CHANNELS * PATCH**2,
        num_layers=2,
        num_single_layers=2,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=WORDS,
        pooled_projection_dim=WIDTH,
        guidance_embeds=guided,
        axes_dims_rope=(4, 6, 6),
    )


def _t5(vocabulary: int) -> T5EncoderModel:
    return T5EncoderModel(
        T5Config(
            vocab_size=vocabulary,
            d_model=WORDS,
            d_kv=10,
            d_ff=2 * WORDS,
            num_layers=2,
            num_heads=4,
            feed_forward_proj="gated-gelu",
        )
    )


def _write_words(folder: Path) -> int:
    """A T5 tokenizer that reads letter by letter; returns the length of its vocabulary."""
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.()[]!:-'"
    marks = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0), ("\u2581", -3.0)]
    words = [(f"\u2581{letter}", -2.0) for letter in letters]
    vocabulary = [*marks, *((letter, -2.5) for letter in letters), *words]
    T5TokenizerFast(vocab=vocabulary, extra_ids=0).save_pretrained(folder)
    return len(vocabulary)
