"""Styles: words around a prompt, as A1111 keeps them; knows no studio and draws nothing.

`{prompt}` in a style is where the prompt goes; a style without it stands behind the prompt. Those
that come with castmates are data (`styles.toml`): general words, and for bases with a vocabulary of
their own the words that these know.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import PurePath

from pydantic import Field, field_validator

from castmates.core.types import Value
from castmates.files.settings import load

SEAT = "{prompt}"
"""Where the prompt goes in the words of a style."""


class Wording(Value):
    """What a style says.

    Attributes:
        prompt: words with `{prompt}` among them; without it they stand behind the prompt.
        negative: the same for the negative words.
    """

    prompt: str = ""
    negative: str = ""

    def around(self, prompt: str, negative: str) -> tuple[str, str]:
        """A prompt and its negative words in this style."""
        return _merged(self.prompt, prompt), _merged(self.negative, negative)


class Style(Wording):
    """A style.

    Attributes:
        also: other names for it.
        bases: name of a base -> what is said to it instead.
    """

    also: tuple[str, ...] = ()
    bases: Mapping[str, Wording] = Field(default_factory=dict)

    def said_to(self, base: str) -> Wording:
        """The words for a base, by its name or folder."""
        return self.bases.get(PurePath(base).name, self)


class StyleFile(Value):
    """Styles by name; a studio's own stand in its `styles.toml`."""

    style: Mapping[str, Style] = Field(default_factory=dict)

    @field_validator("style")
    @classmethod
    def _named(cls, styles: Mapping[str, Style]) -> Mapping[str, Style]:
        nameless = [name for name in styles if not name.strip()]
        if nameless:
            raise ValueError("a style needs a name")
        return styles


@cache
def shipped() -> Mapping[str, Style]:
    """The styles that come with castmates, by name."""
    with as_file(files("castmates.drawing") / "styles.toml") as path:
        return load(path, StyleFile).style


def around(
    prompt: str, negative: str, styles: Mapping[str, Style], base: str = ""
) -> tuple[str, str]:
    """A prompt and its negative words in several styles, each around what the one before made.

    Args:
        base: the name or folder of the base that will draw it.
    """
    for style in styles.values():
        prompt, negative = style.said_to(base).around(prompt, negative)
    return prompt, negative


def _merged(style: str, words: str) -> str:
    if SEAT in style:
        return style.replace(SEAT, words)
    return ", ".join(part for part in (words.strip(), style.strip()) if part)
