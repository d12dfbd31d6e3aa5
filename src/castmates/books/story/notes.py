"""Take the author's notes out of a page's comments; knows no picture."""

from __future__ import annotations

import re
from dataclasses import dataclass

from castmates.books.values import LAYOUTS, Layout
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean, nearest

_comment = re.compile(r"<!--(.*?)-->", re.S)
_note = re.compile(r"^\s*([A-Za-z]+)\s*:\s*(.*)$", re.S)
_KNOWN = ("picture", "layout")


@dataclass(frozen=True)
class Notes:
    """A page's words without comments, and what the comments say."""

    text: str
    picture: str = ""
    layout: Layout | None = None


def notes_of(text: str, where: str, line: int) -> Notes:
    """The notes of a page that begins at this line.

    `<!-- picture: … -->` and `<!-- layout: … -->` are read; other comments are left unread, unless
    they look like one of the two misspelt.

    Raises:
        BadInput: a comment without an end, an unknown layout, a misspelt note.
    """
    pictures: list[str] = []
    layout: Layout | None = None
    for match in _comment.finditer(text):
        place = f"{where}, line {line + text.count(chr(10), 0, match.start())}"
        note = _note.match(match[1])
        if note is None:
            continue
        name, said = note[1].lower(), " ".join(note[2].split())
        if name == "picture":
            pictures.append(said)
        elif name == "layout":
            layout = _layout(said.lower(), place)
        elif nearest(name, _KNOWN):
            raise BadInput(f"{place}: unknown note '{note[1]}'.", did_you_mean(name, _KNOWN))
    rest = _comment.sub("", text)
    if "<!--" in rest:
        at = line + text.count("\n", 0, text.rindex("<!--"))
        raise BadInput(f"{where}, line {at}: a comment begins and does not end.", "Close it: -->")
    return Notes(re.sub(r"\n{3,}", "\n\n", rest).strip("\n \t"), "; ".join(pictures), layout)


def _layout(said: str, place: str) -> Layout:
    if said not in LAYOUTS:
        raise BadInput(f"{place}: no layout is called '{said}'.", did_you_mean(said, LAYOUTS))
    return said
