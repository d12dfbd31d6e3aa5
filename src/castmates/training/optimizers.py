"""Which optimizer a recipe asks for, made and checked; knows no network and no step.

Names are kohya's in lower case. Those that keep their state in 8 bits take bitsandbytes where it is
installed and the device is CUDA; elsewhere the same mathematics runs in full precision, and that is
said. Any class of torch.optim serves by its own name; other packages add theirs by an entry point
of the group `castmates.optimizers`.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from castmates.core.errors import BadInput, Misfits
from castmates.core.events import Warned
from castmates.core.near import did_you_mean
from castmates.core.shelf import Shelf
from castmates.training import prodigy
from castmates.training.configs.kinds import literal
from castmates.training.recipe import Argument, Recipe
from castmates.training.schedules import adafactor_rate


@dataclass(frozen=True)
class Kind:
    """An optimizer by name.

    Attributes:
        maker: "module:class".
        held: tensors of a factor's size that its state has for each of them, about.
        betas, weight_decay: its own, where a configuration says none; None: it takes none.
        fixed: arguments that the name stands for.
        more: arguments that the class takes and its signature does not name.
        fuses: one kernel can do the whole update.
        bits: the class of bitsandbytes with the same mathematics.
    """

    maker: str
    held: int = 2
    betas: tuple[float, float] | None = None
    weight_decay: float | None = 0.0
    fixed: Mapping[str, Any] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    fuses: bool = False
    bits: str = ""


def _adamw(bits: str = "") -> Kind:
    return Kind("torch.optim:AdamW", 2, (0.9, 0.999), 0.01, fuses=True, bits=bits)


def _lion(bits: str = "") -> Kind:
    return Kind("castmates.training.lion:Lion", 1, (0.9, 0.99), bits=bits)


def _nesterov(bits: str = "") -> Kind:
    return Kind("torch.optim:SGD", 1, fixed={"nesterov": True, "momentum": 0.9}, bits=bits)


KINDS: dict[str, Kind] = {
    "adam": Kind("torch.optim:Adam", 2, (0.9, 0.999), fuses=True),
    "adamw": _adamw(),
    "adamw8bit": _adamw("AdamW8bit"),
    "pagedadamw": _adamw("PagedAdamW"),
    "pagedadamw32bit": _adamw("PagedAdamW32bit"),
    "pagedadamw8bit": _adamw("PagedAdamW8bit"),
    "lion": _lion(),
    "lion8bit": _lion("Lion8bit"),
    "pagedlion8bit": _lion("PagedLion8bit"),
    "adafactor": Kind("transformers.optimization:Adafactor", 0),
    "prodigy": Kind(
        "castmates.training.prodigy:Prodigy", 4, (0.9, 0.999), more=tuple(prodigy.ARGUMENTS)
    ),
    "sgd": Kind("torch.optim:SGD", 0),
    "sgdnesterov": _nesterov(),
    "sgdnesterov8bit": _nesterov("SGD8bit"),
}
SHELF: Shelf[type[Optimizer]] = Shelf(
    "optimizers", {name: kind.maker for name, kind in KINDS.items()}
)

_of_bits = ("optim_bits", "args", "min_8bit_size", "percentile_clipping", "block_wise", "is_paged")
"""Arguments of bitsandbytes that say how the state is kept."""
_elsewhere = {
    "lr": "unet_rate and text_rate are the rates",
    "betas": "betas is a setting of its own",
    "weight_decay": "weight_decay is a setting of its own",
}
_other_loops = ("Optimizer", "LBFGS", "SparseAdam")
"""Classes of torch.optim that need more than one backward a step, or other gradients."""


def kind_of(name: str) -> Kind:
    """What stands under a name.

    Raises:
        BadInput: nothing does; the nearest is offered.
    """
    plain = name.lower().removeprefix("torch.optim.")
    if plain in KINDS:
        return KINDS[plain]
    if plain in SHELF:
        made = SHELF.take(plain)
        return _described(f"{made.__module__}:{made.__qualname__}", made)
    torchs = {word.lower(): word for word in _of_torch()}
    if plain in torchs:
        return _described(f"torch.optim:{torchs[plain]}", getattr(torch.optim, torchs[plain]))
    raise BadInput(f"There is no optimizer '{name}'.", did_you_mean(plain, [*SHELF, *_of_torch()]))


def named_arguments(optimizer_args: Mapping[str, Argument]) -> dict[str, Any]:
    """The arguments as Python values: `"1e-30, 1e-3"` is a pair, `"None"` nothing."""
    found: dict[str, Any] = {}
    for name, value in optimizer_args.items():
        if isinstance(value, str):
            try:
                found[name] = literal(value)
            except ValueError:
                found[name] = value
        else:
            found[name] = value
    return found


def make(recipe: Recipe, groups: Sequence[dict[str, Any]], device: torch.device) -> Optimizer:
    """The recipe's optimizer over groups of parameters, each with its `lr`.

    Raises:
        BadInput: see `check`.
    """
    kind = kind_of(recipe.optimizer)
    _demand_arguments(recipe, kind)
    given = dict(named_arguments(recipe.optimizer_args))
    eight = bool(kind.bits) and _has_bits(device)
    if eight:
        maker = getattr(import_module("bitsandbytes.optim"), kind.bits)
    else:
        maker = _taken(kind.maker)
        given = {k: v for k, v in given.items() if not (kind.bits and k in _of_bits)}
    if kind.betas is not None:
        given["betas"] = recipe.betas
    if kind.weight_decay is not None:
        given["weight_decay"] = recipe.weight_decay
    if kind.fuses and not eight:
        given.setdefault("fused", device.type in ("cpu", "cuda"))
    try:
        made: Optimizer = maker(list(groups), **{**kind.fixed, **given})
    except (ValueError, TypeError, RuntimeError) as error:
        raise BadInput(
            f"The optimizer '{recipe.optimizer}' does not take these arguments: {error}.",
            "Change optimizer_args.",
        ) from error
    return made


def written(recipe: Recipe) -> str:
    """As sd-scripts writes it into headers: `torch.optim.adamw.AdamW(weight_decay=0.01,…)`."""
    kind = kind_of(recipe.optimizer)
    made = _taken(kind.maker)
    given: dict[str, Any] = {}
    if kind.weight_decay is not None:
        given["weight_decay"] = recipe.weight_decay
    if kind.betas is not None:
        given["betas"] = recipe.betas
    given |= {**kind.fixed, **recipe.optimizer_args}
    arguments = ",".join(f"{name}={value}" for name, value in given.items())
    return f"{made.__module__}.{made.__qualname__}({arguments})"


def check(recipe: Recipe, device: torch.device) -> Iterator[Warned]:
    """Make it once for nothing, so that a mistake is told before the first step.

    Yields:
        what a user should know of it on this device.

    Raises:
        BadInput: no such optimizer, an argument that it does not know (the nearest is offered; all
            of them at once), or a value that it refuses.
    """
    kind = kind_of(recipe.optimizer)
    rates = [recipe.unet_rate, *([recipe.text_rate] if recipe.trains_text else [])]
    groups = [{"params": [nn.Parameter(torch.zeros(2, 2))], "lr": rate} for rate in rates]
    made = make(recipe, groups, torch.device("cpu"))
    if kind.bits and not _has_bits(device):
        yield Warned(
            what=f"{recipe.optimizer} keeps its state in less memory by bitsandbytes on CUDA; here "
            "the same mathematics runs in plain torch, with its state in full precision.",
            fix="Nothing need be done; the results differ by rounding.",
        )
    if finds_its_rate(made.param_groups[0]) and max(rates) < 0.1:
        yield Warned(
            what=f"{recipe.optimizer} finds the rate itself and multiplies it by unet_rate = "
            f"{rates[0]:g}; it will hardly move.",
            fix="Set unet_rate = 1 and text_rate = 1.",
        )


def finds_its_rate(group: Mapping[str, Any]) -> bool:
    """Whether the rate of this group is multiplied by an estimate, and so wants to be about 1."""
    return "d" in group and "d_coef" in group


def step_size(group: Mapping[str, Any], state: Mapping[Any, Mapping[str, Any]]) -> float:
    """The rate that a group of parameters was really moved by in the last update.

    Prodigy multiplies the rate by its estimate d; Adafactor's own steps are a mean over the group.
    """
    if finds_its_rate(group):
        return float(group["d"] * group["lr"])
    if "relative_step" not in group:
        return float(group["lr"])
    held = [state[p] for p in group["params"] if state.get(p)]
    if not held:
        return 0.0
    sizes = torch.stack([torch.as_tensor(one["RMS"]).float() for one in held]).tolist()
    if not group["relative_step"]:
        scales = [max(group["eps"][1], rms) if group["scale_parameter"] else 1.0 for rms in sizes]
        return float(group["lr"] * sum(scales) / len(scales))
    rates = [
        adafactor_rate(
            int(one["step"]) - 1,
            rms,
            scale_parameter=group["scale_parameter"],
            warmup_init=group["warmup_init"],
        )
        for one, rms in zip(held, sizes, strict=True)
    ]
    return sum(rates) / len(rates)


def _demand_arguments(recipe: Recipe, kind: Kind) -> None:
    known = {*_signature(_taken(kind.maker)), *kind.more, *(_of_bits if kind.bits else ())}
    known -= _elsewhere.keys()
    misfits = Misfits()
    for name in recipe.optimizer_args:
        if name not in known:
            what = f"The optimizer '{recipe.optimizer}' has no argument '{name}'."
            fix = _elsewhere.get(name)
            misfits.add(BadInput(what, f"{fix}." if fix else did_you_mean(name, known)))
    misfits.raise_if_any()


def _signature(maker: Any) -> dict[str, inspect.Parameter]:
    found = inspect.signature(maker).parameters
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: p for name, p in found.items() if name != "params" and p.kind in named}


def _described(maker: str, made: Any) -> Kind:
    """What a class says of itself."""
    known = _signature(made)
    betas = known["betas"].default if "betas" in known else None
    decay = known["weight_decay"].default if "weight_decay" in known else None
    two = isinstance(betas, tuple) and len(betas) == 2
    return Kind(maker, betas=betas if two else None, weight_decay=decay)


def _taken(maker: str) -> Any:
    module, _, name = maker.partition(":")
    return getattr(import_module(module), name)


def _of_torch() -> list[str]:
    return [
        name
        for name, one in vars(torch.optim).items()
        if isinstance(one, type) and issubclass(one, Optimizer) and name not in _other_loops
    ]


def _has_bits(device: torch.device) -> bool:
    return device.type == "cuda" and find_spec("bitsandbytes") is not None
