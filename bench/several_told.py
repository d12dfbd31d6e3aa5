"""Rows of a table of what was read in the scenes of `bench.several`; draws and reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.several_read import Seen
from castmates.scenes.choosing import Try, best
from castmates.scenes.methods import Method
from storybook.evaluate.shares import Share

STRAYED = 1 / 3
"""Share of a figure's telling attributes that are another's, from which it is a blend."""

_COLUMNS: dict[str, Callable[[Seen], Sequence[bool]]] = {
    "all right": lambda one: [one.is_right],
    "each recognised, in place": lambda one: _each(one, one.found),
    "nearer to itself than to the others": lambda one: _each(one, one.nearest),
    "as many as asked": lambda one: [len(one.found) == len(one.names)],
    "clone": lambda one: [any(one.found.count(name) > 1 for name in one.names)],
    "blend": lambda one: [any(STRAYED <= own < 1 - STRAYED for own in one.strayed)],
    "the check agrees": lambda one: [one.verdict.is_right == one.is_right],
}


def head() -> Iterator[str]:
    """The first lines of a Markdown table."""
    yield f"| drawn | scenes | {' | '.join(_COLUMNS)} |"
    yield "|---" * (2 + len(_COLUMNS)) + "|"


def row(name: str, pictures: Sequence[Seen]) -> str:
    """One way's figures, each with its 95 % interval."""
    told = [
        str(Share.of_yes([value for one in pictures for value in of(one)]))
        for of in _COLUMNS.values()
    ]
    return f"| {name} | {len(pictures)} | {' | '.join(told)} |"


def kept(tries: Sequence[Seen], method: Method) -> Seen:
    """The try that `castmates scene` would keep."""
    return tries[best([Try(method, i, one.verdict) for i, one in enumerate(tries)])]


def confusion(pictures: Sequence[Seen]) -> Iterator[str]:
    """How often the check and the oracle say right and wrong."""
    for truth in (True, False):
        some = [one.verdict.is_right for one in pictures if one.is_right == truth]
        said = f"{sum(some)} called right, {len(some) - sum(some)} called wrong"
        yield f"Of {len(some)} {'right' if truth else 'wrong'} ones: {said}."


def _each(one: Seen, read: Sequence[str]) -> list[bool]:
    return [i < len(read) and read[i] == own for i, own in enumerate(one.names)]


def strangers(pictures: Sequence[Seen]) -> Iterator[str]:
    """How many of the strangers are read as nobody of the cast; nothing where there are none."""
    told = [
        name.startswith("stranger") or name not in one.names
        for one in pictures
        for own, name in zip(one.names, one.nearest, strict=False)
        if own.startswith("stranger")
    ]
    if told:
        yield f"Strangers that are nobody of the cast: {Share.of_yes(told)} of {len(told)}."
