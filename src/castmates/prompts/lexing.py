"""Cut a prompt into marks and the text between them; knows no nesting. Linear in its length."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import NamedTuple

_ESCAPE = r"(?P<escape>\\.)"
# An item in double quotes may hold anything; `++` and `*+` never look back, so that time is linear.
_QUOTED = r'\s*(?:\w+=)?"(?:[^"\\]|\\.)*+"\s*(?=[:>])'
_TAG = rf"(?P<tag><\w++(?::(?:{_QUOTED}|[^<>:]*+))++>)"
_OPEN_TAG = r"(?P<unclosed><\w+:)"
_FILE = r"(?P<file>__(?:[^\W_]|\*)(?:[\-_./*]?(?:[^\W_]|\*))*+__)"
_WHO = r"(?P<who>\bMODEL_TARGET_NAME\b)"
_WORD = r"(?P<word>\b(?:AND|BREAK)\b)"
_BRACKETS = r"(?P<mark>[()\[\]:|])"
_BRACES = r"(?P<brace>[{}])"


class Token(NamedTuple):
    """A stretch of the source; `kind` is "text" or the name of a group above."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str, *, tags: bool, names: bool, embeddings: Collection[str]) -> Iterator[Token]:
    """The tokens of a prompt in order; together they are the text.

    Args:
        tags: whether `<lora:…>` is a tag; in negative words it is text.
        names: whether braces and `__file__` mean something.
        embeddings: names of textual inversions, told from other words in any case.
    """
    at = 0
    for match in _pattern(tags, names, tuple(sorted(embeddings))).finditer(text):
        if match.start() > at:
            yield Token("text", text[at : match.start()], at)
        kind = match.lastgroup or "text"
        yield Token("text" if kind == "escape" else kind, match[0], match.start())
        at = match.end()
    if at < len(text):
        yield Token("text", text[at:], at)


@lru_cache(maxsize=16)
def _pattern(tags: bool, names: bool, embeddings: tuple[str, ...]) -> re.Pattern[str]:
    kinds = [_ESCAPE]
    if tags:
        kinds += [_TAG, _OPEN_TAG]
    if names:
        kinds += [_FILE, _WHO, _BRACES]
    kinds += [_WORD, _BRACKETS]
    if embeddings:
        kinds.append(f"(?P<embedding>{embedding_pattern(embeddings)})")
    return re.compile("|".join(kinds), re.DOTALL)


def embedding_pattern(names: Collection[str]) -> str:
    """A pattern for the names of textual inversions; ComfyUI writes `embedding:` before them."""
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    any_name = "|".join(map(re.escape, longest_first))
    return rf"(?i:(?<![\w:])(?:embedding:)?(?:{any_name})(?!\w))"
