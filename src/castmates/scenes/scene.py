"""A scene as people write it: who stands where, doing what, in front of what; draws nothing."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from castmates.core.types import Value, WrittenSize

MOST_FIGURES = 8
"""In one picture: as many as regions can be told apart."""

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in 0..1 of the picture."""


class Figure(Value):
    """Somebody in the picture.

    Attributes:
        name: of the cast; "": a stranger, drawn by its words alone.
        words: a stranger's looks ("1girl, red hair"), or more words for a character.
        outfit: one of the character's, or words for clothes.
        action: what it does ("waving").
        expression: its face ("smile").
        place: in words: left, right, middle, far left, far right, behind, in front.
        box: its place instead: left, top, right, bottom, 0 to 1 of the picture.
        mask: its place instead: a picture file, white where it stands, beside this file.
        layer: higher ones hide lower ones; without it, as the place says.
        strength: of its adapter; without it, the chosen one.
        height_cm: how tall it is; without it, as its character.toml says.
    """

    name: str = ""
    words: str = ""
    outfit: str = ""
    action: str = ""
    expression: str = ""
    place: str = ""
    box: Box | None = None
    mask: str | None = None
    layer: int | None = Field(default=None, ge=-100, le=100)
    strength: float | None = Field(default=None, ge=0.0, le=2.0)
    height_cm: float | None = Field(default=None, gt=0.0, le=1_000_000.0)


class Scene(Value):
    """A picture with several characters; draw it with: castmates scene FILE.

    Attributes:
        background: what is behind everybody ("snowy forest").
        style: of the whole picture ("flat color").
        framing: full body, upper body or close-up.
        words: more words for the whole picture.
        negative: words for what should not be there.
        size: width and height in pixels; without it, the base's own.
        places: boxes (from words and heights), or found (where a first drawing puts everybody).
        figure: who is there.
    """

    background: str = ""
    style: str = ""
    framing: str = "full body"
    words: str = ""
    negative: str = ""
    size: WrittenSize | None = None
    places: Literal["boxes", "found"] = "boxes"
    figure: tuple[Figure, ...] = Field(min_length=1, max_length=MOST_FIGURES)

    @property
    def setting(self) -> str:
        """The words for the picture as a whole."""
        said = (self.framing, self.background, self.words, self.style)
        return ", ".join(part.strip() for part in said if part.strip())


def called(figure: Figure, number: int) -> str:
    """How a figure is named in messages and verdicts; strangers by their number from 1."""
    return figure.name or f"stranger {number}"
