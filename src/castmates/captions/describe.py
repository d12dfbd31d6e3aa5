"""Put what a captioner says of pictures into captions; asks no model and writes nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from castmates.captions.sentences import introduced, with_sentence


def described(
    sentences: Mapping[int, str], trigger: str, tags: Mapping[int, str] | None = None
) -> dict[int, str]:
    """Number -> caption: the sentence with the trigger before it, or behind the tags.

    Args:
        sentences: what the captioner says; of a picture of which it says nothing there is none.
        tags: number -> a caption of tags, which the sentence stands behind; None: it stands alone.
    """
    if tags is None:
        return {n: introduced(said, trigger) for n, said in sentences.items() if said}
    return {n: with_sentence(caption, sentences.get(n, "")) for n, caption in tags.items()}


def named_looks(sentences: Collection[str], looks: Sequence[str]) -> dict[str, int]:
    """Look -> how many sentences name it. What captions name, the trigger does not learn."""
    counts = {
        look: sum(bool(re.search(rf"(?<!\w){re.escape(look)}(?!\w)", s, re.I)) for s in sentences)
        for look in looks
    }
    return {look: count for look, count in counts.items() if count}
