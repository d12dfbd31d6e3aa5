"""Keeps the oracle's weights: small safetensors beside a JSON that says what they are.

Matrices and kernels lie there in eight bits with one scale for each output (rounded to nearest,
symmetric; as in Jacob et al. 2017, 1712.05877), the rest in float16: half the bytes of float16
throughout, and a weight is off by at most 1/254 of its output's largest one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.files.reading import read_utf8
from castmates.files.writing import made, write_bytes, write_text
from storybook.oracle.networks import Reader, Where
from storybook.oracle.settings import Shape
from storybook.oracle.slots import CHARACTER, PICTURE

Facts = dict[str, Any]
Network = TypeVar("Network", Reader, Where)
SCALE = ".scale"
NAMES: dict[str, type[nn.Module]] = {"reader": Reader, "where": Where}


def questions() -> str:
    """Eight letters that change whenever a slot or an answer does."""
    told = json.dumps([CHARACTER.answers, PICTURE.answers])
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def keep(network: nn.Module, name: str, shape: Shape, facts: Facts, folder: Path) -> None:
    """Write the weights and, after them, what they are."""
    write_bytes(made(folder) / f"{name}.safetensors", save(pressed(network.state_dict())))
    told = {"shape": asdict(shape), "questions": questions(), **facts}
    write_text(folder / f"{name}.json", json.dumps(told, indent=1) + "\n")


def pressed(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights as they are kept: `key` in 8 bits and `key.scale`, or `key` alone in float16."""
    kept: dict[str, Tensor] = {}
    for key, value in state.items():
        plain = value.detach().to("cpu", torch.float32)
        if plain.ndim < 2:
            kept[key] = plain.half().contiguous()
            continue
        scale = plain.abs().flatten(1).amax(1).clamp(min=1e-8) / 127
        wide = scale.view(-1, *[1] * (plain.ndim - 1))
        kept[key] = (plain / wide).round().to(torch.int8).contiguous()
        kept[key + SCALE] = scale
    return kept


def unpressed(kept: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `pressed` made small, in float32."""
    state = {}
    for key, value in kept.items():
        if key.endswith(SCALE):
            continue
        scale = kept.get(key + SCALE)
        shape = (-1, *[1] * (value.ndim - 1))
        state[key] = value.float() if scale is None else value.float() * scale.float().view(shape)
    return state


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
        network.load_state_dict(unpressed(load_file(path)))
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
    network.load_state_dict(unpressed(load_file(path)))
    return facts
