"""Cut weighted words into chunks as long as a text encoder reads; knows no encoder.

A1111's rules: 75 tokens a chunk; `BREAK` ends one; where one overflows and its last comma is among
the last 20 tokens, what follows the comma begins the next; the vectors of a textual inversion stay
together. Its name is found among tokens: the longest whose tokens stand there, in whatever case the
tokenizer makes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from castmates.prompts.emphasis import Run
from castmates.prompts.lexing import embedding_pattern


class Token(NamedTuple):
    """A token of a text: its number in the vocabulary, and [start, end) of the characters."""

    id: int
    start: int
    end: int


Tokenize = Callable[[str], Sequence[Token]]
"""The port of a tokenizer: a text's tokens in order, without marks at the ends."""

_Names = dict[tuple[int, ...], str]
"""A name by its tokens."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one weight within a chunk.

    Attributes:
        text: as they stand in the prompt, spaces included.
        ids: their tokens; () without a tokenizer, and for a textual inversion.
        embedding: the textual inversion that this is; "": words.
    """

    text: str
    weight: float = 1.0
    ids: tuple[int, ...] = ()
    embedding: str = ""


Chunk = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Cutter:
    """How words are cut.

    Attributes:
        tokenize: None: chunks end only where `BREAK` says so.
        capacity: tokens of a chunk, marks at the ends not counted.
        backtrack: how far back from the end a comma is looked for; 0: not at all.
        embeddings: textual inversion -> number of its vectors.
    """

    tokenize: Tokenize | None = None
    capacity: int = 75
    backtrack: int = 20
    embeddings: Mapping[str, int] = field(default_factory=dict)
    _spelt: Mapping[int, Mapping[int, _Names]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        if self.tokenize is not None and self.embeddings:
            object.__setattr__(self, "_spelt", _spelt(self.tokenize, self.embeddings))

    def cut(self, runs: Sequence[Run]) -> tuple[Chunk, ...]:
        """The chunks of a text, at least one."""
        cutting = _Cutting(self)
        for index, run in enumerate(runs):
            if run.is_break:
                cutting.close()
            else:
                cutting.add(index, run.text, self._units(run.text, index))
        return cutting.done(runs)

    def _units(self, text: str, run: int) -> Iterator[_Unit]:
        """What must not be cut apart, in order: tokens, and whole textual inversions."""
        if self.tokenize is None:
            yield from self._named(text, run)
            return
        tokens = self.tokenize(text) if text.strip() else ()
        at = end = 0
        while at < len(tokens):
            token = tokens[at]
            # Bytes of one character are tokens of their own; they stay in one place of the text.
            start = max(end, token.start)
            length, name = self._at(tokens, at) if token.id in self._spelt else (1, "")
            end = max(end, tokens[at + length - 1].end)
            at += length
            if name:
                yield _Unit(run, start, (), max(1, self.embeddings[name]), name)
            else:
                comma = text[token.start : token.end].strip() == ","
                yield _Unit(run, start, (token.id,), 1, "", comma)

    def _at(self, tokens: Sequence[Token], at: int) -> tuple[int, str]:
        """How many tokens from here on are a textual inversion's name, and its name."""
        for length, names in self._spelt[tokens[at].id].items():
            name = names.get(tuple(token.id for token in tokens[at : at + length]))
            if name is not None:
                return length, name
        return 1, ""

    def _named(self, text: str, run: int) -> Iterator[_Unit]:
        """Textual inversions alone, by their letters: there are no tokens."""
        at = 0
        for match in _names(tuple(self.embeddings)).finditer(text) if self.embeddings else ():
            if text[at : match.start()].strip():
                yield _Unit(run, at, (), 0)
            name = _known(match[0], self.embeddings)
            yield _Unit(run, match.start(), (), max(1, self.embeddings[name]), name)
            at = match.end()
        if at and text[at:].strip():
            yield _Unit(run, at, (), 0)


class _Unit(NamedTuple):
    run: int
    start: int
    ids: tuple[int, ...]
    size: int = 1
    embedding: str = ""
    comma: bool = False

    def kind(self) -> tuple[int, str]:
        return (self.run, self.embedding)


class _Cutting:
    """Fills chunks, one unit after the other."""

    def __init__(self, how: Cutter) -> None:
        self.how = how
        self.chunks: list[list[_Unit]] = []
        self.open: list[_Unit] = []
        self.length = 0
        self.comma = -1  # index in `open` of the last comma
        self.begun = False

    def add(self, run: int, text: str, units: Iterator[_Unit]) -> None:
        empty = True
        for unit in units:
            empty = False
            if unit.comma:
                self.comma = len(self.open)
            elif self.length == self.how.capacity and self._is_near():
                self._move()
            if self.begun and self.length + unit.size > self.how.capacity:
                self.close()
            self.open.append(unit)
            self.length += unit.size
            self.begun = True
        if empty:
            # Words without tokens still stand in their chunk.
            self.open.append(_Unit(run, 0, (), 0))
            self.begun = self.begun or bool(text.strip())

    def _is_near(self) -> bool:
        if self.how.backtrack == 0 or self.comma < 0:
            return False
        return sum(unit.size for unit in self.open[self.comma :]) <= self.how.backtrack

    def _move(self) -> None:
        """The comma ends this chunk; what follows it begins the next."""
        moved = self.open[self.comma + 1 :]
        self.open = self.open[: self.comma + 1]
        self.close()
        self.open, self.length = moved, sum(unit.size for unit in moved)
        self.begun = bool(moved)

    def close(self) -> None:
        self.chunks.append(self.open)
        self.open, self.length, self.comma, self.begun = [], 0, -1, False

    def done(self, runs: Sequence[Run]) -> tuple[Chunk, ...]:
        if self.begun or not self.chunks:
            self.close()
        return tuple(_pieces(self.chunks, runs))


def _pieces(chunks: Sequence[Sequence[_Unit]], runs: Sequence[Run]) -> Iterator[Chunk]:
    """Units as pieces; each goes on to where the next of its run begins, so that no space is lost.

    Without the words around a `BREAK` that are none.
    """
    groups = [[[*found] for _, found in groupby(chunk, _Unit.kind)] for chunk in chunks]
    flat = [group for chunk in groups for group in chunk]
    starts = [group[0].start for group in flat]
    for index, group in enumerate(flat):
        if index == 0 or flat[index - 1][0].run != group[0].run:
            starts[index] = 0
    at = 0
    for chunk in groups:
        pieces = []
        for group in chunk:
            run = runs[group[0].run]
            goes_on = at + 1 < len(flat) and flat[at + 1][0].run == group[0].run
            text = run.text[starts[at] : starts[at + 1] if goes_on else len(run.text)]
            ids = tuple(number for unit in group for number in unit.ids)
            pieces.append(Piece(text, run.weight, ids, group[0].embedding))
            at += 1
        # A sign of several tokens may end a chunk: what goes over has no text of its own.
        yield tuple(piece for piece in pieces if piece.text or piece.ids) or (Piece(""),)


def _spelt(tokenize: Tokenize, embeddings: Mapping[str, int]) -> dict[int, dict[int, _Names]]:
    """First token -> how many tokens, the most first -> the names that are spelt so.

    ComfyUI writes `embedding:` before them.
    """
    said = [(name, each) for name in embeddings for each in (name, f"embedding:{name}")]
    ids = [(tuple(token.id for token in tokenize(each)), name) for name, each in said]
    found: dict[int, dict[int, _Names]] = {}
    for spelt, name in sorted(ids, key=lambda each: -len(each[0])):
        if spelt:
            found.setdefault(spelt[0], {}).setdefault(len(spelt), {}).setdefault(spelt, name)
    return found


@lru_cache(maxsize=16)
def _names(embeddings: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(embedding_pattern(embeddings))


def _known(said: str, embeddings: Mapping[str, int]) -> str:
    """The textual inversion that a text names, in any case."""
    name = said.casefold().removeprefix("embedding:")
    return next(known for known in embeddings if known.casefold() == name)
