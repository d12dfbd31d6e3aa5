"""Read brackets as weights of words; knows no schedules, no tags and no tokens. Linear in length.

What is read here is text whose schedules are resolved, as in A1111 (1.8 to 1.10), and its kinds of
brackets pair up apart from each other: in `(a [b) c]` both do. Weights are products: `(x)` is 1.1,
`[x]` 1/1.1, `(x:1.3)` 1.3 times what is around it. ComfyUI reads otherwise: an explicit number
stands for itself, and nothing but round brackets means anything.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import NamedTuple, get_args

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Emphasis

Mode = Emphasis
"""How weights act on encodings, by A1111's names, and ComfyUI's way.

original: multiply the vectors, then restore the mean of the chunk; no norm: multiply only; comfy:
interpolate from the empty prompt's vectors; ignore: every weight is 1; none: brackets are text.
"""

MODES: tuple[Mode, ...] = get_args(Mode)

MOST = 1000.0
"""Weights beyond ± this are held to it; nobody means them, and products of them overflow."""

BREAK = "BREAK"
_BREAK_WEIGHT = -1.0
_ROUND = 1.1
_DIGITS = 9
"""Decimals of a weight: enough for any product people write, and `((x))` is 1.21."""

_token = re.compile(
    r"(?P<escape>\\.)|(?P<slash>\\)|(?P<open>[(\[])|:\s*(?P<number>[+-]?[.\d]+)\s*\)"
    r"|(?P<close>[)\]])|(?P<text>[^\\()\[\]:]+)|(?P<colon>:)",
    re.DOTALL,
)
_break = re.compile(r"\bBREAK\b")
_comfy_mark = re.compile(r"\\[()]|[():]")
_LONGEST = 40
"""Characters in which a number is written."""


class Run(NamedTuple):
    """A stretch of words of one weight; a chunk ends where `is_break`."""

    text: str
    weight: float = 1.0

    @property
    def is_break(self) -> bool:
        """A `BREAK` that brackets gave a weight is a word: a trap of A1111's, kept."""
        return self.text == BREAK and self.weight == _BREAK_WEIGHT


def mode_of(name: str) -> Mode:
    """The mode of a name, in any case. Raises BadInput with the nearest."""
    for mode in MODES:
        if mode == name.strip().casefold():
            return mode
    raise BadInput(f"There is no emphasis '{name}'.", did_you_mean(name, MODES))


def runs(text: str, mode: Mode = "original") -> list[Run]:
    """Words and their weights, in order; never empty."""
    if mode == "none":
        return [Run(text)]
    found = _comfy(text) if mode == "comfy" else _Brackets().read(text)
    if mode == "ignore":
        found = [run if run.is_break else Run(run.text) for run in found]
    return _merged(found)


class _Brackets:
    """One pass over a text: pieces of it, and for each kind of bracket where which factor acts.

    A factor acts on a stretch of pieces; the stretches of one kind lie within each other, so that
    one more pass with a stack gives every piece its product.
    """

    def __init__(self) -> None:
        self.pieces: list[tuple[str, bool]] = []  # words, and whether they are a BREAK
        self.waiting: dict[str, list[int]] = {"(": [], "[": []}
        self.factors: dict[str, list[tuple[int, int, float | None]]] = {"(": [], "[": []}

    def read(self, text: str) -> list[Run]:
        at = 0
        while at < len(text):
            match = _token.match(text, at)
            assert match is not None  # the alternatives cover every character
            at = self._take(match)
        for kind in "([":
            while self.waiting[kind]:
                self._close(kind, None)
        powers = self._products("(")
        lowered = self._products("[")
        return [
            Run(words, _held((_BREAK_WEIGHT if breaks else 1.0) * number, up - down))
            for (words, breaks), (number, up), (_, down) in zip(
                self.pieces, powers, lowered, strict=True
            )
        ]

    def _take(self, match: re.Match[str]) -> int:
        kind, said = match.lastgroup, match[0]
        if kind == "escape":
            self.pieces.append((said[1], False))
        elif kind == "open":
            self.waiting[said].append(len(self.pieces))
        elif kind == "number" and self.waiting["("] and _is_number(match["number"]):
            self._close("(", float(match["number"]))
        elif kind == "number":
            # Nothing is open, or the number is none: the bracket is looked at on its own.
            self.pieces.append((said[:-1], False))
            return match.end() - 1
        elif kind == "close" and self.waiting["(" if said == ")" else "["]:
            self._close("(" if said == ")" else "[", None)
        elif kind == "text":
            self._words(said)
        elif kind != "slash":
            self.pieces.append((said, False))
        return match.end()

    def _words(self, said: str) -> None:
        parts = _break.split(said)
        for index, part in enumerate(parts):
            if index:
                self.pieces.append((BREAK, True))
                part = part.lstrip()
            self.pieces.append((part.rstrip() if index < len(parts) - 1 else part, False))

    def _close(self, kind: str, number: float | None) -> None:
        self.factors[kind].append((self.waiting[kind].pop(), len(self.pieces), number))

    def _products(self, kind: str) -> list[tuple[float, int]]:
        """For every piece: the product of the numbers around it, and how many plain brackets."""
        starts: list[list[float | None]] = [[] for _ in self.pieces]
        ends = [0] * (len(self.pieces) + 1)
        for first, last, number in self.factors[kind]:
            if first < last:
                starts[first].append(number)
                ends[last] += 1
        stack, found = [(1.0, 0)], []
        for index, opened in enumerate(starts):
            if ends[index]:
                del stack[-ends[index] :]
            # Inner brackets closed first, so the outermost comes last.
            for number in reversed(opened):
                product, count = stack[-1]
                plain = number is None
                stack.append((product if plain else product * (number or 0.0), count + plain))
            found.append(stack[-1])
        return found


def _comfy(text: str) -> list[Run]:
    r"""ComfyUI's reading: `\(` and `\)` escape; a number takes the place of the weight around."""
    pairs = _comfy_pairs(text)
    found: list[Run] = []
    stack = [(len(text), 1.0)]  # where the words of a bracket end, and their weight
    at = 0
    for first, last, number in pairs:
        while stack[-1][0] <= first:
            end, weight = stack.pop()
            found.append(Run(_unescaped(text[at:end]), _held(weight)))
            at = text.index(")", end) + 1
        found.append(Run(_unescaped(text[at:first]), _held(stack[-1][1])))
        stack.append((last, stack[-1][1] * _ROUND if number is None else number))
        at = first + 1
    while stack:
        end, weight = stack.pop()
        found.append(Run(_unescaped(text[at:end]), _held(weight)))
        at = text.find(")", end) + 1
    return [run for run in found if run.text]


def _comfy_pairs(text: str) -> list[tuple[int, int, float | None]]:
    """Brackets that pair up, in order: where they open, where their words end, their number."""
    waiting: list[int] = []
    pairs: list[tuple[int, int, float | None]] = []
    colon = 0
    for match in _comfy_mark.finditer(text):
        at = match.start()
        if match[0] == ":":
            colon = at
        elif match[0] == "(":
            waiting.append(at)
        elif match[0] == ")" and waiting:
            first = waiting.pop()
            said = text[colon + 1 : at] if first + 1 < colon and at - colon < _LONGEST else ""
            number = float(said) if _is_number(said) else None
            pairs.append((first, at if number is None else colon, number))
    return sorted(pairs)


def _unescaped(text: str) -> str:
    return text.replace(r"\(", "(").replace(r"\)", ")")


def _held(number: float, power: int = 0) -> float:
    weight = number * _ROUND ** max(-400, min(400, power))
    return round(max(-MOST, min(MOST, weight)), _DIGITS)


def _is_number(written: str) -> bool:
    try:
        return math.isfinite(float(written))
    except ValueError:
        return False


def _merged(found: Sequence[Run]) -> list[Run]:
    """Neighbours of equal weight as one; never empty."""
    merged: list[tuple[list[str], Run]] = []
    for run in found:
        last = merged[-1][1] if merged else None
        if last is None or last.is_break or run.is_break or last.weight != run.weight:
            merged.append(([run.text], run))
        else:
            merged[-1][0].append(run.text)
    return [Run("".join(texts), run.weight) for texts, run in merged] or [Run("")]
