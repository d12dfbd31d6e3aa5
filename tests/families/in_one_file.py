"""A tiny diffusers folder's weights under the names of the latent-diffusion code, for tests.

The table is written by hand for the tiny nets, apart from the one that it is to test.
"""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

UNET, VAE = "model.diffusion_model.", "first_stage_model."
TEXT = "cond_stage_model.transformer.text_model."


def in_one(folder: Path) -> dict[str, Tensor]:
    """The folder's weights under the names of the latent-diffusion code, written out by hand."""
    unet = load_file(folder / "unet" / "diffusion_pytorch_model.safetensors")
    vae = load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")
    text = load_file(folder / "text_encoder" / "model.safetensors")
    found = {UNET + _by_hand(name, _UNET): one for name, one in unet.items()}
    for name, one in vae.items():
        is_square = ".attentions." in name and name.endswith("weight") and one.dim() == 2
        found[VAE + _by_hand(name, _VAE)] = one[:, :, None, None] if is_square else one
    found |= {TEXT + name.removeprefix("text_model."): one for name, one in text.items()}
    return {name: one.contiguous() for name, one in found.items()}


_RES = {
    "norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0", "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
}  # fmt: skip
_UNET = {
    "conv_in.": "input_blocks.0.0.", "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2", "conv_norm_out": "out.0", "conv_out": "out.2",
    "down_blocks.0.resnets.0": "input_blocks.1.0", "down_blocks.0.attentions.0": "input_blocks.1.1",
    "down_blocks.0.downsamplers.0.conv": "input_blocks.2.0.op",
    "down_blocks.1.resnets.0": "input_blocks.3.0", "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1", "mid_block.resnets.1": "middle_block.2",
    "up_blocks.0.resnets.0": "output_blocks.0.0", "up_blocks.0.resnets.1": "output_blocks.1.0",
    "up_blocks.0.upsamplers.0.conv": "output_blocks.1.1.conv",
    "up_blocks.1.resnets.0": "output_blocks.2.0", "up_blocks.1.attentions.0": "output_blocks.2.1",
    "up_blocks.1.resnets.1": "output_blocks.3.0", "up_blocks.1.attentions.1": "output_blocks.3.1",
}  # fmt: skip
_VAE = {
    "mid_block.resnets.0": "mid.block_1", "mid_block.resnets.1": "mid.block_2",
    "mid_block.attentions.0": "mid.attn_1", "group_norm": "norm", "to_q": "q", "to_k": "k",
    "to_v": "v", "to_out.0": "proj_out", "conv_norm_out": "norm_out",
    "conv_shortcut": "nin_shortcut", "downsamplers.0": "downsample", "upsamplers.0": "upsample",
    "resnets": "block", **{f"down_blocks.{i}": f"down.{i}" for i in range(4)},
    **{f"up_blocks.{i}": f"up.{3 - i}" for i in range(4)},
}  # fmt: skip


def _by_hand(name: str, table: dict[str, str]) -> str:
    if table is _UNET and ".resnets." in name:
        table = {**table, **_RES}
    for ours, theirs in table.items():
        name = name.replace(ours, theirs)
    return name
