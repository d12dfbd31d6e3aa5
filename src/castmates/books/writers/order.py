"""What is asked of a writer, and what comes back; writes nothing."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import Field, field_validator

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value

Style = Literal["rhyme", "first-person", "funny"]
STYLES: tuple[Style, ...] = ("rhyme", "first-person", "funny")


class Order(Value):
    """A story that is wanted.

    Attributes:
        idea: what it is about, in the words of whoever asks.
        hero: the name of who it is about; "": taken from the idea.
        pronoun: of the hero.
        cast: who else may be in it, by the names that readers know.
        age: of the readers, in years.
        pages: how many.
        styles: rhyme, first-person, funny; any of them, or none.
        seed: another seed is another story.
        again: what did not fit the last time, in sentences.
    """

    idea: str = Field(min_length=1)
    hero: str = ""
    pronoun: Literal["she", "he", "it", "they"] = "they"
    cast: tuple[str, ...] = ()
    age: int = Field(default=5, ge=2, le=99)
    pages: int = Field(default=12, ge=1, le=64)
    styles: tuple[Style, ...] = ()
    seed: int = 0
    again: tuple[str, ...] = ()

    @field_validator("idea")
    @classmethod
    def _says_something(cls, idea: str) -> str:
        if not idea.strip():
            raise ValueError("the idea is empty; say what the story is about")
        return idea.strip()


class Draft(Value):
    """A story as Markdown with `---` between pages, and what its writer wants to say about it."""

    text: str
    notes: tuple[str, ...] = ()


class Writer(Protocol):
    """Writes stories."""

    def write(self, order: Order) -> Draft:
        """A story with a title and the wanted number of pages.

        Raises:
            Refused: the writer did not answer, or not with a story.
        """
        ...


def styles_of(written: str) -> tuple[Style, ...]:
    """The styles of a list as the command line has it ("rhyme,funny"). Raises BadInput."""
    found: list[Style] = []
    for name in (part.strip().lower() for part in written.split(",") if part.strip()):
        match = next((style for style in STYLES if style == name), None)
        if match is None:
            raise BadInput(f"No style is called '{name}'.", did_you_mean(name, STYLES))
        found.append(match)
    return tuple(dict.fromkeys(found))
