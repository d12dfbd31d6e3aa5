"""The layers that adapters name on SD 1.5's own networks; on `meta`, so without a weight."""

from __future__ import annotations

from collections import Counter

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel

from castmates.adapters.sites import Site, sites_of, target_names

LEVELS = range(4)


@pytest.fixture(scope="module")
def networks() -> dict[str, nn.Module]:
    """U-Net and CLIP ViT-L/14, of the sizes that stable-diffusion-v1-5 has."""
    clip = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        projection_dim=768,
    )
    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768, attention_head_dim=8)
        return {"lora_unet": unet, "lora_te": CLIPTextModel(clip)}


def chosen(networks: dict[str, nn.Module], roots: list[str] | None, conv: bool) -> dict[str, Site]:
    every = sites_of(networks)
    return {name: every[name] for name in target_names(networks, roots, conv)}


def transformers() -> set[str]:
    """sd-scripts' names, worked out from the architecture and not from the networks."""
    places = [f"down_blocks_{i}_attentions_{j}" for i in range(3) for j in range(2)]
    places += ["mid_block_attentions_0"]
    places += [f"up_blocks_{i}_attentions_{j}" for i in (1, 2, 3) for j in range(3)]
    attention = [f"attn{n}_to_{one}" for n in (1, 2) for one in ("q", "k", "v", "out_0")]
    inside = [f"transformer_blocks_0_{one}" for one in (*attention, "ff_net_0_proj", "ff_net_2")]
    layers = ("proj_in", "proj_out", *inside)
    return {f"lora_unet_{place}_{layer}" for place in places for layer in layers}


def convolutions() -> set[str]:
    """conv_in and conv_out are never among them."""
    resnets = {f"down_blocks_{i}_resnets_{j}" for i in LEVELS for j in range(2)}
    resnets |= {f"mid_block_resnets_{j}" for j in range(2)}
    resnets |= {f"up_blocks_{i}_resnets_{j}" for i in LEVELS for j in range(3)}
    found = {f"{r}_{layer}" for r in resnets for layer in ("conv1", "conv2", "time_emb_proj")}
    # A shortcut is where the width changes: on the way down at two levels, on the way up anywhere.
    found |= {f"down_blocks_{i}_resnets_0_conv_shortcut" for i in (1, 2)}
    found |= {f"up_blocks_{i}_resnets_{j}_conv_shortcut" for i in LEVELS for j in range(3)}
    found |= {f"down_blocks_{i}_downsamplers_0_conv" for i in range(3)}
    found |= {f"up_blocks_{i}_upsamplers_0_conv" for i in range(3)}
    return {f"lora_unet_{one}" for one in found}


def texts() -> set[str]:
    layers = [f"self_attn_{one}_proj" for one in "qkv"]
    layers += ["self_attn_out_proj", "mlp_fc1", "mlp_fc2"]
    return {f"lora_te_text_model_encoder_layers_{n}_{one}" for n in range(12) for one in layers}


def test_a_plain_lora_names_264_layers(networks: dict[str, nn.Module]) -> None:
    found = chosen(networks, None, conv=False)
    assert (len(transformers()), len(texts())) == (192, 72)
    assert found.keys() == transformers() | texts()
    # proj_in and proj_out of SD 1.5 are convolutions: their factors have four axes.
    four = {name for name, site in found.items() if site.shape.kernel}
    assert four == {name for name in transformers() if name.endswith(("proj_in", "proj_out"))}
    assert Counter(len(site.shape.kernel) for site in found.values()) == {0: 232, 2: 32}
    only = chosen(networks, ["lora_unet"], conv=False)
    assert only.keys() == transformers()


def test_convolutions_are_86_more(networks: dict[str, nn.Module]) -> None:
    found = chosen(networks, None, conv=True)
    assert len(convolutions()) == 86
    assert found.keys() == transformers() | convolutions() | texts()
    wide = {name for name, site in found.items() if site.shape.kernel == (3, 3)}
    narrow = {"conv_shortcut", "time_emb_proj"}
    assert wide == {n for n in convolutions() if not n.endswith(tuple(narrow))}
    assert len(wide) == 50
