"""How stories say what pictures show: finds phrases in text; the words are `lexicon.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from castmates.core.types import Value

Phrases = dict[str, tuple[str, ...]]


class Lexicon(Value):
    """The whole table: tag -> phrases, for each thing a picture shows."""

    colours: tuple[str, ...]
    shades: dict[str, str]
    where: Phrases
    turned: dict[str, dict[str, str]]
    indoors: Phrases
    time: Phrases
    weather: Phrases
    pose: Phrases
    expression: Phrases
    hat: Phrases
    outfit: Phrases
    holds: Phrases
    coloured: dict[str, str]
    framing: Phrases
    view: Phrases
    verbs: Phrases


@dataclass(frozen=True)
class Hit:
    """A phrase found: its tag, the colour said before it ("": none), and its letters."""

    tag: str
    start: int
    end: int
    colour: str = ""

    @property
    def coloured(self) -> str:
        return f"{self.colour} {self.tag}".strip()


@cache
def lexicon() -> Lexicon:
    """The table of this package."""
    text = (files("castmates.books.plan") / "lexicon.toml").read_text(encoding="utf-8")
    return Lexicon.model_validate(tomllib.loads(text))


def hits(text: str, table: str) -> list[Hit]:
    """Every phrase of a table (`where`, `outfit`, …) in a text, in order, denied ones left out."""
    pattern, tags = _compiled(table)
    found = []
    for match in pattern.finditer(text):
        if not _denied(text, match.start()):
            colour = _colour(match["colour"])
            found.append(Hit(tags[_plain(match["phrase"])], match.start(), match.end(), colour))
    return found


def last(text: str, table: str) -> str | None:
    """The tag of the last phrase of a table in a text; None: none is there."""
    found = hits(text, table)
    return found[-1].tag if found else None


def verb_before(text: str, start: int, kind: str) -> bool:
    """Whether a verb of a kind (`off`, `takes`, …) stands shortly before a place in a text."""
    pattern, _ = _compiled_words(tuple(lexicon().verbs[kind]))
    clause = re.split(r"[.!?;\n]", text[:start])[-1]
    near = " ".join(clause.split()[-7:])
    return pattern.search(near) is not None


def verb_behind(text: str, end: int, kind: str) -> bool:
    """Whether a verb of a kind stands behind a place, in the same sentence."""
    pattern, _ = _compiled_words(tuple(lexicon().verbs[kind]))
    return pattern.search(re.split(r"[.!?;\n]", text[end:])[0]) is not None


def says(text: str, kind: str) -> bool:
    """Whether a text has a word of a kind of `[verbs]` ("together")."""
    return _compiled_words(tuple(lexicon().verbs[kind]))[0].search(text) is not None


def _colour(said: str | None) -> str:
    word = (said or "").strip().lower()
    return lexicon().shades.get(word, word)


def _plain(phrase: str) -> str:
    return " ".join(phrase.lower().replace("’", "'").split())


def _denied(text: str, start: int) -> bool:
    """Whether a "not" stands within two words before."""
    near = re.split(r"[.!?;,\n]", text[:start])[-1].lower().replace("’", "'").split()[-2:]
    return any(word in lexicon().verbs["no"] for word in near)


@cache
def _compiled(table: str) -> tuple[re.Pattern[str], dict[str, str]]:
    phrases: Phrases = getattr(lexicon(), table)
    tags = {phrase: tag for tag, some in phrases.items() for phrase in some}
    pattern, _ = _compiled_words(tuple(tags))
    return pattern, tags


@cache
def _compiled_words(phrases: tuple[str, ...]) -> tuple[re.Pattern[str], None]:
    words = lexicon()
    colours = "|".join([*words.colours, *words.shades])
    body = "|".join(_spaced(sorted(phrases, key=len, reverse=True)))
    source = rf"(?<!\w)(?:(?P<colour>{colours})[ ,]+(?:\w+ )?)?(?P<phrase>{body})(?![\w-])"
    return re.compile(source, re.IGNORECASE), None


def _spaced(phrases: Iterable[str]) -> list[str]:
    return [r"\s+".join(re.escape(w).replace("'", "['’]") for w in p.split()) for p in phrases]
