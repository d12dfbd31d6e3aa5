"""The adapter that a run goes on from, kept in its folder and pinned by hash; knows no optimizer.

A recipe holds the SHA-256 of the tensors (`start_from`), not where they lay: the file is copied
into the run's `state/`, so that going on is exact whatever becomes of the original.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.kinds import ALPHA, DOWN, UP, alpha_of
from castmates.adapters.native import Native
from castmates.adapters.parts import Opened, opened
from castmates.core.errors import Missing, Unfit
from castmates.files.studio import RunFolder
from castmates.files.tensors import tensor_hash
from castmates.files.writing import replacing
from castmates.training.recipe import Recipe

FILE = "start.safetensors"
HEADER = "castmates.start_from"
"""Header entry of adapters of ours: the hash of the tensors that the run went on from."""
_SHOWN = 12
_WAY_OUT = "Give another file, or take its numbers: --set rank_from_file=true"


def keep(run: RunFolder, file: Path) -> None:
    """Copy the adapter into the run's folder, whole or not at all; one that is there stays."""
    there = run.state / FILE
    if not there.exists():
        with replacing(there) as beside:
            shutil.copyfile(file, beside)


def kept(run: RunFolder, recipe: Recipe) -> Path | None:
    """The adapter that a run begins with; None: new factors.

    Raises:
        Missing: it is not in the run's folder.
        Unfit: it is not the one that the recipe was made with.
    """
    if not recipe.start_from:
        return None
    path = run.state / FILE
    if not path.is_file():
        raise Missing(
            f"{path}, which the run goes on from, is not there.",
            "Give it by its file: --set start_from=FILE",
        )
    found = tensor_hash(path)
    if found != recipe.start_from:
        raise Unfit(
            f"{path} holds other tensors ({found[:_SHOWN]}) than the run was begun with "
            f"({recipe.start_from[:_SHOWN]}).",
            "Put the old file back, or start a new run.",
        )
    return path


def put_in(fresh: Adapter, path: Path) -> Adapter:
    """The fresh adapter with the numbers of a file, in float32.

    Args:
        fresh: what the recipe asks for, in its kind's own parameters.

    Raises:
        Unfit: another kind, other layers, ranks or alphas; both are named.
        Missing, BadInput: as `adapters.parts.opened`.
    """
    file = opened(path)
    shares: dict[str, Factors | Native] = {**fresh.factors, **fresh.native}
    wanted = {layer: _parts(share) for layer, share in shares.items()}
    found = {
        layer: {name: tensor for name, tensor in parts.items() if name != ALPHA}
        for layer, parts in file.layers.items()
    }
    _demand_alike(file, found, wanted)
    _demand_alphas(file, shares)
    factors = {
        layer: replace(share, down=numbers[DOWN], up=numbers[UP])
        for layer, share in fresh.factors.items()
        for numbers in [_laid(found[layer], wanted[layer])]
    }
    native = {
        layer: replace(share, parts=_laid(found[layer], wanted[layer]))
        for layer, share in fresh.native.items()
    }
    return replace(fresh, factors=factors, native=native)


Parts = Mapping[str, Tensor]


def _parts(share: Factors | Native) -> Parts:
    if isinstance(share, Native):
        return share.parts
    return {DOWN: share.down, UP: share.up}


def _laid(found: Parts, wanted: Parts) -> dict[str, Tensor]:
    return {
        name: found[name].to(torch.float32).reshape(tensor.shape).clone()
        for name, tensor in wanted.items()
    }


def _demand_alike(file: Opened, found: Mapping[str, Parts], wanted: Mapping[str, Parts]) -> None:
    more, less = sorted(found.keys() - wanted.keys()), sorted(wanted.keys() - found.keys())
    said = []
    if more:
        said.append(f"it has {len(more)} layers that the recipe does not train ({more[0]}, …)")
    if less:
        said.append(f"it lacks {len(less)} layers that the recipe trains ({less[0]}, …)")
    other = [layer for layer in wanted if layer in found and _differ(found[layer], wanted[layer])]
    if other:
        first = other[0]
        said.append(
            f"{len(other)} layers are others, as {first}: {_shown(found[first])}; wanted "
            f"{_shown(wanted[first])}"
        )
    if said:
        raise Unfit(f"{file.path} cannot be gone on from: {'; '.join(said)}.", _WAY_OUT)


def _differ(found: Parts, wanted: Parts) -> bool:
    """Whether names or shapes differ; a 1x1 kernel's two sides of length 1 do not count."""
    return found.keys() != wanted.keys() or any(
        _sides(found[name]) != _sides(wanted[name]) for name in wanted
    )


def _sides(tensor: Tensor) -> tuple[int, ...]:
    plain = tensor.shape[2:] == (1, 1)
    return tuple(tensor.shape[:2] if plain else tensor.shape)


def _shown(parts: Parts) -> str:
    return ", ".join(f"{name} {'x'.join(map(str, t.shape))}" for name, t in sorted(parts.items()))


def _demand_alphas(file: Opened, shares: Mapping[str, Factors | Native]) -> None:
    for layer, share in shares.items():
        alpha = alpha_of(layer, file.layers[layer], share.rank)
        if abs(alpha - share.alpha) > 1e-3 * share.alpha:
            raise Unfit(
                f"{file.path} has the alpha {alpha:g} in {layer}, and the recipe {share.alpha:g}: "
                "the same numbers would be another adapter.",
                f"Take --set alpha={alpha:g}, or all its numbers: --set rank_from_file=true",
            )
