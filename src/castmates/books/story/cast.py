"""Recognise the cast in words: given names, and kinds when they are clear; knows no picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from castmates.books.story.runs import plain
from castmates.books.story.sentences import sentences_of, words_of
from castmates.books.story.story import Story
from castmates.books.story.wordlist import is_known
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Character, Value

_SHE = frozenset(
    [
        "girl",
        "woman",
        "mother",
        "mom",
        "mum",
        "grandma",
        "granny",
        "aunt",
        "sister",
        "queen",
        "princess",
        "lady",
    ]
)
_HE = ("boy", "man", "father", "dad", "grandpa", "uncle", "brother", "king", "prince")


class Member(Value):
    """Somebody who plays in a book.

    Attributes:
        name: of the character in the studio.
        called: what the story calls it; the first is shown to readers.
        kind: the noun the base knows ("girl", "fox").
        looks: tags of what never changes.
        outfit: what it wears unless the story says otherwise ("yellow raincoat").
        pronoun: she, he, it or they.
    """

    name: str
    called: tuple[str, ...] = ()
    kind: str = ""
    looks: tuple[str, ...] = ()
    outfit: str = ""
    pronoun: str = "they"

    @property
    def shown(self) -> str:
        """The name as readers see it."""
        return self.called[0] if self.called else self.name.replace("-", " ").title()


def member_of(character: Character, called: Sequence[str] = (), outfit: str = "") -> Member:
    """A character of the studio as a member of the cast."""
    kind = character.class_word
    pronoun = "she" if kind in _SHE else "he" if kind in _HE else "it" if kind else "they"
    given = tuple(called) or (character.name.replace("-", " ").title(),)
    return Member(
        name=character.name,
        called=given,
        kind=kind,
        looks=character.looks,
        outfit=outfit,
        pronoun=pronoun,
    )


@dataclass(frozen=True)
class Mention:
    """Somebody named in a text: who, and where (a range of letters)."""

    name: str
    start: int
    end: int


def mentions(text: str, cast: Sequence[Member]) -> list[Mention]:
    """Everybody whom a text names, in order, every time.

    Names count as whole words, in any case of letters but never inside others ("Pip" is not in
    "pipe"); "the fox" counts when one of the cast alone is a fox.
    """
    found: list[Mention] = []
    for member in cast:
        for word in dict.fromkeys(member.called or (member.shown,)):
            # A name that is also a word ("Moss", "rose") counts only as names are written.
            flags = re.NOFLAG if is_known(word.lower()) or len(word) < 5 else re.IGNORECASE
            pattern = rf"(?<!\w){re.escape(word)}(?!\w)"
            found += [
                Mention(member.name, m.start(), m.end()) for m in re.finditer(pattern, text, flags)
            ]
        alone = [other for other in cast if other.kind == member.kind] == [member]
        if member.kind and alone:
            pattern = rf"\bthe (?:\w+ )?{re.escape(member.kind)}\b"
            found += _found(member.name, pattern, text, re.IGNORECASE)
    ordered = sorted(found, key=lambda each: (each.start, -each.end))
    return [each for at, each in enumerate(ordered) if at == 0 or each.start >= ordered[at - 1].end]


def _found(name: str, pattern: str, text: str, flags: re.RegexFlag) -> list[Mention]:
    return [Mention(name, m.start(), m.end()) for m in re.finditer(pattern, text, flags)]


def names_of(cast: Sequence[Member]) -> frozenset[str]:
    """Every word of every name of a cast, in lower case."""
    names = (name for each in cast for name in (each.name, *each.called))
    return frozenset(part.casefold() for name in names for part in words_of(name))


def member(cast: Sequence[Member], name: str, where: str) -> Member:
    """The member of a name, as the studio or the story calls it. Raises BadInput."""
    for each in cast:
        if name.casefold() in {each.name.casefold(), *(c.casefold() for c in each.called)}:
            return each
    raise BadInput(
        f"{where}: nobody in the cast is called '{name}'.",
        did_you_mean(name, [each.name for each in cast]),
    )


def strangers(story: Story, cast: Sequence[Member]) -> dict[str, tuple[int, ...]]:
    """Words that look like names of somebody outside the cast -> the pages that have them.

    A capital letter inside a sentence, on two pages or twice on one; everyday words do not count.
    """
    known = names_of(cast)
    seen: dict[str, list[int]] = {}
    for page in story.pages:
        for sentence in sentences_of(plain(page.text)):
            for word in words_of(sentence)[1:]:
                bare = re.sub(r"['’]s$", "", word)
                if bare[:1].isupper() and bare[1:].islower() and bare.casefold() not in known:
                    seen.setdefault(bare, []).append(page.number)
    return {
        word: tuple(dict.fromkeys(pages))
        for word, pages in seen.items()
        if len(pages) > 1 and not is_known(word.lower())
    }
