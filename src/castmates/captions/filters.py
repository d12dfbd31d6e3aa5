"""Say of which pictures something is meant: `tag:scarf AND NOT view:behind`; knows no files.

Terms are `field:value`; a value with spaces stands in quotes, `*` is any letters, a word alone is a
tag. AND binds closer than OR, NOT closest, brackets as usual; words side by side mean AND.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from castmates.captions.spelling import key, split
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean


@dataclass(frozen=True)
class Subject:
    """What a filter can ask of a picture; "" where nothing is known."""

    number: int
    caption: str = ""
    outfit: str = ""
    view: str = ""
    group: str = ""
    held_out: bool = False


Test = Callable[[Subject], bool]

FIELDS: dict[str, Callable[[Subject], Sequence[str]]] = {
    "tag": lambda subject: [key(tag) for tag in split(subject.caption)],
    "caption": lambda subject: [key(subject.caption)],
    "outfit": lambda subject: [key(subject.outfit)],
    "view": lambda subject: [key(subject.view)],
    "group": lambda subject: [key(subject.group)],
    "number": lambda subject: [str(subject.number), f"{subject.number:04d}"],
    "held": lambda subject: ["yes" if subject.held_out else "no"],
}
"""Field -> the values of a picture; a term is true when one of them fits."""

_word = re.compile(r'\s*(?:([()])|((?:[^\s()":]+:)?"[^"]*"|[^\s()"]+))')


def read(text: str) -> Test:
    """The test that a filter is; an empty one is true of every picture.

    Raises:
        BadInput: an unclosed quote or bracket, a word missing, or an unknown field.
    """
    words = _words(text)
    if not words:
        return lambda _: True
    test, rest = _either(words, text)
    if rest:
        raise _wrong(text, f"'{rest[0]}' closes nothing", "Leave it out.")
    return test


def _words(text: str) -> list[str]:
    words, at = [], 0
    while at < len(text.rstrip()):
        match = _word.match(text, at)
        if match is None:
            raise _wrong(text, f"a quote at character {at + 1} is not closed", 'Close it with ".')
        words.append(match[1] or match[2])
        at = match.end()
    return words


def _either(words: list[str], text: str) -> tuple[Test, list[str]]:
    first, rest = _both(words, text)
    tests = [first]
    while rest and rest[0] == "OR":
        following, rest = _both(rest[1:], text)
        tests.append(following)
    return (lambda subject: any(test(subject) for test in tests)), rest


def _both(words: list[str], text: str) -> tuple[Test, list[str]]:
    first, rest = _one(words, text)
    tests = [first]
    while rest and rest[0] not in ("OR", ")"):
        following, rest = _one(rest[1:] if rest[0] == "AND" else rest, text)
        tests.append(following)
    return (lambda subject: all(test(subject) for test in tests)), rest


def _one(words: list[str], text: str) -> tuple[Test, list[str]]:
    if not words or words[0] in ("AND", "OR", ")"):
        raise _wrong(text, "a word is missing", "As in: tag:hat AND NOT view:behind")
    if words[0] == "NOT":
        test, rest = _one(words[1:], text)
        return (lambda subject: not test(subject)), rest
    if words[0] == "(":
        test, rest = _either(words[1:], text)
        if not rest:
            raise _wrong(text, "a bracket is not closed", "Close it with ).")
        return test, rest[1:]
    return _term(words[0], text), words[1:]


def _term(word: str, text: str) -> Test:
    field, colon, value = word.partition(":")
    if not colon or word.startswith('"'):
        field, value = "tag", word
    if field not in FIELDS:
        raise _wrong(text, f"no field is called '{field}'", did_you_mean(field, FIELDS))
    wanted = key(value.strip('"')).replace("[", "[[]")
    if field == "caption":
        wanted = f"*{wanted}*"
    values = FIELDS[field]
    return lambda subject: any(fnmatchcase(each, wanted) for each in values(subject))


def _wrong(text: str, what: str, fix: str) -> BadInput:
    return BadInput(f"The filter '{text}': {what}.", fix)
