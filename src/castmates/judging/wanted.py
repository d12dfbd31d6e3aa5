"""What a prompt asks for that a tagger can see; opens no tagger and reads no grammar."""

from __future__ import annotations

import re
from collections.abc import Collection

from castmates.judging.scores import plain

_word = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")


def wanted_tags(text: str, vocabulary: Collection[str], own: Collection[str] = ()) -> list[str]:
    """The tags of a vocabulary that words name, in their order, each once.

    In a list of tags they are its items; in a sentence the longest runs of words that are tags
    ("a fox with a christmas hat on the beach": fox, christmas hat, beach).

    Args:
        text: words without weights, tags and schedules.
        vocabulary: what the tagger can say, in any spelling.
        own: words of the character itself, which nobody asked for.
    """
    known = {_key(tag): plain(tag) for tag in vocabulary}
    away = {_key(word) for word in own}
    longest = max((len(key) for key in (*known, *away)), default=0)
    found: dict[str, None] = {}
    for item in re.split(r"[,\n.;]", text):
        words = tuple(match[0].casefold() for match in _word.finditer(item.replace("_", " ")))
        at = 0
        while at < len(words):
            lengths = range(min(longest, len(words) - at), 0, -1)
            fits = next((n for n in lengths if words[at : at + n] in known), 0)
            own_fits = next((n for n in lengths if words[at : at + n] in away), 0)
            if fits > own_fits:
                found[known[words[at : at + fits]]] = None
            at += max(fits, own_fits, 1)
    return list(found)


def _key(tag: str) -> tuple[str, ...]:
    return tuple(match[0].casefold() for match in _word.finditer(tag.replace("_", " ")))
