"""Where a run stands, in one file that is never half-written; knows no training.

Factors, optimizer and step are one safetensors file, written beside and then renamed: a kill at any
moment leaves the old state or the new one. Random numbers and data order need no room in it, since
they are functions of recipe and step (`chance`, `order`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from castmates.core.errors import BadInput
from castmates.files.writing import write_bytes

FILE = "training.safetensors"


@dataclass(frozen=True)
class State:
    """Attributes:
    step: optimizer updates done.
    factors: the trained tensors by name.
    optimizer: what `optimizer_tensors` says.
    more: tensors of what goes along, by name: the running average, the loss's scale.
    """

    step: int
    factors: dict[str, Tensor]
    optimizer: dict[str, Tensor]
    more: dict[str, Tensor] = field(default_factory=dict)


def keep(folder: Path, state: State) -> None:
    """Write the state; the one before stays until this one is whole."""
    tensors = {f"factor.{k}": v.detach().cpu().contiguous() for k, v in state.factors.items()}
    tensors |= {f"optimizer.{k}": v.cpu().contiguous() for k, v in state.optimizer.items()}
    tensors |= {f"more.{k}": v.detach().cpu().contiguous() for k, v in state.more.items()}
    write_bytes(folder / FILE, save(tensors, metadata={"step": str(state.step)}))


def found(folder: Path) -> State | None:
    """The state to go on from, or None for a run that has not got that far.

    Raises:
        BadInput: the file is damaged (a broken disk; a kill cannot do it).
    """
    path = folder / FILE
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            step = int(file.metadata()["step"])
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError, TypeError) as error:
        raise BadInput(
            f"The training state {path} is damaged.",
            "Delete it to begin this run again, or take it back from a backup.",
        ) from error
    parts = (_under(f"{part}.", tensors) for part in ("factor", "optimizer", "more"))
    return State(step, *parts)


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's whole state as flat tensors.

    `<n>.<key>` belongs to the n-th parameter, `group.<n>.<key>` are the numbers of a group. A
    Python number is a tensor of its own type with that type behind its key (`3.step#int`), so that
    it comes back as one: a step count that had become a tensor would round differently.
    """
    held = optimizer.state_dict()
    found: dict[str, Tensor] = {}
    for index, values in held["state"].items():
        found |= _flat(f"{index}.", values)
    for number, group in enumerate(held["param_groups"]):
        numbers = {k: v for k, v in group.items() if type(v) in (int, float)}
        found |= _flat(f"group.{number}.", numbers)
    return found


def put_back(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """The reverse of `optimizer_tensors`."""
    now = optimizer.state_dict()
    state: dict[int, dict[str, Any]] = {}
    groups: list[dict[str, Any]] = [dict(group) for group in now["param_groups"]]
    for name, tensor in tensors.items():
        place, _, key = name.rpartition(".")
        key, _, kind = key.partition("#")
        value = _PYTHON[kind](tensor.item()) if kind else tensor
        if place.startswith("group."):
            groups[int(place.removeprefix("group."))][key] = value
        else:
            state.setdefault(int(place), {})[key] = value
    optimizer.load_state_dict({**now, "state": state, "param_groups": groups})


_PYTHON: dict[str, Callable[[Any], Any]] = {"int": int, "float": float, "bool": bool}
_EXACT = {"int": torch.int64, "float": torch.float64, "bool": torch.bool}


def _flat(front: str, values: Mapping[str, Any]) -> dict[str, Tensor]:
    found = {}
    for key, value in values.items():
        kind = type(value).__name__
        if isinstance(value, Tensor):
            found[f"{front}{key}"] = value
        elif kind in _EXACT:
            found[f"{front}{key}#{kind}"] = torch.tensor(value, dtype=_EXACT[kind])
    return found


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
