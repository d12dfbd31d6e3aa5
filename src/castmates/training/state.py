"""Where a run stands, in one file that is never half-written; knows no training.

Factors, optimizer and step are one safetensors file, written beside and then renamed: a kill at any
moment leaves the old state or the new one. Random numbers and data order need no room in it, since
they are functions of recipe and step (`chance`, `order`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
    optimizer: its tensors, by "<index of the parameter>.<key>".
    """

    step: int
    factors: dict[str, Tensor]
    optimizer: dict[str, Tensor]


def keep(folder: Path, state: State) -> None:
    """Write the state; the one before stays until this one is whole."""
    tensors = {f"factor.{k}": v.detach().cpu().contiguous() for k, v in state.factors.items()}
    tensors |= {f"optimizer.{k}": v.cpu().contiguous() for k, v in state.optimizer.items()}
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
    return State(step, _under("factor.", tensors), _under("optimizer.", tensors))


def optimizer_tensors(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimizer's state as flat tensors, numbered in the order of its parameters."""
    held: Mapping[int, Mapping[str, Any]] = optimizer.state_dict()["state"]
    return {
        f"{index}.{key}": torch.as_tensor(value)
        for index, values in held.items()
        for key, value in values.items()
    }


def put_back(optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """The reverse of `optimizer_tensors`."""
    held: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        index, _, key = name.partition(".")
        held.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": held})


def _under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
