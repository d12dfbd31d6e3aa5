"""Names of SD 1.x's tensors: those of diffusers and those of single files; knows no shapes.

Single files have the names of the latent-diffusion code: blocks are counted through
(`input_blocks.4.1`) where diffusers counts them by level (`down_blocks.1.attentions.0`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

UNET, VAE = "model.diffusion_model.", "first_stage_model."
TEXT = ("cond_stage_model.transformer.text_model.", "cond_stage_model.transformer.")
"""Before the text encoder's tensors: the usual form, and that of some old files."""

_UNET_ENDS = {
    "conv_in": "input_blocks.0.0",
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_VAE_ATTENTION = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}
_BLOCK = re.compile(r"(down|up)_blocks\.(\d+)\.(\w+?)s\.(\d+)\.(.+)")
_MIDDLE = re.compile(r"mid_block\.(resnet|attention)s\.(\d+)\.(.+)")


def unet_name(name: str, layers: int, attends: Callable[[int], bool]) -> str:
    """The file's name of a U-Net's tensor, its beginning left out.

    Args:
        name: in diffusers.
        layers: resnets in each level on the way down.
        attends: whether the level (from the top of the way up, 0 the deepest) has attention.
    """
    module, _, part = name.rpartition(".")
    if module in _UNET_ENDS:
        return f"{_UNET_ENDS[module]}.{part}"
    if middle := _MIDDLE.fullmatch(name):
        kind, number, rest = middle.groups()
        if kind == "attention":
            return f"middle_block.1.{rest}"
        return f"middle_block.{2 * int(number)}.{_renamed(rest, _RESNET)}"
    found = _BLOCK.fullmatch(name)
    if found is None:
        return name
    way, level, kind, place, rest = found.groups()
    first = int(level) * (layers + 1) + (1 if way == "down" else 0)
    blocks = "input_blocks" if way == "down" else "output_blocks"
    if kind == "resnet":
        return f"{blocks}.{first + int(place)}.0.{_renamed(rest, _RESNET)}"
    if kind == "attention":
        return f"{blocks}.{first + int(place)}.1.{rest}"
    if kind == "downsampler":
        return f"{blocks}.{first + layers}.0.op.{part}"
    return f"{blocks}.{first + layers}.{2 if attends(int(level)) else 1}.conv.{part}"


def vae_name(name: str, levels: int) -> str:
    """The file's name of a VAE's tensor, its beginning left out; `levels`: how often it halves,
    and once more."""
    half, _, rest = name.partition(".")
    if half not in ("encoder", "decoder"):
        return name
    if middle := _MIDDLE.fullmatch(rest):
        kind, number, inside = middle.groups()
        if kind == "attention":
            return f"{half}.mid.attn_1.{_renamed(inside, _VAE_ATTENTION)}"
        return f"{half}.mid.block_{int(number) + 1}.{_shortcut(inside)}"
    found = _BLOCK.fullmatch(rest)
    if found is None:
        return f"{half}.{rest.replace('conv_norm_out', 'norm_out')}"
    way, level, kind, place, inside = found.groups()
    if kind == "downsampler":
        return f"{half}.down.{level}.downsample.{inside}"
    # On the way up the file counts the levels from the widest picture.
    number = int(level) if way == "down" else levels - 1 - int(level)
    if kind == "upsampler":
        return f"{half}.up.{number}.upsample.{inside}"
    return f"{half}.{way}.{number}.block.{place}.{_shortcut(inside)}"


def text_name(name: str) -> str:
    """The file's name of a text encoder's tensor, its beginning left out."""
    return name.removeprefix("text_model.")


def _shortcut(inside: str) -> str:
    return inside.replace("conv_shortcut", "nin_shortcut")


def _renamed(rest: str, table: dict[str, str]) -> str:
    module, _, part = rest.rpartition(".")
    return f"{table.get(module, module)}.{part}"
