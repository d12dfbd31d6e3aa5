"""Read a prompt suite and fill in a character; knows no model but a tagger's vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.resources import as_file, files

from pydantic import Field

from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Character, Value
from castmates.files.settings import load
from castmates.judging.cells import StudyPrompt
from castmates.judging.measures.looks import plain

OTHERS = "others"
"""The group of class words that stand in no group."""


class SuitePrompt(StudyPrompt):
    """A prompt of a suite. `kinds`: groups of class words that it is meant for; empty: all."""

    kinds: tuple[str, ...] = ()


class PicturePrompt(Value):
    """One of the first pictures: how people call it, and its words."""

    label: str
    words: str


class Filled(Value):
    """A suite with a character's words in it.

    Attributes:
        study: of the plain grid: few, for every epoch and strength.
        race: of the chooser: every family, for those that are still in the running.
        pictures: of the first pictures.
    """

    study: tuple[StudyPrompt, ...]
    race: tuple[StudyPrompt, ...] = ()
    pictures: tuple[PicturePrompt, ...]

    def seen_by(self, vocabulary: Collection[str], tell: Tell = silent) -> Filled:
        """The same without checks that a tagger cannot make; what is left out is told at once.

        Args:
            vocabulary: every tag that the tagger can say, in any spelling.
        """
        known = {plain(tag) for tag in vocabulary}
        lost = sorted(
            {
                tag
                for prompt in (*self.study, *self.race)
                for tag in (*prompt.wants, *prompt.avoids)
                if plain(tag) not in known
            }
        )
        if not lost:
            return self
        tell(
            Warned(
                what=f"The tagger has no word for {', '.join(lost)}: these cannot be checked.",
                fix="Use a tagger that knows them, or look for yourself.",
            )
        )
        study, race = (
            tuple(_without(prompt, lost) for prompt in prompts)
            for prompts in (self.study, self.race)
        )
        return self.model_copy(update={"study": study, "race": race})


class Suite(Value):
    """The prompts of a grid, of the chooser, and of the first pictures.

    In `words`, `{trigger}`, `{count}` ("1girl") and `{class}` ("girl") stand for the character's.

    Attributes:
        groups: group -> class words, for `kinds` of prompts; class words in none are "others".
    """

    groups: Mapping[str, tuple[str, ...]] = {}
    study: tuple[SuitePrompt, ...] = Field(min_length=1)
    race: tuple[SuitePrompt, ...] = ()
    pictures: tuple[PicturePrompt, ...] = Field(min_length=1)

    def filled(self, character: Character) -> Filled:
        """The prompts that are meant for the character's kind, with its words in them."""
        own = self.groups_of(character.class_word)
        study, race = (
            tuple(
                StudyPrompt.model_validate(
                    p.model_dump(exclude={"kinds"}) | {"words": filled(p.words, character)}
                )
                for p in prompts
                if not p.kinds or own & set(p.kinds)
            )
            for prompts in (self.study, self.race)
        )
        pictures = tuple(
            p.model_copy(update={"words": filled(p.words, character)}) for p in self.pictures
        )
        return Filled(study=study, race=race or study, pictures=pictures)

    def groups_of(self, class_word: str) -> frozenset[str]:
        """The groups that a class word is in; "others", if in none."""
        found = {group for group, words in self.groups.items() if class_word in words}
        return frozenset(found or {OTHERS})


def filled(words: str, character: Character) -> str:
    """A prompt with a character's trigger and class word in it."""
    count = f"1{character.class_word}" if character.class_word else "solo"
    class_word = character.class_word or "character"
    return (
        words.replace("{trigger}", character.trigger)
        .replace("{count}", count)
        .replace("{class}", class_word)
    )


def suite_for(base: str) -> Suite:
    """The suite in a base's own vocabulary; the default one when it has none."""
    folder = files("castmates.studio.suites")
    named = folder / f"{base}.toml"
    with as_file(named if named.is_file() else folder / "default.toml") as path:
        return load(path, Suite)


def _without(prompt: StudyPrompt, lost: Collection[str]) -> StudyPrompt:
    wants = tuple(tag for tag in prompt.wants if tag not in lost)
    avoids = tuple(tag for tag in prompt.avoids if tag not in lost)
    gate = prompt.gate and bool(wants) and wants[0] == prompt.wants[0]
    return prompt.model_copy(update={"wants": wants, "avoids": avoids, "gate": gate})
