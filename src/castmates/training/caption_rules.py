"""What words a picture gets on one look, exactly as sd-scripts arranges them; knows no tensors.

The order is that of its `process_caption`: prefix and suffix; none at all by chance or in certain
epochs; one line and wildcards; the fixed and the free tags, the free ones cut by the warm-up,
shuffled, then dropped by chance; joined by a comma and a space; last the secondary separator, so
that a group of tags stays together in the shuffle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import floor
from random import Random
from typing import Annotated, Literal

from pydantic import BeforeValidator

MostTokens = Annotated[
    Literal[75, 150, 225],
    BeforeValidator(lambda said: int(said) if isinstance(said, str) and said.isdigit() else said),
]
"""How long a caption may be; settings files and command lines write it as a number or as text."""

_OPEN, _CLOSE = "\ue000", "\ue001"
_wildcard = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True)
class CaptionRules:
    """How captions are read.

    Attributes:
        separator: between tags in the file; joined they always have a comma and a space.
        shuffle: the free tags come in another order at every look.
        keep_tokens: so many tags at the front are fixed: neither moved nor dropped.
        keep_separator: if it stands in a caption, the text before it is fixed instead, and the text
            after a second one stays at the end. Usually `|||`.
        secondary_separator: becomes the separator at the end; binds tags to one another.
        wildcards: `{a|b}` is a choice, `{{` and `}}` are braces, and a caption of several lines
            gives one of them. Without it only the first line is read.
        prefix, suffix: put around the caption, with a space.
        caption_dropout: share of looks with no words at all.
        caption_dropout_every: no words at all in every n-th epoch; 0: never.
        tag_dropout: share of the free tags that are left out.
        warmup_least, warmup_steps: at step 0 so many free tags are read, all of them after
            `warmup_steps` updates (below 1: a share of all updates); 0: all from the start.
    """

    separator: str = ","
    shuffle: bool = False
    keep_tokens: int = 0
    keep_separator: str = ""
    secondary_separator: str = ""
    wildcards: bool = False
    prefix: str = ""
    suffix: str = ""
    caption_dropout: float = 0.0
    caption_dropout_every: int = 0
    tag_dropout: float = 0.0
    warmup_least: int = 1
    warmup_steps: float = 0.0

    @property
    def arranges(self) -> bool:
        """Whether a caption is taken apart into tags at all."""
        return self.shuffle or self.warmup_steps > 0 or self.tag_dropout > 0


@dataclass(frozen=True)
class Reading:
    """What one look reads.

    Attributes:
        words: the caption.
        order: for each tag in `words` its place in the written caption, from 0; empty when no words
            are read or the caption is not taken apart.
    """

    words: str
    order: tuple[int, ...] = ()


def read(
    caption: str,
    rules: CaptionRules,
    chance: Random,
    *,
    epoch: int = 0,
    step: int = 0,
    steps: int = 0,
) -> Reading:
    """The words of one look.

    Args:
        caption: the whole text of the file, all lines.
        chance: this look's own random numbers; the same ones give the same words.
        epoch: from 0 (kohya counts from 1: with every 2, the second epoch is without words).
        step, steps: updates done and in all; only the warm-up of tags asks for them.
    """
    text = _dressed(caption, rules)
    if chance.random() < rules.caption_dropout:
        return Reading("")
    if rules.caption_dropout_every > 0 and (epoch + 1) % rules.caption_dropout_every == 0:
        return Reading("")
    text = _chosen(text, rules, chance)
    order: tuple[int, ...] = ()
    if rules.arranges:
        text, order = _arranged(text, rules, chance, step, steps)
    if rules.secondary_separator:
        text = text.replace(rules.secondary_separator, rules.separator)
    return Reading(text, order)


def _dressed(caption: str, rules: CaptionRules) -> str:
    lines = [line.strip() for line in caption.strip().splitlines() if line.strip()]
    text = "\n".join(lines) if rules.wildcards else "".join(lines[:1])
    if rules.prefix:
        text = f"{rules.prefix} {text}"
    if rules.suffix:
        text = f"{text} {rules.suffix}"
    return text


def _chosen(text: str, rules: CaptionRules, chance: Random) -> str:
    if not rules.wildcards:
        return text
    if "\n" in text:
        text = chance.choice(text.split("\n"))
    text = text.replace("{{", _OPEN).replace("}}", _CLOSE)
    text = _wildcard.sub(lambda found: chance.choice(found[1].split("|")), text)
    return text.replace(_OPEN, "{").replace(_CLOSE, "}")


def _arranged(
    text: str, rules: CaptionRules, chance: Random, step: int, steps: int
) -> tuple[str, tuple[int, ...]]:
    head, free, tail = _parted(text, rules)
    tags = [*head, *free, *tail]
    places = list(range(len(head), len(head) + len(free)))
    until = rules.warmup_steps if rules.warmup_steps >= 1 else floor(rules.warmup_steps * steps)
    if until and step < until:
        more = floor(step * (len(places) - rules.warmup_least) / until)
        places = places[: more + rules.warmup_least]
    if rules.shuffle:
        chance.shuffle(places)
    if rules.tag_dropout > 0:
        places = [place for place in places if chance.random() >= rules.tag_dropout]
    last = range(len(head) + len(free), len(tags))
    order = (*range(len(head)), *places, *last)
    return ", ".join(tags[place] for place in order), order


def _parted(text: str, rules: CaptionRules) -> tuple[list[str], list[str], list[str]]:
    """The fixed tags at the front, the free ones, and the fixed ones at the end."""
    mark = rules.keep_separator
    if mark and mark in text:
        first, _, rest = text.partition(mark)
        middle, _, end = rest.partition(mark)
        parts = [_tags(part, rules.separator) for part in (first, middle, end)]
        return parts[0], parts[1], parts[2]
    tags = [tag.strip() for tag in text.strip().split(rules.separator)]
    return tags[: rules.keep_tokens], tags[rules.keep_tokens :], []


def _tags(text: str, separator: str) -> list[str]:
    return [tag.strip() for tag in text.split(separator) if tag.strip()]
