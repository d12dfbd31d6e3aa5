"""LoRA_Easy_Training_Scripts: its TOML, into the keys of sd-scripts; knows no settings.

Every tab of its window is a table `[tab.args]`, with `[tab.dataset_args]` for what belongs to the
data set and tables inside for lists of arguments; folders are `[[subsets]]`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from castmates.training.configs import kinds
from castmates.training.configs.report import Findings

_lists = ("network_args", "optimizer_args", "lr_scheduler_args")


def looks_so(data: Mapping[str, Any]) -> bool:
    """Whether a TOML is one of this program's."""
    inside = [value for value in data.values() if isinstance(value, dict)]
    return "subsets" in data or any({"args", "dataset_args"} & one.keys() for one in inside)


def pairs_of(data: Mapping[str, Any], findings: Findings) -> dict[str, object]:
    """Its settings in sd-scripts' keys."""
    found: dict[str, object] = {}
    for name, tab in data.items():
        if name == "subsets" or not isinstance(tab, dict):
            if name != "subsets":
                findings.ignore(name, why="it stands outside every tab")
            continue
        mode = tab.get("train_mode")
        if mode not in (None, "lora"):
            findings.cannot("train_mode", mode, "castmates trains adapters", stops=True)
        for part in ("args", "dataset_args"):
            (inside,) = kinds.tables([tab.get(part, {})], f"{name}.{part}")
            found.update(inside)
    for key in _lists:
        if isinstance(found.get(key), dict) and not found[key]:
            del found[key]
    if "batch_size" in found:
        found["train_batch_size"] = found.pop("batch_size")
    if "warmup_ratio" in found:
        found["lr_warmup_steps"] = found.pop("warmup_ratio")
    arguments = found.get("network_args")
    if isinstance(arguments, dict) and "network_module" not in found:
        # The window writes no module: an algorithm or a preset is only known to LyCORIS.
        lycoris = {"algo", "preset"} & arguments.keys()
        found["network_module"] = "lycoris.kohya" if lycoris else "networks.lora"
    return found


def tables_of(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One table for each `[[subsets]]`."""
    return [dict(one) for one in kinds.tables(data.get("subsets", []), "subsets")]
