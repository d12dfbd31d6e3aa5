"""An adapter file's tensors by layer and part, in kohya's names, whoever wrote it.

Dialects: kohya, LyCORIS (as they are), PEFT and older diffusers (dotted), cloneofsimo (numbered).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch as safe
import torch
from safetensors import SafetensorError
from torch import Tensor

from castmates.adapters.keys.dialects import PICKLES, Dialect, dialect_of, family_of, foreign_kind
from castmates.adapters.keys.dotted import joined
from castmates.adapters.keys.numbered import layers_of, other_targets
from castmates.adapters.kinds import ALPHA, DOWN, UP
from castmates.core.errors import BadInput
from castmates.files.tensors import Header, read_header

FOLDED = "castmates.alphas"
"""Header entry of dotted files of ours: the alphas that are in the up factors already."""
_PEFT = "lora_adapter_metadata"
_numbered = re.compile(r"^(unet|text_encoder):(\d+):(up|down)$")


@dataclass(frozen=True)
class Opened:
    """What a file holds.

    Attributes:
        layers: kohya's name of the layer -> its tensors by part, in the file's precision.
        kind: what it is when it is no lora or locon.
        family: sd15, sd2, sdxl, …; "": the names do not say.
        notes: what is in the file and was left out.
    """

    path: Path
    dialect: Dialect
    kind: Dialect | None
    family: str
    layers: dict[str, dict[str, Tensor]]
    metadata: dict[str, str]
    notes: tuple[str, ...] = ()


def opened(path: Path) -> Opened:
    """Read a file's tensors.

    Raises:
        Missing: there is no such file.
        BadInput: a pickle, not a whole safetensors file, or in nobody's names.
    """
    path = Path(path)
    if path.suffix.lower() in PICKLES and path.is_file():
        raise BadInput(
            f"{path} is a pickle, which can run anything when it is opened.",
            "Convert it to .safetensors with the program that wrote it.",
        )
    header = read_header(path)
    kind, dialect, family = (f(header.shapes) for f in (foreign_kind, dialect_of, family_of))
    if dialect is None:
        raise _nobodys(path, header, kind)
    try:
        tensors = safe.load_file(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", "Download it again.") from error
    strange: list[str] = []
    layers: dict[str, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        place = _place(key, dialect.name, path)
        if place is None:
            strange.append(key)
        else:
            layers.setdefault(place[0], {})[place[1]] = tensor
    notes = _left_out(strange, dialect.name, path, header)
    if dialect.name in ("peft", "diffusers"):
        _alphas(layers, header.metadata, path)
    told = {k: v for k, v in header.metadata.items() if k not in (FOLDED, _PEFT)}
    return Opened(path, dialect, kind, family.name if family else "", layers, told, notes)


def _nobodys(path: Path, header: Header, kind: Dialect | None) -> BadInput:
    what = kind.words if kind else f"no adapter file that castmates knows; it holds {_some(header)}"
    return BadInput(f"{path} is {what}.", "Give a LoRA, LoCon, LoHa or LoKr.")


def _some(header: Header) -> str:
    return ", ".join([*header.shapes][:4]) or "nothing at all"


def _place(key: str, dialect: str, path: Path) -> tuple[str, str] | None:
    if dialect in ("kohya", "lycoris"):
        layer, mark, part = key.partition(".")
        return (layer, part) if mark and layer.startswith("lora_") else None
    if dialect == "cloneofsimo":
        number = _numbered.match(key)
        return _counted(number[1], int(number[2]), number[3], path) if number else None
    if key.endswith(f".{ALPHA}"):
        found = joined(key.removesuffix(ALPHA) + "lora_A.weight")
        return (found[0], ALPHA) if found else None
    return joined(key)


def _counted(root: str, number: int, part: str, path: Path) -> tuple[str, str]:
    names = layers_of(root)
    if number >= len(names):
        raise BadInput(
            f"{path} numbers its layers, and has a {root} layer {number}; Stable Diffusion 1.x has "
            f"{len(names)} usual ones. Which layers are meant cannot be told.",
            "Convert it with the program that wrote it.",
        )
    return names[number], DOWN if part == "down" else UP


def _left_out(strange: list[str], dialect: str, path: Path, header: Header) -> tuple[str, ...]:
    """Notes on keys that are no factors. Raises BadInput where they cannot be left out."""
    if dialect == "cloneofsimo":
        for root in ("unet", "text_encoder"):
            if more := other_targets(header.metadata, root):
                raise BadInput(
                    f"{path} numbers the layers of other classes, too ({more}); which layers are "
                    "meant cannot be told.",
                    "Convert it with the program that wrote it.",
                )
        words = [key for key in strange if header.metadata.get(key) == "<embed>"]
        strange = [key for key in strange if key not in words]
        if words and not strange:
            return (f"{', '.join(words)}: textual inversions, which are left out",)
    if strange:
        raise BadInput(
            f"{path} is no adapter file that castmates knows; besides factors it holds "
            f"{', '.join(strange[:4])}.",
            "Give a LoRA, LoCon, LoHa or LoKr.",
        )
    return ()


def _alphas(layers: dict[str, dict[str, Tensor]], told: Mapping[str, str], path: Path) -> None:
    """Put the alphas in that a dotted file has in its header, or in PEFT's file beside it."""
    folded = _json(told.get(FOLDED))
    settings = _json(told.get(_PEFT)) or _beside(path)
    for layer, parts in layers.items():
        if DOWN not in parts or UP not in parts or ALPHA in parts:
            continue
        rank = parts[DOWN].shape[0]
        if layer in folded:
            _unfold(parts, folded[layer], rank)
        elif (alpha := _alpha(layer, settings, rank)) is not None:
            parts[ALPHA] = torch.tensor(alpha, dtype=torch.float32)


def _unfold(parts: dict[str, Tensor], kept: Any, rank: int) -> None:
    alpha, kind, precision = kept
    number = torch.tensor(alpha, dtype=getattr(torch, kind))
    scale = (float(number.item()) or float(rank)) / rank
    parts[UP] = (parts[UP].double() / scale).to(getattr(torch, precision))
    parts[ALPHA] = number


def _alpha(layer: str, settings: Mapping[str, Any], rank: int) -> float | None:
    """PEFT's alpha of a layer; its patterns name layers by the ends of their paths."""
    root = "unet" if layer.startswith("lora_unet_") else "text_encoder"
    own = {k.removeprefix(f"{root}."): v for k, v in settings.items() if k.startswith(f"{root}.")}
    own = own or dict(settings)
    alpha = own.get("lora_alpha")
    for path, value in (own.get("alpha_pattern") or {}).items():
        if layer.endswith(str(path).replace(".", "_")):
            alpha = value
    if alpha is None:
        return None
    return float(alpha) * rank**0.5 if own.get("use_rslora") else float(alpha)


def _beside(path: Path) -> dict[str, Any]:
    config = path.with_name("adapter_config.json")
    return _json(config.read_text("utf-8")) if config.is_file() else {}


def _json(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
