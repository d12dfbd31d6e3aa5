"""Read and write prompts: words and `<lora:name:weight>`; knows neither tokens nor tensors.

A prompt is scanned into parts (plain words, tags, each with its place in the text), and the parts
are folded into a `Prompt`. Emphasis, schedules and regions join as further kinds of part; until
then their spellings are refused (`LATER`), because drawing them as plain words would be a silent
surprise.

Escapes: a backslash before one of `( ) [ ] < > , \\` makes that character plain text. Any other
backslash stays as it is written. The form of the tags is A1111's (1.8 to 1.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import AdapterUse, Value

KINDS = {"lora": "lora", "lyco": "lora"}
"""Tag kinds that are read, and what they mean."""

LATER = (
    (re.compile(r"\([^()\[\]]*:\s*[+-]?[\d.]+\s*\)"), "a weight in brackets"),
    (re.compile(r"\[[^\[\]]*:\s*[+-]?[\d.]+\s*\]"), "a schedule in square brackets"),
)
"""Spellings of A1111 that this grammar recognises but does not act on yet."""

_escaped = re.compile(r"\\([()\[\]<>,\\])")
_tag_start = re.compile(r"<(\w+):")
_open_comma = re.compile(r"(?<!\\)(?:\\\\)*,\s*$")


class Prompt(Value):
    """A prompt as read.

    Attributes:
        words: what the text encoder reads; tags cut out, escapes undone.
        adapters: the tags in the order of the text; a name may occur twice.
        spans: for each of `adapters`, where its tag stands in the text: [start, end).
    """

    words: str
    adapters: tuple[AdapterUse, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Words:
    """Plain text between tags, as written (escapes still in it)."""

    text: str
    start: int


@dataclass(frozen=True)
class Tag:
    """One `<kind:item:…>` with its place in the text."""

    kind: str
    items: tuple[str, ...]
    start: int
    end: int


def parse(text: str) -> Prompt:
    """Read a prompt.

    A tag counts as an item of the list that a prompt is: cut out, it takes one comma along, so
    that `a fox, <lora:pip:0.8>, snow` has the words `a fox, snow`.

    Raises:
        BadInput: an unclosed or unknown tag, a weight that is none, or something of `LATER`; the
            message says at which character.
    """
    parts = tuple(scan(text))
    tags = [part for part in parts if isinstance(part, Tag)]
    _refuse_later(text, tags)
    words, after_tag = "", False
    for part in parts:
        if isinstance(part, Words):
            words = _joined(words, part.text) if after_tag else part.text
        after_tag = isinstance(part, Tag)
    if tags and text[tags[-1].end :].strip() in ("", ",") and _open_comma.search(words):
        words = words.rstrip()[:-1]
    return Prompt(
        words=_escaped.sub(r"\1", words.strip()),
        adapters=tuple(_use(tag, text) for tag in tags),
        spans=tuple((tag.start, tag.end) for tag in tags),
    )


def write(words: str, adapters: Sequence[AdapterUse] = ()) -> str:
    """A text that `parse` reads back as these words (stripped) and adapters.

    A name loses `<`, `>` and `:`, which no tag can hold.
    """
    text = re.sub(r"[\\()\[\]]", r"\\\g<0>", words.strip())
    text = _tag_start.sub(r"\\\g<0>", text)
    if adapters and text.endswith(","):
        text = text[:-1] + r"\,"
    names = [re.sub(r"[<>:]", "", use.name).strip() for use in adapters]
    tags = [
        f"<lora:{name}:{number(use.strength)}>" for name, use in zip(names, adapters, strict=True)
    ]
    return " ".join([text, *tags] if text else tags)


def number(value: float) -> str:
    """The shortest text that reads back as the same float: `0.8`, `1`."""
    return repr(value).removesuffix(".0")


def scan(text: str) -> Iterator[Words | Tag]:
    """The parts of a prompt in order. Raises BadInput where a tag is not closed."""
    start = 0
    for match in _tag_start.finditer(text):
        if match.start() < start or _is_escaped(text, match.start()):
            continue
        end = text.find(">", match.end())
        if end < 0 or "<" in text[match.end() : end]:
            raise BadInput(
                f"{_at(text, match.start())}: the tag is not closed.",
                r"Close it with '>', or write '\<' if it is meant as text.",
            )
        if match.start() > start:
            yield Words(text[start : match.start()], start)
        items = tuple(text[match.end() : end].split(":"))
        yield Tag(match[1], items, match.start(), end + 1)
        start = end + 1
    if start < len(text):
        yield Words(text[start:], start)


def _use(tag: Tag, text: str) -> AdapterUse:
    where = _at(text, tag.start)
    if tag.kind not in KINDS:
        raise BadInput(f"{where}: there is no tag '{tag.kind}'.", did_you_mean(tag.kind, KINDS))
    name, *weights = (item.strip() for item in tag.items)
    if not name:
        raise BadInput(f"{where}: the tag names no adapter.", "Write <lora:name:0.8>.")
    if len(weights) > 1:
        raise BadInput(
            f"{where}: {len(weights)} weights for '{name}'; one is read, for the whole adapter.",
            f"Write <lora:{name}:{weights[0]}>.",
        )
    weight = weights[0] if weights else "1"
    try:
        return AdapterUse(name=name, strength=float(weight))
    except (ValueError, ValidationError):
        raise BadInput(
            f"{where}: '{weight}' is not a strength; wanted one number from -4 to 4.",
            f"Write <lora:{name}:0.8>.",
        ) from None


def _refuse_later(text: str, tags: Sequence[Tag]) -> None:
    # Tags and escapes are masked, not removed, so that positions stay right.
    masked = text
    for tag in tags:
        masked = masked[: tag.start] + " " * (tag.end - tag.start) + masked[tag.end :]
    masked = _escaped.sub("  ", masked)
    for spelling, called in LATER:
        match = spelling.search(masked)
        if match is not None:
            raise BadInput(
                f"{_at(text, match.start())}: {called} is not read by this version.",
                r"Leave the number out, or write '\(' or '\[' if the bracket is meant as text.",
            )


def _joined(before: str, after: str) -> str:
    """The words on both sides of a cut tag, with one separator left between them."""
    head, follows = before.rstrip(), after.lstrip()
    if follows.startswith(",") and (not head or _open_comma.search(head)):
        follows = follows[1:].lstrip()
    apart = head != before or follows != after
    gap = " " if head and apart and not follows.startswith(",") else ""
    return head + gap + follows


def _is_escaped(text: str, at: int) -> bool:
    backslashes = len(text[:at]) - len(text[:at].rstrip("\\"))
    return backslashes % 2 == 1


def _at(text: str, at: int) -> str:
    excerpt = text[at : at + 24] + ("…" if len(text) > at + 24 else "")
    return f"At character {at + 1}, '{excerpt}'"
