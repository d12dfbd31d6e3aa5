"""Cut text into sentences and words, in any script; knows no page."""

from __future__ import annotations

import re

_word = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_end = re.compile(r"(?<=[.!?…。！？؟])[\"'”’»)]*(?=\s|$)|(?<=[。！？])")
_short = re.compile(r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|St|No|vs|e\.g|i\.e|[A-Z])\.$")


def words_of(text: str) -> list[str]:
    """The words of a text, as written."""
    return _word.findall(text)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text in order, with their marks; `Dr. Bear` ends none."""
    found: list[str] = []
    for line in text.split("\n"):
        start = 0
        for match in _end.finditer(line):
            piece = line[start : match.end()]
            if _short.search(piece.rstrip()) and match.end() < len(line):
                continue
            # What follows in lower case goes on: "Woof!" said the puppy.
            if re.match(r"\s+[a-z]", line[match.end() :]):
                continue
            found.append(piece.strip())
            start = match.end()
        found.append(line[start:].strip())
    return [piece for piece in found if words_of(piece)]
