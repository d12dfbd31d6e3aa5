"""Keeps the oracle's weights: float16 safetensors beside a JSON that says what they are."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file, save
from torch import nn

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.files.reading import read_utf8
from castmates.files.writing import made, write_bytes, write_text
from storybook.oracle.networks import Reader, Where
from storybook.oracle.settings import Shape
from storybook.oracle.slots import CHARACTER, PICTURE

Facts = dict[str, Any]
Network = TypeVar("Network", Reader, Where)
NAMES: dict[str, type[nn.Module]] = {"reader": Reader, "where": Where}


def questions() -> str:
    """Eight letters that change whenever a slot or an answer does."""
    told = json.dumps([CHARACTER.answers, PICTURE.answers])
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def keep(network: nn.Module, name: str, shape: Shape, facts: Facts, folder: Path) -> None:
    """Write the weights in float16 and, after them, what they are."""
    halves = {
        key: value.detach().to("cpu", torch.float16).contiguous()
        for key, value in network.state_dict().items()
    }
    write_bytes(made(folder) / f"{name}.safetensors", save(halves))
    told = {"shape": asdict(shape), "questions": questions(), **facts}
    write_text(folder / f"{name}.json", json.dumps(told, indent=1) + "\n")


def facts_of(name: str, folder: Path) -> Facts:
    """What is written beside the weights.

    Raises:
        Missing: there are none.
        BadInput: the file is broken.
    """
    path = folder / f"{name}.json"
    if not path.exists():
        raise Missing(
            f"The oracle has no weights {path}.",
            f"Train them: python -m storybook.oracle train {name} --minutes 25",
        )
    try:
        facts: Facts = json.loads(read_utf8(path))
        _shape(facts)
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(
            f"{path} is broken: {error}.", "Take it from the repository again."
        ) from None
    return facts


def _shape(facts: Facts) -> Shape:
    told = facts["shape"]
    widths, blocks = (tuple(int(n) for n in told[key]) for key in ("widths", "blocks"))
    return Shape(widths, blocks, int(told["tokens"]), int(told["heads"]))


def opened(kind: type[Network], folder: Path) -> Network:
    """A trained network in float32, ready to be asked.

    Raises:
        Missing: there are no weights.
        Unfit: they answer other questions than today's world asks.
        BadInput: a file is broken.
    """
    name = kind.__name__.lower()
    facts = facts_of(name, folder)
    if facts.get("questions") != questions():
        raise Unfit(
            f"The weights {folder / name}.safetensors answer other questions than today's world.",
            f"Train them anew: python -m storybook.oracle train {name}",
        )
    network = kind(_shape(facts))
    path = folder / f"{name}.safetensors"
    try:
        network.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    except (OSError, RuntimeError, ValueError) as error:
        said = str(error).splitlines()[0]
        raise BadInput(f"{path} is broken: {said}", "Take it from the repository again.") from None
    return network.eval()


def fill(network: nn.Module, name: str, shape: Shape, folder: Path) -> Facts | None:
    """Begin with the weights that are there, if they are of this shape; says what they are."""
    try:
        facts = facts_of(name, folder)
    except Missing:
        return None
    if facts.get("questions") != questions() or _shape(facts) != shape:
        return None
    path = folder / f"{name}.safetensors"
    network.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    return facts
