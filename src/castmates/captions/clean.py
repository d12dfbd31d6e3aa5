"""Clean one caption by rules the caller switches on; knows no files and no pictures.

Identities that hold for any caption: the trigger is first; no tag goes but by a rule that was asked
for, or because it stands twice; what stays keeps its order and its spelling, escapes included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from castmates.captions.features import feature_of
from castmates.captions.implied import implied
from castmates.captions.spelling import joined, key, split, unique

_count = re.compile(r"[1-9]\+?\s?[a-z]{3,}")
_COUNTS = ("solo", "no humans")
_MANY = re.compile(r"multiple (girls|boys|others|characters|animals)")


@dataclass(frozen=True)
class Cleaning:
    """What to do with a caption.

    Attributes:
        trigger: the word for the character; it becomes the first tag. "": none.
        features: families of `features.toml` whose tags are left to the trigger.
        drop_counts: take "1girl", "2boys", "solo" out.
        drop_implied: take out what another tag says already ("skirt" beside "green skirt").
    """

    trigger: str = ""
    features: frozenset[str] = frozenset()
    drop_counts: bool = False
    drop_implied: bool = False


@dataclass(frozen=True)
class Cleaned:
    """A clean caption, and why each tag went: (tag, reason) in the order of the caption."""

    caption: str
    gone: tuple[tuple[str, str], ...] = ()


def clean(caption: str, cleaning: Cleaning) -> Cleaned:
    """Apply a cleaning to a caption of tags.

    Implied tags are found among what is left by the other rules: a tag that goes must not take
    another along. Repeated tags always go.
    """
    tags = unique(split(caption))
    name = key(cleaning.trigger)
    first = [tag for tag in tags if name and key(tag) == name] or split(cleaning.trigger)
    rest = [tag for tag in tags if not name or key(tag) != name]
    gone: dict[str, str] = {}
    for tag in rest:
        reason = _reason(tag, cleaning)
        if reason:
            gone[tag] = reason
    if cleaning.drop_implied:
        left = [tag for tag in rest if tag not in gone]
        gone |= {tag: f"said by '{by}'" for tag, by in implied(left).items()}
    kept = [*first, *(tag for tag in rest if tag not in gone)]
    return Cleaned(joined(kept), tuple((tag, gone[tag]) for tag in rest if tag in gone))


def is_count(tag: str) -> bool:
    """Whether a tag says only how many there are: 1girl, 2 boys, 6+girls, solo; not 3d."""
    name = key(tag)
    return name in _COUNTS or bool(_count.fullmatch(name) or _MANY.fullmatch(name))


def _reason(tag: str, cleaning: Cleaning) -> str | None:
    if cleaning.drop_counts and is_count(tag):
        return "a count"
    family = feature_of(tag)
    if family in cleaning.features:
        return f"a trait ({family})"
    return None


def clean_all(captions: Sequence[str], cleaning: Cleaning) -> list[Cleaned]:
    """Every caption, in order."""
    return [clean(caption, cleaning) for caption in captions]
