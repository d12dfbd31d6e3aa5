"""Put one caption together from tags; knows no files.

Identities that hold for any tags: the trigger is first, no tag stands twice, a tag that is not
among the looks is never lost (except other words for the kind, which the count tag says).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from castmates.captions.spelling import key, unique
from castmates.core.types import Tag

_one = re.compile(r"^1[a-z]+$")
_many = re.compile(r"^(\d+\+? ?[a-z]+|multiple [a-z]+)$")


def caption_of(
    trigger: str,
    class_word: str,
    tags: Sequence[Tag],
    looks: Iterable[str],
    *,
    counted: bool = True,
) -> str:
    """`pip, 1girl, solo, waving, forest, …`: trigger, count tag, then the tags in their order.

    Args:
        class_word: what the character is; its count tag replaces what was guessed for this picture,
            because it is the same character in all of them. "" keeps the guess.
        looks: tags to leave out.
        counted: what is learned is somebody. Of a style or a thing the class stands as it is behind
            the trigger, and whom the tagger counts is whom the picture shows.
    """
    if not counted:
        words = [class_word] if class_word else []
        return ", ".join([trigger, *pruned(unique([trigger, *words, *_names(tags)])[1:], looks)])
    count = _count_tag(class_word, tags)
    rest = [tag.name for tag in tags if not _says_kind(tag, count)]
    # "1girl" alone means that nobody else is there; people and bases write "solo" beside it.
    first = [trigger, *([count] if count else []), *(["solo"] if _one.match(count) else [])]
    return ", ".join([trigger, *pruned(unique([*first, *rest])[1:], looks)])


def _names(tags: Sequence[Tag]) -> list[str]:
    return [tag.name for tag in tags]


def pruned(tags: Sequence[str], looks: Iterable[str]) -> list[str]:
    """The tags without the looks, in their order; whole tags only, any case."""
    gone = {key(look) for look in looks}
    return [tag for tag in tags if key(tag) not in gone]


def _count_tag(class_word: str, tags: Sequence[Tag]) -> str:
    """One character: "1girl". Several in the picture: what the tagger says, "2girls"."""
    guesses = [tag.name for tag in tags if tag.family == "count" and _many.match(tag.name)]
    if guesses and not _one.match(guesses[0]):
        return guesses[0]
    if class_word:
        return f"1{class_word}"
    return guesses[0] if guesses else ""


def _says_kind(tag: Tag, count: str) -> bool:
    """Whether a tag says again, or otherwise, what the count tag says already."""
    if tag.family == "kind":
        return bool(count)
    return tag.family == "count" and bool(_many.match(tag.name)) and tag.name != count
