"""An adapter file in another dialect, kind or rank, with the error said; knows no base.

Dialects: `kohya` (lora_down, lora_up, alpha), `peft` (dotted, lora_A, lora_B), `diffusers` (dotted,
lora.down, lora.up; the older form). The dotted ones have no alpha: it is multiplied into the up
factors, and kept in the header for the way back.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.factors import Adapter, Factors, kind_of
from castmates.adapters.file import alpha_in, demand_factors, write
from castmates.adapters.header import header_of
from castmates.adapters.keys.dotted import dotted
from castmates.adapters.kinds import ALPHA, DOWN, UP, Broken, factors_of, pair_of
from castmates.adapters.parts import FOLDED, Opened, opened
from castmates.adapters.products import Pair, reduced
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value

DIALECTS = ("kohya", "diffusers", "peft")
KINDS = ("lora",)
_ENDINGS = {
    ("peft", DOWN): "lora_A.weight",
    ("peft", UP): "lora_B.weight",
    ("diffusers", DOWN): "lora.down.weight",
    ("diffusers", UP): "lora.up.weight",
}
_SUMS = 2e-8
"""Relative errors below are those of the sums that measure them (the root of float64's), and 0."""


class Converted(Value):
    """What was made.

    Attributes:
        rank: of most layers; None: the kind has none.
        error: of all weight differences together, relative (Frobenius); 0: exact.
        worst: the largest error of a layer.
        notes: what was left out, and how it was made.
    """

    path: str
    dialect: str
    kind: str
    modules: int
    rank: int | None = None
    error: float = 0.0
    worst: float = 0.0
    tensors_sha256: str
    notes: tuple[str, ...] = ()


@dataclass
class Errors:
    """What is lost over all layers: sums of squares, and the worst layer's share."""

    lost: float = 0.0
    all: float = 0.0
    worst: float = 0.0

    def add(self, wanted: Pair, got: Pair) -> None:
        norm = wanted.squared_norm()
        lost = wanted.less(got).squared_norm()
        lost = lost if lost > _SUMS**2 * norm else 0.0
        self.lost += lost
        self.all += norm
        if norm > 0:
            self.worst = max(self.worst, math.sqrt(lost / norm))

    @property
    def total(self) -> float:
        return math.sqrt(self.lost / self.all) if self.all > 0 else 0.0


def convert(
    source: Path,
    target: Path,
    *,
    to: str = "kohya",
    kind: str | None = None,
    rank: int | None = None,
) -> Converted:
    """Write `source` anew as `target`.

    Names, kind and rank change only where it is asked; without a change of kind or rank the factors
    keep their bytes. A LoHa or LoKr becomes a LoRA exactly, of rank r·r, but for the rounding to
    the file's precision; with `rank` the nearest one of that rank.

    Args:
        to: one of `DIALECTS`.
        kind: "lora": as plain factors; None: as it is.
        rank: at most; None: as it is.

    Raises:
        Missing: there is no such file.
        BadInput: what was asked cannot be done with this file; the message says why.
        Unfit: layers of a family that the dialect spells otherwise.
    """
    demand(target, to, kind, rank)
    if source.resolve() == target.resolve():
        raise BadInput(f"{target} is the file itself.", "Give another name for the result.")
    file = opened(source)
    product = any(
        (not part.startswith("lora_") and part != ALPHA) or part == "lora_mid.weight"
        for parts in file.layers.values()
        for part in parts
    )
    if kind is None and rank is None:
        if product and to != "kohya":
            what = file.kind.words if file.kind else "no plain LoRA"
            raise BadInput(
                f"{source} is {what}, which {to} has no names for.", "Make it a LoRA: --kind lora"
            )
        return _renamed(file, target, to)
    layers, errors = _as_lora(file, rank)
    adapter = Adapter(target.stem, kind_of(layers), layers, _own(file.metadata))
    return write_lora(adapter, target, to, errors, family=file.family, notes=file.notes)


def write_lora(
    adapter: Adapter,
    target: Path,
    to: str,
    errors: Errors,
    *,
    family: str,
    notes: tuple[str, ...] = (),
) -> Converted:
    """Write pairs of factors in their own precision, and say how exact they are."""
    layers = adapter.factors
    tensors: dict[str, dict[str, Tensor]] = {}
    for layer, f in layers.items():
        tensors[layer] = {DOWN: f.down, UP: f.up, ALPHA: alpha_in(f.alpha, f.down.dtype)}
    told = header_of(adapter, target, adapter.metadata, family)
    made = write_as(target, tensors, told, to)
    return Converted(
        path=str(target),
        dialect=to,
        kind=adapter.kind,
        modules=len(layers),
        rank=commonest([f.rank for f in layers.values()]),
        error=errors.total,
        worst=errors.worst,
        tensors_sha256=made,
        notes=(*notes, _how(errors)),
    )


def demand(target: Path, to: str, kind: str | None, rank: int | None) -> None:
    """Raises BadInput: no such dialect or kind, no rank, or no name for an adapter."""
    if to not in DIALECTS:
        raise BadInput(f"There is no dialect '{to}'.", did_you_mean(to, DIALECTS))
    if kind is not None and kind not in KINDS:
        raise BadInput(f"Nothing is converted to '{kind}'.", "Only to a plain LoRA: --kind lora")
    if rank is not None and rank < 1:
        raise BadInput(f"The rank is {rank}; wanted 1 or more.", "As in: --rank 16")
    if target.suffix.lower() != ".safetensors":
        raise BadInput(f"{target} is no name for an adapter.", "End it in .safetensors")


def pairs_of(file: Opened) -> dict[str, tuple[Factors, torch.dtype]]:
    """Layer -> its exact pair of factors, and the precision it has in the file.

    Raises:
        BadInput: a kind without factors, or broken tensors.
    """
    demand_factors(file)
    if any(MAGNITUDE in parts for parts in file.layers.values()):
        raise BadInput(
            f"{file.path} is a DoRA: what it changes depends on its base's weights, and no plain "
            "LoRA does the same.",
            "Use it as it is, or train without dora.",
        )
    found = {}
    for layer, parts in file.layers.items():
        try:
            exact = factors_of(layer, parts, file.family)
        except Broken as error:
            raise BadInput(f"{file.path} is broken: {error}.", "Download it again.") from error
        found[layer] = exact, next(t.dtype for name, t in parts.items() if name != ALPHA)
    return found


def _own(told: Mapping[str, str]) -> dict[str, str]:
    """The header of a file whose layers are multiplied out: what spoke of its old form is gone."""
    return {k: v for k, v in told.items() if k not in ("ss_network_args", "ss_network_module")}


def _as_lora(file: Opened, rank: int | None) -> tuple[dict[str, Factors], Errors]:
    found: dict[str, Factors] = {}
    errors = Errors()
    for layer, (exact, precision) in pairs_of(file).items():
        found[layer] = of_rank(exact, rank, precision)
        errors.add(pair_of(exact), pair_of(found[layer]))
    return found, errors


def of_rank(exact: Factors, rank: int | None, precision: torch.dtype) -> Factors:
    """The factors in a precision, and of at most this rank; float32 where it cannot hold them."""
    if rank is None or rank >= exact.rank:
        made = replace(exact, down=exact.down.to(precision), up=exact.up.to(precision))
    else:
        pair = reduced(pair_of(exact), rank)
        down = pair.down.reshape(rank, *exact.down.shape[1:]).to(precision)
        up = pair.up.reshape(-1, rank, *exact.up.shape[2:]).to(precision)
        made = Factors(down.contiguous(), up.contiguous(), 1.0)
    if not bool(made.down.isfinite().all() and made.up.isfinite().all()):
        return replace(made, down=exact.down.float(), up=exact.up.float())
    return made


def _how(errors: Errors) -> str:
    if errors.total == 0:
        return "the weight differences are the same"
    return (
        f"the weight differences are off by {errors.total:.2g} of themselves, by "
        f"{errors.worst:.2g} in the worst layer"
    )


def _renamed(file: Opened, target: Path, to: str) -> Converted:
    made = write_as(target, file.layers, file.metadata, to)
    ranks = [parts[DOWN].shape[0] for parts in file.layers.values() if DOWN in parts]
    wide = any(
        parts[DOWN].dim() == 4 and parts[DOWN].shape[-1] > 1
        for parts in file.layers.values()
        if DOWN in parts
    )
    return Converted(
        path=str(target),
        dialect=to,
        kind=file.kind.name if file.kind else ("locon" if wide else "lora"),
        modules=len(file.layers),
        rank=commonest(ranks),
        tensors_sha256=made,
        notes=file.notes,
    )


def commonest(ranks: list[int]) -> int | None:
    return max(set(ranks), key=ranks.count) if ranks else None


def write_as(
    target: Path, layers: Mapping[str, Mapping[str, Tensor]], told: Mapping[str, str], to: str
) -> str:
    """Write layers' tensors in a dialect; returns the SHA-256 of the tensors' bytes."""
    if to == "kohya":
        tensors = {
            f"{layer}.{part}": tensor.contiguous()
            for layer, parts in layers.items()
            for part, tensor in _with_alpha(parts).items()
        }
        return write(target, tensors, told)
    tensors, folded = {}, {}
    for layer, parts in layers.items():
        path = dotted(layer)
        up = parts[UP]
        if ALPHA in parts:
            alpha = parts[ALPHA]
            kept = (alpha.item(), _name(alpha.dtype), _name(up.dtype))
            scale = (float(alpha.item()) or float(up.shape[1])) / up.shape[1]
            folded[layer], up = kept, _scaled(up, scale)
        for part, tensor in ((DOWN, parts[DOWN]), (UP, up)):
            tensors[f"{path}.{_ending(path, to, part)}"] = tensor.contiguous()
    return write(target, tensors, {**told, "format": "pt", FOLDED: json.dumps(folded)})


def _ending(path: str, to: str, part: str) -> str:
    if to == "diffusers" and path.startswith("text_encoder."):
        return _ENDINGS[to, part].replace("lora.", "lora_linear_layer.")
    return _ENDINGS[to, part]


def _with_alpha(parts: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A plain pair without an alpha gets its rank: readers differ in what they take for none."""
    if ALPHA in parts or DOWN not in parts:
        return dict(parts)
    down = parts[DOWN]
    return {**parts, ALPHA: alpha_in(float(down.shape[0]), down.dtype)}


def _scaled(up: Tensor, scale: float) -> Tensor:
    """up · scale, in its own precision where that is exact, else in float32."""
    wanted = up.double() * scale
    own = wanted.to(up.dtype)
    return own if torch.equal(own.double(), wanted) else wanted.float()


def _name(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")
