"""The axes of a plot: their kinds, and how people write them; knows no studio.

An axis is written `kind: values` ("epoch: 1-10 (+1)", "sampler: Euler a, UniPC"). A1111's names of
its axes are understood, too. What the values stand for, a studio says later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePath
from typing import Literal

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import nearest
from castmates.core.types import Value
from castmates.judging.plots.ranges import listed, numbers, whole_numbers, written

NONE = "none"
"""The value that is drawn without the adapter."""
SLOTS = ("x", "y", "z", "w")
"""Across, down, blocks side by side, blocks one below the other."""
SEARCH = "s/r"
"""A1111's "Prompt S/R": the first value is searched for, and stays in one cell."""


@dataclass(frozen=True)
class Kind:
    """One kind of axis.

    Attributes:
        name: as it is written and shown.
        reads: whole numbers, numbers, or words.
        low, high: of numbers, both included.
        also: words that may stand among numbers.
        alone: may be written without values: all that there are.
        blank: an empty item is a value.
        aliases: other names, A1111's among them.
    """

    name: str
    reads: Literal["whole", "number", "words"] = "words"
    low: float = 0.0
    high: float = 0.0
    also: tuple[str, ...] = ()
    alone: bool = False
    blank: bool = False
    aliases: tuple[str, ...] = ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind("adapter", also=(NONE,), aliases=("lora",)),
        Kind("epoch", "whole", 1, 10**6, also=(NONE, "all", "last"), alone=True),
        Kind("strength", "number", -4, 4, also=(NONE,), aliases=("weight", "lora weight")),
        Kind("prompt", aliases=("prompts", "words")),
        Kind(SEARCH, blank=True, aliases=("prompt s/r", "prompt sr", "search and replace")),
        Kind("negative", blank=True, aliases=("negative prompt",)),
        Kind("seed", "whole", 0, 2**63 - 1, aliases=("seeds",)),
        Kind("sampler", aliases=("sampler name",)),
        Kind("schedule", aliases=("schedule type", "scheduler")),
        Kind("steps", "whole", 1, 1000),
        Kind("cfg", "number", 0, 100, aliases=("cfg scale", "guidance")),
        Kind("clip skip", "whole", 1, 12),
        Kind("size", aliases=("width x height", "resolution")),
        Kind("checkpoint", aliases=("checkpoint name", "base", "model")),
        Kind("character", alone=True, aliases=("who",)),
    )
}
_NAMES = {alias: kind for kind in KINDS.values() for alias in (kind.name, *kind.aliases)}


class Asked(Value):
    """An axis as it was asked for, its ranges counted out.

    Attributes:
        place: where it was asked for: a slot ("x"), or the option that stands for one value.
        kind: a key of `KINDS`.
        items: its values in order, each once; (): all that there are.
    """

    place: str
    kind: str
    items: tuple[str, ...] = ()


def read_axes(texts: Mapping[str, str]) -> list[Asked]:
    """Read axes, place -> text, in the order given.

    Raises:
        BadInput: everything that does not fit, at once, each with its place.
    """
    misfits = Misfits()
    found: list[Asked] = []
    for place, text in texts.items():
        with misfits.gather():
            found.append(read_axis(place, text))
    taken: dict[str, str] = {}
    for asked in found:
        first = taken.setdefault(asked.kind, asked.place)
        if first != asked.place and asked.kind != SEARCH:
            what = f"Both {first} and {asked.place} are '{asked.kind}'."
            misfits.add(BadInput(what, "Put all values on one of them."))
    misfits.raise_if_any()
    return found


def read_axis(place: str, text: str) -> Asked:
    """Read one axis, `kind: values`. Raises BadInput: all that is wrong with it."""
    said, colon, values = text.partition(":")
    name = " ".join(said.lower().split())
    kind = _NAMES.get(name)
    if kind is None:
        near = nearest(name, _NAMES)
        fix = f"Did you mean '{near}'?" if near else f"Known: {', '.join(KINDS)}."
        raise BadInput(f"{place}: there is no axis '{said.strip()}'.", fix)
    if not colon and not kind.alone:
        raise BadInput(f"{place}: '{kind.name}' has no values.", f"Write them: {_example(kind)}.")
    return with_values(place, kind, values if colon else None)


def with_values(place: str, kind: Kind, values: str | Sequence[str] | None) -> Asked:
    """An axis of a known kind.

    Args:
        values: as written in one text, or each by itself; None: all that there are.

    Raises:
        BadInput: all that is wrong with the values.
    """
    if values is None:
        return Asked(place=place, kind=kind.name)
    misfits = Misfits()
    found: list[str] = []
    try:
        given = listed(values) if isinstance(values, str) else list(values)
    except BadInput as error:
        raise _placed(place, error) from None
    items = [item for item in given if item or kind.blank]
    for item in items:
        try:
            found += _values(kind, item)
        except BadInput as error:
            misfits.add(_placed(place, error))
    found = list(dict.fromkeys(found))
    if not items:
        misfits.add(
            BadInput(f"{place}: '{kind.name}' has no values.", f"Write them: {_example(kind)}.")
        )
    if items and kind.name == SEARCH and (len(found) < 2 or not found[0]):
        misfits.add(
            BadInput(
                f"{place}: s/r wants the text to search for first, then what replaces it.",
                "Write: s/r: beach, forest, castle",
            )
        )
    misfits.raise_if_any()
    return Asked(place=place, kind=kind.name, items=tuple(found))


def _values(kind: Kind, item: str) -> list[str]:
    """The values that an item stands for, as they are written from now on."""
    if item.lower() in kind.also:
        return [item.lower()]
    if kind.reads == "words":
        return [item]
    if kind.name == "seed" and item == "-1":
        raise BadInput(
            "A seed of -1 is another one every time, and the plot could not go on.",
            "Name seeds: seed: 1-4.",
        )
    found = whole_numbers(item) if kind.reads == "whole" else numbers(item)
    wrong = [value for value in found if not kind.low <= value <= kind.high]
    if wrong:
        low, high = (written(Fraction(end)) for end in (kind.low, kind.high))
        raise BadInput(
            f"{kind.name} {written(wrong[0])} is out of bounds.", f"Wanted {low} to {high}."
        )
    return [written(value) for value in found]


def _placed(place: str, error: BadInput) -> BadInput:
    return BadInput(f"{place}: {error.what}", error.fix)


def _example(kind: Kind) -> str:
    numbers_ = "1-10 (+3)" if kind.reads == "whole" else "0.4-1.2 [5]"
    return f"{kind.name}: {numbers_ if kind.reads != 'words' else 'one, two'}"


def said(kind: str, value: str) -> str:
    """A value in words: "epoch 6", "20 steps", "no adapter", "without words"."""
    if value == NONE and kind in ("adapter", "epoch", "strength"):
        return "no adapter"
    if kind == "steps":
        return f"{value} steps"
    if kind in ("epoch", "strength", "seed", "clip skip"):
        return f"{kind} {value}"
    if kind == "cfg":
        return f"CFG {value}"
    return value or "(nothing)"


def label(kind: str, value: str) -> str:
    """A value where its axis is named beside it: "6", "no adapter"."""
    known = KINDS.get(kind)
    numeric = known is None or (known.reads != "words" and value not in known.also)
    if kind in ("adapter", "checkpoint") and value != NONE:
        return PurePath(value).name.removesuffix(".safetensors")
    return value if numeric else said(kind, value)
