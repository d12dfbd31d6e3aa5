"""The layers behind the numbers of the first LoRA program (cloneofsimo's); knows no tensors.

Its files number the layers as the network's modules come: SD 1.x's down blocks, up blocks, and the
mid block last; in each transformer block attn1 (q, k, v, out), the feed-forward's first layer,
attn2 (q, k, v, out); in each layer of the text encoder k, v, q, out. Nothing but the shapes can
confirm the text encoder's order: all of its layers are alike.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

TARGETS = {
    "unet": {"CrossAttention", "Attention", "GEGLU"},
    "text_encoder": {"CLIPAttention"},
}
"""The classes whose layers the usual files hold; others number differently."""

_BLOCK = (
    *(f"attn1_to_{which}" for which in ("q", "k", "v", "out_0")),
    "ff_net_0_proj",
    *(f"attn2_to_{which}" for which in ("q", "k", "v", "out_0")),
)
_TEXT = ("k_proj", "v_proj", "q_proj", "out_proj")
_TEXT_LAYERS = 12


def layers_of(root: str) -> tuple[str, ...]:
    """kohya's names of the layers of `unet` or `text_encoder`, by number."""
    if root == "text_encoder":
        return tuple(
            f"lora_te_text_model_encoder_layers_{layer}_self_attn_{which}"
            for layer in range(_TEXT_LAYERS)
            for which in _TEXT
        )
    places = [f"down_blocks_{i}_attentions_{j}" for i in range(3) for j in range(2)]
    places += [f"up_blocks_{i}_attentions_{j}" for i in range(1, 4) for j in range(3)]
    places.append("mid_block_attentions_0")
    return tuple(
        f"lora_unet_{place}_transformer_blocks_0_{layer}" for place in places for layer in _BLOCK
    )


def other_targets(metadata: Mapping[str, str], root: str) -> str:
    """The classes that a header names beyond the usual ones; "": none, or it names nothing."""
    try:
        named = set(json.loads(metadata.get(root, "[]")))
    except (ValueError, TypeError):
        return ""
    return ", ".join(sorted(map(str, named - TARGETS[root])))
