"""How adapter files for Flux spell the transformer's layers; knows no adapter.

They have the names of its authors' code, which holds q, k and v (and in single blocks the first
layer of the feed-forward) as one layer, where diffusers has several.
"""

from __future__ import annotations

import re

from castmates.adapters.keys.names import Spelt

_BLOCK = re.compile(r"(single_)?transformer_blocks\.(\d+)\.(.+)")
_DOUBLE = {
    "img_attn_qkv": ("attn.to_q", "attn.to_k", "attn.to_v"),
    "txt_attn_qkv": ("attn.add_q_proj", "attn.add_k_proj", "attn.add_v_proj"),
    "img_attn_proj": ("attn.to_out.0",),
    "txt_attn_proj": ("attn.to_add_out",),
    "img_mlp_0": ("ff.net.0.proj",),
    "img_mlp_2": ("ff.net.2",),
    "txt_mlp_0": ("ff_context.net.0.proj",),
    "txt_mlp_2": ("ff_context.net.2",),
    "img_mod_lin": ("norm1.linear",),
    "txt_mod_lin": ("norm1_context.linear",),
}
_SINGLE = {
    "linear1": ("attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp"),
    "linear2": ("proj_out",),
    "modulation_lin": ("norm.linear",),
}
"""The layers of a block as files have them, and the parts of each in their order."""


def spelt(path: str) -> Spelt:
    """
    >>> spelt("transformer_blocks.0.attn.to_k")
    Spelt(path='double_blocks.0.img_attn_qkv', place=1)
    """
    found = _BLOCK.fullmatch(path)
    if found is None:
        return Spelt(path)
    single, number, inside = found.groups()
    blocks, table = ("single_blocks", _SINGLE) if single else ("double_blocks", _DOUBLE)
    for name, parts in table.items():
        if inside in parts:
            return Spelt(f"{blocks}.{number}.{name}", parts.index(inside))
    return Spelt(path)
