"""Find what wants care in setting: scripts from right to left, emoji; knows no font."""

from __future__ import annotations

import re
import unicodedata

from castmates.books.story.story import Story
from castmates.books.values import Finding

_emoji = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\U0001f1e6-\U0001f1ff\u2b50\u2b55]")
_JOINERS = "\u200d\ufe0f\ufe0e"
_RIGHT_LANGUAGES = ("ar", "he", "fa", "ur", "yi", "ps", "sd", "dv", "ug", "ckb")


def is_right_to_left(text: str) -> bool:
    """Whether most letters of a text run from right to left."""
    kinds = [unicodedata.bidirectional(letter) for letter in text if letter.isalpha()]
    return sum(kind in ("R", "AL") for kind in kinds) * 2 > len(kinds) > 0


def turns_right_to_left(story: Story) -> bool:
    """Whether the book is read from right to left: by its language, else by its letters."""
    if story.language.lower().split("-")[0] in _RIGHT_LANGUAGES:
        return True
    return is_right_to_left(story.text)


def emoji_of(text: str) -> list[str]:
    """The emoji of a text in order, each once."""
    return list(dict.fromkeys(letter for letter in text if _emoji.match(letter)))


def without_emoji(text: str) -> str:
    """The text with its emoji, and the joiners between them, taken out."""
    bare = "".join(letter for letter in text if not _emoji.match(letter) and letter not in _JOINERS)
    return re.sub(r"[ \t]{2,}", " ", bare).strip(" ")


def script_findings(story: Story) -> list[Finding]:
    """What a reader of the proofs should know about scripts."""
    found: list[Finding] = []
    for page in story.pages:
        if emoji := emoji_of(page.text):
            found.append(
                Finding(
                    "look",
                    f"{' '.join(emoji)} is emoji, which book fonts do not have.",
                    "It is left out; write it as a word to keep it.",
                    page.number,
                )
            )
    right = [page.number for page in story.pages if is_right_to_left(page.text)]
    if right:
        whole = len(right) == len(story.pages)
        where = "The story" if whole else f"Page {', '.join(map(str, right))}"
        fix = "The book is bound on the right, so that pages turn the other way."
        left = "The lines are set that way; the book is bound on the left."
        found.append(Finding("note", f"{where} reads from right to left.", fix if whole else left))
    return found
