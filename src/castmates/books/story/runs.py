"""Read the Markdown inside a page: paragraphs, lines, emphasis; knows no page and no type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

RunStyle = Literal["", "em", "strong"]

_marks = re.compile(
    r"\\([*_\\`#<>\-])|(\*\*|__)(?=\S)(.+?)(?<=\S)\2|(?<!\w)([*_])(?=\S)(.+?)(?<=\S)\4(?!\w)", re.S
)
_hard = re.compile(r"(?: {2,}|\\)$")


@dataclass(frozen=True)
class Run:
    """Letters of one style."""

    text: str
    style: RunStyle = ""


Line = tuple[Run, ...]
Paragraph = tuple[Line, ...]


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """Paragraphs (blank lines between) of lines (two spaces or a backslash at the end) of runs."""
    blocks = re.split(r"\n[ \t]*\n", text.strip("\n"))
    return tuple(tuple(_lines(block)) for block in blocks if block.strip())


def plain(text: str, between: str = " ") -> str:
    """The words alone: no marks, one line a paragraph.

    Args:
        between: what stands for a hard line break.
    """
    said = [
        between.join("".join(run.text for run in line) for line in block)
        for block in paragraphs(text)
    ]
    return "\n".join(said)


def _lines(block: str) -> Iterator[Line]:
    waiting: list[str] = []
    for line in block.split("\n"):
        waiting.append(_hard.sub("", line).strip())
        if _hard.search(line):
            yield tuple(_runs(" ".join(waiting).strip()))
            waiting = []
    if any(waiting):
        yield tuple(_runs(" ".join(waiting).strip()))


def _runs(line: str) -> Iterator[Run]:
    at, letters = 0, ""
    for match in _marks.finditer(line):
        letters += line[at : match.start()]
        at = match.end()
        if match[1]:
            letters += match[1]
            continue
        if letters:
            yield Run(letters)
            letters = ""
        yield Run(match[3], "strong") if match[2] else Run(match[5], "em")
    letters += line[at:]
    if letters:
        yield Run(letters)
