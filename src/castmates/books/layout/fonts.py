"""The type that sets a book, and which letters it lacks; the table is `fonts.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from castmates.books.layout.typst_engine import TypstError, compiled, families
from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean
from castmates.core.types import Value

FOLDER = Path(str(files("castmates.books"))) / "fonts"
"""Fonts that come with castmates, or are put there; asked before those of the system."""

_missing = re.compile(r"could not be displayed with font", re.IGNORECASE)
_shown = re.compile(r'the text `"(.+?)"`')


class Typeface(Value):
    """How words look, whatever their size.

    Attributes:
        text, title: families of the words and of the lettering, the chosen one first, then those
            that help out with letters that it lacks.
        tracking, gap, leading: more room between letters, words and lines, in ems.
        slanted: emphasis is italic; else it is bold.
    """

    text: tuple[str, ...]
    title: tuple[str, ...]
    tracking: float = 0.0
    gap: float = 0.0
    leading: float = 0.0
    slanted: bool = True


class _Kind(Typeface):
    debian: str = ""


class _Table(Value):
    kinds: dict[str, _Kind]
    fallback: dict[str, tuple[str, ...]]


@cache
def _table() -> _Table:
    text = (files("castmates.books.layout") / "fonts.toml").read_text(encoding="utf-8")
    return _Table.model_validate(tomllib.loads(text))


def typeface(kind: str) -> Typeface:
    """A kind of type, with the families of it that are there.

    Raises:
        BadInput: no such kind; says the nearest.
        Missing: none of its families is on this machine; says how to bring one.
    """
    table = _table()
    if kind not in table.kinds:
        raise BadInput(f"No font is called '{kind}'.", did_you_mean(kind, table.kinds))
    row, there = table.kinds[kind], families(FOLDER)
    chosen = [
        next((name for name in some if name in there), None) for some in (row.text, row.title)
    ]
    text = chosen[0]
    if text is None:
        wanted = " or ".join(row.text[:2])
        system = f" (Debian: apt install {row.debian})" if row.debian else ""
        raise Missing(
            f"The font '{kind}' wants {wanted}, which is not on this machine.",
            f"Install it{system}, or put its files into {FOLDER}; or choose font = 'dyslexia'.",
        )
    helping = [text, *(name for name in table.fallback["others"] if name in there)]
    title = [chosen[1] or text, *helping]
    found = {"text": tuple(dict.fromkeys(helping)), "title": tuple(dict.fromkeys(title))}
    return Typeface.model_validate({**row.model_dump(exclude={"debian"}), **found})


def missing_letters(text: str, fonts: tuple[str, ...]) -> tuple[str, ...]:
    """The letters of a text that none of these families has, in order, each once.

    Asked of the typesetter: PDF/A forbids letters without a shape, and says which they are.
    """
    letters = [letter for letter in dict.fromkeys(text) if not letter.isspace()]
    lacking: list[str] = []
    while letters:
        source = "\n\n".join(f"#{_quoted(letter)}" for letter in letters)
        named = ", ".join(_quoted(name) for name in fonts)
        head = f"#set text(font: ({named},), fallback: false)\n"
        try:
            compiled({"main.typ": (head + source).encode()}, standard="a-2u", fonts=FOLDER)
            break
        except TypstError as error:
            found = [each for each in _told(error) if each in letters]
            if not found:
                break
            lacking += found
            letters = [letter for letter in letters if letter not in found]
    return tuple(letter for letter in dict.fromkeys(text) if letter in lacking)


def _told(error: TypstError) -> list[str]:
    """The letters that the typesetter's messages name."""
    if not _missing.search(error.diagnostic):
        return []
    return [letter for shown in _shown.findall(error.diagnostic) for letter in _unescaped(shown)]


def _unescaped(shown: str) -> str:
    return re.sub(r"\\u\{([0-9a-fA-F]+)\}", lambda m: chr(int(m[1], 16)), shown)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
