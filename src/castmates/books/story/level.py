"""For which age a page reads: Flesch-Kincaid and our word lists; English alone is measured."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from castmates.books.story.bands import band_of
from castmates.books.story.cast import Member, names_of
from castmates.books.story.runs import plain
from castmates.books.story.sentences import sentences_of, words_of
from castmates.books.story.story import Story
from castmates.books.story.wordlist import is_known_at
from castmates.books.values import Finding

_vowels = re.compile(r"[aeiouy]+")
_FEW = 20
"""Words: below, a grade says more about a name than about a page."""
_HARD_WORDS = 0.12
"""The share of words outside the lists that readers take in their stride."""


@dataclass(frozen=True)
class PageLevel:
    """How hard a page is.

    Attributes:
        words, longest: on the page, and in its longest sentence.
        grade: of Flesch-Kincaid; None: not measured (another language, or too few words).
        hard: words that the lists of this age do not have, each once; names are left out.
    """

    page: int
    words: int
    longest: int
    grade: float | None
    hard: tuple[str, ...]

    @property
    def age(self) -> int | None:
        """The youngest reader, in years: a grade begins at the age of five."""
        return None if self.grade is None else max(3, round(self.grade + 5))


def syllables(word: str) -> int:
    """How many syllables an English word has, by our own rules; at least 1."""
    bare = re.sub(r"[^a-z]", "", word.casefold())
    count = len(_vowels.findall(bare))
    if re.search(r"[^aeiouyl]e$|[^aeiou]les?$", bare):
        count += 0 if bare.endswith(("le", "les")) and len(bare) > 3 else -1
    if re.search(r"[^aeioutd]ed$", bare):
        count -= 1
    if re.search(r"[^aeiouscxz]es$", bare) and not bare.endswith("les"):
        count -= 1
    if re.search(r"(?:ia|io(?!us|n)|eo(?!us)|ua|uie)", bare):
        count += 1
    return max(count, 1)


def grade_of(text: str) -> float:
    """Flesch-Kincaid grade of English text.

    .39 words/sentences + 11.8 syllables/words − 15.59 (Kincaid, Fishburne, Rogers and Chissom,
    1975). 0.0 for text without words.
    """
    words = words_of(text)
    if not words:
        return 0.0
    sentences = max(len(sentences_of(text)), 1)
    spoken = sum(syllables(word) for word in words)
    return round(0.39 * len(words) / sentences + 11.8 * spoken / len(words) - 15.59, 2)


def levels(
    story: Story, age: int, cast: Sequence[Member] = (), names: Sequence[str] = ()
) -> tuple[PageLevel, ...]:
    """How hard every page is for readers of this age; names count as easy.

    Verse is read line by line: a hard line break ends a sentence.
    """
    english = is_english(story)
    known = names_of(cast) | {part.casefold() for name in names for part in words_of(name)}
    known |= {word.casefold() for page in story.pages for word in _inner_capitals(page.text)}
    return tuple(
        _level(page.number, plain(page.text, "\n"), age, known, english) for page in story.pages
    )


def is_english(story: Story) -> bool:
    """Whether the story says so; its letters alone are not asked."""
    return story.language.lower().split("-")[0] == "en"


def _inner_capitals(text: str) -> set[str]:
    """Words with a capital inside a sentence: names, wherever else they stand."""
    said = {word for each in sentences_of(plain(text, "\n")) for word in words_of(each)[1:]}
    return {re.sub(r"['’]s$", "", word) for word in said if word[0].isupper()}


def _level(page: int, text: str, age: int, names: Collection[str], english: bool) -> PageLevel:
    words = words_of(text)
    longest = max((len(words_of(each)) for each in sentences_of(text)), default=0)
    if not english:
        return PageLevel(page, len(words), longest, None, ())
    bare = [re.sub(r"['’]s$", "", word) for word in words]
    hard = dict.fromkeys(
        word.casefold()
        for word in bare
        if word.casefold() not in names and not is_known_at(word, band_of(age).age)
    )
    grade = grade_of(text) if len(words) >= _FEW else None
    return PageLevel(page, len(words), longest, grade, tuple(hard))


def too_hard(level: PageLevel, age: int) -> str:
    """Why a page is too hard for this age, in words; "": it fits."""
    band = band_of(age)
    reasons: list[str] = []
    if level.words > band.words:
        reasons.append(f"{level.words} words (at most {band.words})")
    if level.longest > band.sentence:
        reasons.append(f"a sentence of {level.longest} words (at most {band.sentence})")
    if level.grade is not None and level.grade > band.grade:
        reasons.append(f"reads like grade {level.grade:.1f} (at most {band.grade:.1f})")
    if len(level.hard) > max(1, _HARD_WORDS * level.words):
        reasons.append(f"hard words: {', '.join(level.hard[:6])}")
    return "; ".join(reasons)


def level_findings(story: Story, age: int, cast: Sequence[Member] = ()) -> list[Finding]:
    """What reads too hard, page by page; other languages: said as not measured."""
    found = [
        Finding("look", f"for age {age} it has {reason}.", "Say it shorter.", level.page)
        for level in levels(story, age, cast)
        if (reason := too_hard(level, age))
    ]
    if not is_english(story):
        what = f"The reading age of '{story.language}' is not measured: only English is."
        found.append(Finding("note", what, "Lengths of sentences and pages are."))
    return found
