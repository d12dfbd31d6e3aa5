"""How adapter files for SDXL spell the U-Net's layers; knows no adapter.

They have the names of its authors' code (SGM), which counts blocks through, where diffusers counts
them by level.
"""

from __future__ import annotations

from castmates.adapters.keys.names import Spelt
from castmates.families.ldm import unet_name

LAYERS, ATTENDING = 2, 2
"""Resnets in each level on the way down, and levels with attention, counted from the deepest."""
_TOLD = {"add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2"}


def spelt(path: str) -> Spelt:
    """
    >>> spelt("down_blocks.1.attentions.0.proj_in").path
    'input_blocks.4.1.proj_in'
    """
    if path in _TOLD:
        return Spelt(_TOLD[path])
    return Spelt(unet_name(f"{path}.weight", LAYERS, _attends).removesuffix(".weight"))


def _attends(level: int) -> bool:
    return level < ATTENDING
