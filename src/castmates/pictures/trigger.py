"""Judge the word that calls a character, and offer free ones; knows no model.

A word that already means something brings that meaning along: `star` draws stars. A word of the
tagger's own for the character is the best trigger there is, because its base knows it too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

from castmates.pictures.looking import Look
from castmates.pictures.report import Finding, TriggerWord

MANY_TOKENS = 4
"""Tokens from which a trigger costs much of every caption."""
_MOSTLY = 0.6
_OFFERED = 3
_CONSONANTS, _VOWELS, _ENDS = "bdfgklmnprstvz", "aeiou", "klmnrsx"

FamilyOf = Callable[[str], str]
"""A word -> its family in the tagger's vocabulary; "" when it is not in it."""


@cache
def common_words() -> frozenset[str]:
    """Everyday words (`words.txt`)."""
    return frozenset((files("castmates.pictures") / "words.txt").read_text("utf-8").split())


def judged(
    word: str,
    looks: Sequence[Look],
    family_of: FamilyOf,
    triggers: Mapping[str, str],
    count_tokens: Callable[[str], int] | None = None,
) -> TriggerWord:
    """What a trigger means already, what it costs, and three free words when it clashes.

    Args:
        triggers: other characters' names -> their triggers.
        count_tokens: tokens of a text, both end marks counted.
    """
    plain = " ".join(word.casefold().split())
    clashes = []
    family = family_of(plain)
    if family and family != "character":
        clashes.append(f"the tagger knows '{plain}' as a tag ({family})")
    if plain in common_words():
        clashes.append(f"'{plain}' is an everyday word")
    takers = [name for name, other in triggers.items() if other.casefold() == plain]
    clashes += [f"'{name}' is called by it too" for name in takers]
    known = _known_as(looks)
    return TriggerWord(
        word=word,
        tokens=None if count_tokens is None else count_tokens(word) - 2,
        clashes=tuple(clashes),
        alternatives=tuple(_free(plain, family_of, triggers)) if clashes else (),
        known_as="" if known == plain else known,
    )


def _known_as(looks: Sequence[Look]) -> str:
    counts = Counter(tag.name for look in looks for tag in look.seen if tag.family == "character")
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    return name if looks and count >= _MOSTLY * len(looks) else ""


def _free(word: str, family_of: FamilyOf, triggers: Mapping[str, str]) -> list[str]:
    """Words that can be said and mean nothing; the same for the same trigger."""
    taken = {other.casefold() for other in triggers.values()} | common_words()
    first = next((letter for letter in word if letter in _CONSONANTS), "")
    found: list[str] = []
    for attempt in range(60):
        offered = _made_up(first, sha256(f"{word} {attempt}".encode()).digest())
        if offered not in taken and offered not in found and not family_of(offered):
            found.append(offered)
        if len(found) == _OFFERED:
            break
    return found


def _made_up(first: str, dice: bytes) -> str:
    """Two syllables from the first letter on: gavuk, gemor."""
    consonant = first or _CONSONANTS[dice[0] % len(_CONSONANTS)]
    middle = _CONSONANTS[dice[2] % len(_CONSONANTS)]
    end = _ENDS[dice[4] % len(_ENDS)]
    vowels = (_VOWELS[dice[1] % len(_VOWELS)], _VOWELS[dice[3] % len(_VOWELS)])
    return f"{consonant}{vowels[0]}{middle}{vowels[1]}{end}"


def findings_of(judgement: TriggerWord) -> list[Finding]:
    """What there is to say about a trigger."""
    found = []
    if judgement.clashes:
        what = f"The trigger '{judgement.word}' means something already: "
        what += "; ".join(judgement.clashes) + "."
        fix = f"Free ones: {', '.join(judgement.alternatives)} (trigger in character.toml)."
        found.append(Finding(code="trigger-clashes", level="warning", what=what, fix=fix))
    if judgement.tokens is not None and judgement.tokens > MANY_TOKENS:
        what = f"The trigger '{judgement.word}' takes {judgement.tokens} tokens of every caption."
        fix = "A short word leaves more for what the picture shows."
        found.append(Finding(code="trigger-long", level="note", what=what, fix=fix))
    if judgement.known_as:
        what = f"The tagger knows this character: {judgement.known_as}."
        fix = f"Use '{judgement.known_as}' as the trigger (character.toml): the base may know it."
        found.append(Finding(code="known-character", level="good", what=what, fix=fix))
    return found
