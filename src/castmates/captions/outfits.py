"""Give all pictures of one outfit the same words for it, as far as each shows it; knows no files.

A tagger names the coat on one picture and only its colour on the next; what is named unevenly is
learned unevenly. The union of what was said, without what another tag says already, is offered to
every picture of the outfit, minus what its view or framing hides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.captions.edits import Add
from castmates.captions.features import feature_of
from castmates.captions.implied import implied
from castmates.captions.spelling import joined, key, split, unique
from castmates.captions.visibility import hidden_by, is_hidden, unseen, view_word

CLOTHES = ("outfit", "worn")


def words_of_outfit(captions: Sequence[str], seldom: float = 0.0) -> list[str]:
    """The tags for clothes in these captions, in the order in which they first appear.

    Args:
        seldom: tags on a smaller share of the captions are left out: a tagger's slips.
    """
    tags = [tag for caption in captions for tag in unique(split(caption))]
    counts: dict[str, int] = {}
    for tag in tags:
        counts[key(tag)] = counts.get(key(tag), 0) + 1
    union = [
        tag
        for tag in unique(tags)
        if feature_of(tag) in CLOTHES and counts[key(tag)] >= seldom * len(captions)
    ]
    said = implied(union)
    return [tag for tag in union if tag not in said]


@dataclass(frozen=True)
class Align:
    """Write an outfit's words into one caption; plainer words for the same go.

    Args:
        words: of the outfit, in order.
        view: of the picture, where the tags do not say it.
    """

    words: tuple[str, ...]
    view: str = ""

    def __call__(self, caption: str) -> str:
        there = split(caption)
        hidden = hidden_by(there, self.view)
        offered = tuple(word for word in self.words if not is_hidden(word, hidden))
        whole = split(Add(offered)(caption))
        said = implied(whole)
        plainer = {tag for tag in said if feature_of(tag) in CLOTHES}
        after = [tag for tag in whole if tag not in plainer]
        return caption if after == there else joined(after)


@dataclass(frozen=True)
class SayView:
    """Say a picture's view and take out what cannot be seen from there.

    Args:
        view: as `pictures.toml` says it; "": only the tags tell.
    """

    view: str = ""

    def __call__(self, caption: str) -> str:
        there = split(caption)
        word = view_word(self.view) if self.view else None
        gone = set(unseen(there, self.view))
        after = [tag for tag in there if tag not in gone]
        if word and key(word) not in {key(tag) for tag in after}:
            after.append(word)
        return caption if after == there else joined(after)
