"""`--vary key=a,b`: one training under several recipes, all combinations; opens no base."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import did_you_mean
from castmates.training.configs.keys import keys_of
from castmates.training.configs.neutral import Samples, places
from castmates.training.configs.sets import KOHYA, LISTS
from castmates.training.recipe import Recipe

MOST = 32
"""Adapters side by side at most."""

SHORT = {"lr": "unet_rate"}
"""What people call a setting -> its name."""


@dataclass(frozen=True)
class Variation:
    """One point of the product.

    Attributes:
        values: setting and value, as written, in the order of the `--vary`; none: nothing varies.
    """

    values: tuple[tuple[str, str], ...] = ()

    @property
    def set_(self) -> tuple[str, ...]:
        """As `--set` takes it."""
        return tuple(f"{key}={value}" for key, value in self.values)

    def __str__(self) -> str:
        return " ".join(self.set_)


def variations(texts: Sequence[str], fixed: Collection[str] = ()) -> list[Variation]:
    """The product of what is varied, the last one fastest; one that varies nothing without texts.

    Args:
        texts: `key=value,value`; lists (`betas`) are parted by `;` instead.
        fixed: settings that `--set` gives.

    Raises:
        BadInput: unknown keys (the nearest is offered), keys that are varied twice or set as well,
            that decide nothing, or with fewer than two different values; more than 32 in all. All
            of it at once.
    """
    misfits = Misfits()
    varied: dict[str, tuple[str, ...]] = {}
    for text in texts:
        with misfits.gather():
            key, values = _parted(text)
            if key in varied:
                raise BadInput(f"'{key}' is varied twice.", "Put all values behind one --vary.")
            if key in fixed:
                raise BadInput(f"'{key}' is set and varied.", f"Take out --set {key}=… .")
            varied[key] = values
    count = prod(len(values) for values in varied.values())
    if count > MOST:
        shown = " x ".join(str(len(values)) for values in varied.values())
        misfits.add(BadInput(f"{shown} = {count} recipes; at most {MOST} are trained at once."))
    misfits.raise_if_any()
    points = product(*varied.values())
    return [Variation(tuple(zip(varied, point, strict=True))) for point in points]


def _parted(text: str) -> tuple[str, tuple[str, ...]]:
    written, mark, listed = text.partition("=")
    key = SHORT.get(written.strip(), written.strip())
    if not mark or not key:
        raise BadInput(f"--vary '{text}' has no '='.", "Write it so: --vary rank=8,16")
    if key in Samples.model_fields:
        raise BadInput(f"'{key}' decides nothing of an adapter, so it cannot be varied.")
    if key not in set(known()):
        raise BadInput(f"--vary: there is no setting '{key}'.", did_you_mean(key, known()))
    by = ";" if ";" in listed or key in LISTS else ","
    values = tuple(value.strip() for value in listed.split(by) if value.strip())
    if len(values) != len(set(values)):
        raise BadInput(f"--vary {text}: a value is there twice.", "Leave one of them out.")
    if len(values) < 2:
        fix = f"Part them by '{by}', or use --set {key}={listed}."
        raise BadInput(f"--vary {text} has {len(values)} value; wanted two or more.", fix)
    return key, values


def known() -> Iterator[str]:
    """Every setting that may be varied: ours, of a recipe or a configuration, and kohya's."""
    yield from Recipe.model_fields
    yield from (name for name in places() if name not in Recipe.model_fields)
    yield from keys_of(KOHYA)
