"""Read a prompt suite and fill in a character; knows no model."""

from __future__ import annotations

from importlib.resources import as_file, files

from pydantic import Field

from castmates.core.types import Character, Value
from castmates.files.settings import load
from castmates.judging.cells import StudyPrompt


class PicturePrompt(Value):
    """One of the first pictures: how people call it, and its words."""

    label: str
    words: str


class Suite(Value):
    """The prompts of a study, and those of the first pictures.

    In `words`, `{trigger}`, `{count}` ("1girl") and `{class}` ("girl") stand for the character's.
    """

    study: tuple[StudyPrompt, ...] = Field(min_length=1)
    pictures: tuple[PicturePrompt, ...] = Field(min_length=1)

    def filled(self, character: Character) -> Suite:
        """The same suite with the character's words in it."""
        study, pictures = (
            tuple(p.model_copy(update={"words": filled(p.words, character)}) for p in prompts)
            for prompts in (self.study, self.pictures)
        )
        return self.model_copy(update={"study": study, "pictures": pictures})


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
