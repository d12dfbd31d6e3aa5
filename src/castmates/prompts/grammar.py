"""Read a prompt as words and `<lora:name:weight>` alone, and write one; knows no tokens.

The whole grammar is in `reading`, `plan` and their neighbours. This is the part of it that a `Shot`
holds: `parse` refuses what would be drawn otherwise than it is meant.

Escapes: a backslash before one of `( ) [ ] < > , \\`, and before `AND` or `BREAK`, makes it plain
text. Any other backslash stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pydantic import ValidationError

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import AdapterUse, Value
from castmates.prompts.nodes import Emphasis, Switch, Tag, Tree, nodes_of
from castmates.prompts.reading import read
from castmates.prompts.tags import ADAPTERS, name_of, quoted

_escaped = re.compile(r"\\([()\[\]<>,\\]|AND\b|BREAK\b)")
_joint = re.compile(r"\b(?:AND|BREAK)\b")
_tag_start = re.compile(r"<(\w+):")


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


def parse(text: str) -> Prompt:
    """Read a prompt.

    A tag counts as an item of the list that a prompt is: cut out, it takes one comma along, so
    that `a fox, <lora:pip:0.8>, snow` has the words `a fox, snow`.

    Raises:
        BadInput: an unclosed or unknown tag, a weight that is none, weights in brackets, or a
            schedule; the message says at which character.
    """
    tree = read(text)
    tags = [node for node in nodes_of(tree) if isinstance(node, Tag)]
    _refuse(tree, text)
    uses = tuple(_use(tag, text) for tag in tags)
    ends = [*(tag.span[0] for tag in tags), len(text)]
    parts = [text[: ends[0]]]
    for tag, end in zip(tags, ends[1:], strict=True):
        _join(parts, text[tag.span[1] : end])
    words = "".join(parts).strip()
    if tags and text[tags[-1].span[1] :].strip() in ("", ",") and _ends_open([words]):
        words = words[:-1]
    return Prompt(
        words=_escaped.sub(r"\1", words.strip()),
        adapters=uses,
        spans=tuple(tag.span for tag in tags),
    )


def write(words: str, adapters: Sequence[AdapterUse] = ()) -> str:
    """A text that `parse` reads back as these words (stripped) and adapters."""
    text = re.sub(r"[\\()\[\]]", r"\\\g<0>", words.strip())
    text = _joint.sub(r"\\\g<0>", _tag_start.sub(r"\\\g<0>", text))
    if adapters and text.endswith(","):
        text = text[:-1] + r"\,"
    tags = [f"<lora:{quoted(use.name.strip())}:{number(use.strength)}>" for use in adapters]
    return " ".join([text, *tags] if text else tags)


def written_plainly(text: str) -> Prompt | None:
    """The words and tags of a text that is as `write` writes it; None: it says more, or otherwise.

    Such a text means the same by every rule of the grammar, so that words and adapters are all of
    it. Any other is kept as it is, and read step by step (`castmates.prompts.plan`).
    """
    try:
        prompt = parse(text)
    except BadInput:
        return None
    return prompt if write(prompt.words, prompt.adapters) == text.strip() else None


def number(value: float) -> str:
    """The shortest text that reads back as the same float: `0.8`, `1`."""
    return repr(value).removesuffix(".0")


def _refuse(tree: Tree, text: str) -> None:
    if tree.unclosed:
        raise BadInput(
            f"{_at(text, tree.unclosed[0])}: the tag is not closed.",
            r"Close it with '>', or write '\<' if it is meant as text.",
        )
    for node in nodes_of(tree):
        called = ""
        if isinstance(node, Emphasis) and node.number:
            called = "a weight in brackets"
        elif isinstance(node, Switch):
            called = "a schedule in square brackets"
        if called:
            raise BadInput(
                f"{_at(text, node.span[0])}: {called} is not drawn by this version.",
                r"Leave the number out, or write '\(' or '\[' if the bracket is meant as text.",
            )


def _use(tag: Tag, text: str) -> AdapterUse:
    where = _at(text, tag.span[0])
    if tag.kind not in ADAPTERS:
        raise BadInput(f"{where}: there is no tag '{tag.kind}'.", did_you_mean(tag.kind, ADAPTERS))
    name, weights = name_of(tag), [item.strip() for item in tag.items[1:]]
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


def _join(words: list[str], after: str) -> None:
    """Add the words behind a cut tag to those before it, with one separator left between them."""
    if not after:
        return
    apart = False
    while words and words[-1] != words[-1].rstrip():
        apart = True
        words[-1] = words[-1].rstrip()
        if not words[-1]:
            words.pop()
    follows = after.lstrip()
    apart = apart or follows != after
    if follows.startswith(",") and (not any(words[-1:]) or _ends_open(words)):
        follows = follows[1:].lstrip()
        apart = True
    if any(words[-1:]) and apart and not follows.startswith(","):
        words.append(" ")
    words.append(follows)


def _ends_open(words: Sequence[str]) -> bool:
    """Whether words end with a comma that no backslash makes plain."""
    tail = "".join(words[-4:]).rstrip()
    before = tail[:-1].rstrip("\\") if tail.endswith(",") else ""
    return tail.endswith(",") and (len(tail) - 1 - len(before)) % 2 == 0


def _at(text: str, at: int) -> str:
    excerpt = text[at : at + 24] + ("…" if len(text) > at + 24 else "")
    return f"At character {at + 1}, '{excerpt}'"
