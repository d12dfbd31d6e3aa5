"""Several adapter files as one plain LoRA, each with a weight; knows no base.

dW = Σ wᵢ · dWᵢ: the factors of all stand side by side, so the sum is exact and its rank that of all
together; with a rank it is the nearest pair of that rank.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

import torch

from castmates.adapters.convert import Converted, Errors, demand, of_rank, pairs_of, write_lora
from castmates.adapters.factors import Adapter, Factors, kind_of
from castmates.adapters.kinds import pair_of
from castmates.adapters.parts import opened
from castmates.core.errors import BadInput, Misfits, Unfit

_SAME = (
    "ss_base_model_version",
    "ss_sd_model_name",
    "ss_sd_model_hash",
    "ss_new_sd_model_hash",
    "ss_v2",
    "ss_clip_skip",
    "modelspec.prediction_type",
    "modelspec.resolution",
)
"""What the header keeps where all files say the same."""
_TRIGGER = "modelspec.trigger_phrase"

Weighted = tuple[float, Factors]


def merge(
    sources: Sequence[Path],
    weights: Sequence[float],
    target: Path,
    *,
    to: str = "kohya",
    kind: str | None = None,
    rank: int | None = None,
) -> Converted:
    """Write the weighted sum of adapters, of any kinds but DoRA; a layer may be in some only.

    Args:
        weights: one for each file; a negative one takes away.
        to: the dialect (`convert.DIALECTS`).
        kind: the result is a plain LoRA whatever this says.
        rank: at most; None: as large as is exact.

    Raises:
        Missing: there is no such file.
        BadInput: not one weight for each file, a kind without factors, broken files.
        Unfit: adapters of different families, or whose layers differ in shape.
    """
    demand(target, to, kind, rank)
    if len(weights) != len(sources) or not all(map(isfinite, weights)):
        raise BadInput(
            f"There are {len(sources)} adapters, and the weights are {list(weights)}.",
            "Give one number for each: --weights 0.7,0.3",
        )
    if any(source.resolve() == target.resolve() for source in sources):
        raise BadInput(f"{target} is one of the files.", "Give another name for the result.")
    files = [opened(source) for source in sources]
    families = {file.family: file.path for file in files if file.family}
    if len(families) > 1:
        told = ", ".join(f"{path} is for {family}" for family, path in families.items())
        raise Unfit(f"They are for different families of bases: {told}.", "Merge those of one.")
    layers: dict[str, list[Weighted]] = {}
    precisions: dict[str, torch.dtype] = {}
    for file, weight in zip(files, weights, strict=True):
        for layer, (exact, precision) in pairs_of(file).items():
            layers.setdefault(layer, []).append((weight, exact))
            precisions.setdefault(layer, precision)
    _demand_shapes(layers)
    merged, errors = {}, Errors()
    for layer, several in layers.items():
        whole = side_by_side(several)
        merged[layer] = of_rank(whole, rank, precisions[layer])
        errors.add(pair_of(whole), pair_of(merged[layer]))
    headers = [file.metadata for file in files]
    adapter = Adapter(target.stem, kind_of(merged), merged, _header(headers, sources, weights))
    notes = (_sum(sources, weights), *_bases(headers))
    return write_lora(adapter, target, to, errors, family=next(iter(families), ""), notes=notes)


def side_by_side(several: Sequence[Weighted]) -> Factors:
    """The exact factors of Σ wᵢ · dWᵢ, in float64.

    The largest of |wᵢ · scaleᵢ| becomes the scale: so no factor grows, and one adapter alone keeps
    its numbers.
    """
    first = several[0][1]
    scale = max(abs(weight * f.scale) for weight, f in several) or 1.0
    downs = [f.down.double().reshape(f.rank, *first.down.shape[1:]) for _, f in several]
    ups = [
        f.up.double().reshape(-1, f.rank, *first.up.shape[2:]) * (weight * f.scale / scale)
        for weight, f in several
    ]
    return Factors(torch.cat(downs), torch.cat(ups, 1), scale)


def _demand_shapes(layers: Mapping[str, Sequence[Weighted]]) -> None:
    misfits = Misfits()
    for layer, several in layers.items():
        shapes = {(f.up.shape[0], f.down[0].numel()) for _, f in several}
        if len(shapes) > 1:
            told = " and ".join(f"{columns}->{rows}" for rows, columns in sorted(shapes))
            misfits.add(
                Unfit(f"The layer {layer} has the shapes {told}.", "Merge those of one base.")
            )
    misfits.raise_if_any()


def _header(
    headers: Sequence[Mapping[str, str]], sources: Sequence[Path], weights: Sequence[float]
) -> dict[str, str]:
    first = headers[0]
    same = {
        key: first[key]
        for key in _SAME
        if key in first and all(told.get(key) == first[key] for told in headers)
    }
    triggers = dict.fromkeys(told[_TRIGGER] for told in headers if told.get(_TRIGGER))
    if triggers:
        same[_TRIGGER] = ", ".join(triggers)
    names = [source.stem for source in sources]
    weighed = [{"name": n, "weight": w} for n, w in zip(names, weights, strict=True)]
    return {
        **same,
        "modelspec.merged_from": ", ".join(names),
        "castmates.merged": json.dumps(weighed),
    }


def _sum(sources: Sequence[Path], weights: Sequence[float]) -> str:
    return " + ".join(f"{w:g} x {s.stem}" for s, w in zip(sources, weights, strict=True))


def _bases(headers: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    named = dict.fromkeys(h["ss_sd_model_name"] for h in headers if h.get("ss_sd_model_name"))
    if len(named) < 2:
        return ()
    return (f"they were trained on different bases: {', '.join(named)}",)
