"""Load one network or tokenizer of a diffusers folder, whole or not at all; knows no family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import CLIPTokenizer, PreTrainedModel

from castmates.core.errors import BadInput
from castmates.families.quiet import quiet
from castmates.files.embedded import way_out

BROKEN = (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, SafetensorError)
"""What the loading libraries raise for files that are not what they should be."""


def load_network(kind: Any, folder: Path, part: str, dtype: torch.dtype) -> Any:
    """A part with weights, whole. Raises BadInput: it is broken, or weights are missing in it."""
    variant = _variant(folder / part)
    given: dict[str, Any] = {"variant": variant} if variant else {}
    dtype_name = "dtype" if issubclass(kind, PreTrainedModel) else "torch_dtype"
    given[dtype_name] = dtype
    try:
        with quiet():
            network, told = kind.from_pretrained(
                str(folder / part),
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                **given,
            )
    except BROKEN as error:
        raise broken(folder / part, str(error)) from error
    # What is missing would be filled with random numbers, and draw noise.
    missing = sorted(map(str, told.get("missing_keys", ())))
    lacking = [key for key in missing if not key.endswith("position_ids")]
    wrong = list(told.get("mismatched_keys", ()))
    if lacking or wrong:
        first = lacking[0] if lacking else wrong[0]
        raise broken(folder / part, f"{len(lacking) + len(wrong)} weights are missing ({first})")
    return network


def _variant(folder: Path) -> str | None:
    """`fp16` where only `….fp16.safetensors` files lie; None for the plain ones."""
    names = [path.name for path in folder.glob("*.safetensors")]
    return "fp16" if names and all(".fp16" in name for name in names) else None


def load_tokenizer(folder: Path, part: str = "tokenizer", kind: Any = CLIPTokenizer) -> Any:
    """A part that reads words. Raises BadInput: it is broken."""
    try:
        with quiet():
            return kind.from_pretrained(str(folder / part), local_files_only=True)
    except BROKEN as error:
        raise broken(folder / part, str(error)) from error


def ready(network: Any, device: torch.device, channels_last: bool = False) -> Any:
    """The network on its device, frozen and in eval mode."""
    network.eval().requires_grad_(False)
    if channels_last:
        return network.to(device, memory_format=torch.channels_last)
    return network.to(device)


def broken(path: Path, why: str) -> BadInput:
    """What is said of a file or folder that cannot be opened."""
    """The words for a file that is not what it should be."""
    short = why.strip().splitlines()[0][:200] if why.strip() else "it cannot be read"
    return BadInput(
        f"{path} cannot be opened: {short.rstrip('.')}.", way_out(path, "Download the model again.")
    )
