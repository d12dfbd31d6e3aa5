"""Layers' names with dots, as diffusers and PEFT write them, and kohya's; knows no tensors."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from castmates.core.errors import Unfit

_PARTS = (
    (r"\.lora_A", "lora_down.weight"),
    (r"\.lora_B", "lora_up.weight"),
    (r"\.lora(_linear_layer)?\.down", "lora_down.weight"),
    (r"\.lora(_linear_layer)?\.up", "lora_up.weight"),
)
_part = tuple(
    (re.compile(f"^(?P<path>.+?){pattern}(\\.\\w+)?\\.weight$"), part) for pattern, part in _PARTS
)
_processor = re.compile(
    r"^(?P<path>.+)\.processor\.to_(?P<which>q|k|v|out)_lora\.(?P<part>down|up)\."
)
_UNET = ("down_blocks.", "mid_block.", "up_blocks.", "conv_in", "conv_out", "time_embedding.")
_TEXT = ("text_model.", "encoder.layers.")


def joined(key: str) -> tuple[str, str] | None:
    """kohya's layer and part of a dotted key; None when it is no factor.

    >>> joined("unet.mid_block.attentions.0.proj_in.lora_A.weight")
    ('lora_unet_mid_block_attentions_0_proj_in', 'lora_down.weight')
    """
    key = key.removeprefix("base_model.model.")
    if found := _processor.match(key):
        which = "to_out.0" if found["which"] == "out" else f"to_{found['which']}"
        return _placed(f"{found['path']}.{which}", f"lora_{found['part']}.weight")
    for pattern, part in _part:
        if found := pattern.match(key):
            return _placed(found["path"], part)
    return None


def _placed(path: str, part: str) -> tuple[str, str] | None:
    root, _, rest = path.partition(".")
    known = {dotted: kohya for kohya, dotted in _data()["roots"].items()} | _data()["others"]
    prefix = known.get(root)
    if prefix is None:
        # PEFT's own files hold one network and do not say which.
        prefix, rest = ("lora_unet" if path.startswith(_UNET) else "lora_te"), path
        if prefix == "lora_te" and not path.startswith(_TEXT):
            return None
    if prefix == "lora_te" and not rest.startswith("text_model."):
        rest = f"text_model.{rest}"
    return f"{prefix}_{rest.replace('.', '_')}", part


def dotted(layer: str) -> str:
    """The dotted path of kohya's layer: `unet.mid_block.attentions.0.proj_in`.

    Raises:
        Unfit: a name of another family, which dotted files spell otherwise.
    """
    for prefix, root in _data()["roots"].items():
        if layer.startswith(f"{prefix}_"):
            words = _parted(layer.removeprefix(f"{prefix}_"))
            if words:
                return ".".join((root, *words))
    raise Unfit(
        f"The layer '{layer}' has no name in the dotted dialects of Stable Diffusion 1.x and 2.",
        "Keep kohya's names: --to kohya",
    )


def _parted(name: str) -> list[str]:
    """The words of a joined path; empty when a part of it is no known word."""
    found: list[str] = []
    while name:
        match = _words().match(name)
        if match is None:
            return []
        found.append(match[1])
        name = name[match.end() :]
    return found


def kernel_of(layer: str, family: str) -> int | None:
    """The side of the layer's kernel as its name tells; None: a linear layer."""
    kernels = _data()["kernels"]
    if re.search(kernels["wide"], layer):
        return 3
    if re.search(kernels["point"], layer):
        return 1
    return 1 if family == "sd15" and re.search(kernels["point_in_sd15"], layer) else None


@cache
def _words() -> re.Pattern[str]:
    words = sorted(_data()["words"], key=len, reverse=True)
    return re.compile(f"({'|'.join(words)}|\\d+)(?:_|$)")


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("dotted.toml").read_text("utf-8"))
