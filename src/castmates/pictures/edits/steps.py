"""The steps that a picture is redrawn by, as data; draws nothing.

Boxes are left, top, right, bottom in pixels of the picture as it is before the step, right and
bottom exclusive. Masks go through every step that moves pixels.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from PIL import ImageColor
from pydantic import AfterValidator, Field, model_validator

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value

Box = tuple[int, int, int, int]

MARGIN = 0.08
"""What stays around a subject, as a share of the longer side of its box."""

TRANSPARENT, BLURRED = "transparent", "blurred"


def _box(box: Box) -> Box:
    if min(box[:2]) < 0 or box[2] <= box[0] or box[3] <= box[1]:
        raise ValueError("wanted left, top, right, bottom with left < right and top < bottom")
    return box


class Crop(Value):
    """Keep what lies in a box."""

    do: Literal["crop"] = "crop"
    box: Annotated[Box, AfterValidator(_box)]


class Subject(Value):
    """Keep the figure with a margin around it, wherever earlier steps moved it."""

    do: Literal["subject"] = "subject"
    margin: float = Field(default=MARGIN, ge=0.0, le=2.0)


class Turn(Value):
    """Turn clockwise.

    Attributes:
        fill: the colour of the corners; "": nothing is filled, the largest upright rectangle that
            holds no corner is kept. Quarter turns have no corners.
    """

    do: Literal["turn"] = "turn"
    degrees: float = Field(ge=-360.0, le=360.0)
    fill: str = ""


class Unbar(Value):
    """Take even bars off: how many pixels at each side."""

    do: Literal["unbar"] = "unbar"
    top: int = Field(default=0, ge=0)
    bottom: int = Field(default=0, ge=0)
    left: int = Field(default=0, ge=0)
    right: int = Field(default=0, ge=0)


class Background(Value):
    """Replace everything but the figure.

    Attributes:
        to: a colour ("white", "#88aaff"), "blurred", or "transparent": on white, and the figure's
            outline becomes the picture's mask.
    """

    do: Literal["background"] = "background"
    to: str


Method = Literal["telea", "navier-stokes"]
METHODS: tuple[Method, ...] = ("navier-stokes", "telea")


class Inpaint(Value):
    """Paint something over with what lies around it: lettering, a hand, a sparkle.

    Attributes:
        boxes: what goes; (): `mask` says it.
        mask: the file in `kept/` that is white where something goes.
        at: where the mask's upper left corner lies, in pixels.
        grow: by how many pixels the hole is made larger, since things have soft edges.
        method: how it is filled (`filling.filled`). radius: how far around is looked, in pixels.
    """

    do: Literal["inpaint"] = "inpaint"
    boxes: tuple[Annotated[Box, AfterValidator(_box)], ...] = ()
    mask: str = ""
    at: tuple[int, int] = (0, 0)
    grow: int = Field(default=0, ge=0, le=256)
    method: Method = "navier-stokes"
    radius: float = Field(default=5.0, ge=1.0, le=64.0)

    @model_validator(mode="after")
    def _one_hole(self) -> Self:
        if bool(self.boxes) == bool(self.mask):
            raise ValueError("wanted boxes or a mask, one of them")
        return self


Step = Annotated[Crop | Subject | Turn | Unbar | Background | Inpaint, Field(discriminator="do")]

KINDS = ("crop", "subject", "turn", "unbar", "background", "inpaint")
ONCE = ("subject", "background")
"""Kinds of which a new step takes the place of the old one."""


def colour(word: str) -> tuple[int, int, int]:
    """Red, green, blue 0..255 of a CSS colour word or code. Raises BadInput."""
    try:
        red, green, blue = ImageColor.getrgb(word.strip())[:3]
    except ValueError:
        fix = did_you_mean(word.strip().lower(), ImageColor.colormap)
        raise BadInput(f"'{word}' is no colour that is known.", f"{fix} Or a code: #88aaff") from (
            None
        )
    return red, green, blue


def said(step: Step) -> str:
    """A step in a few words."""
    match step:
        case Crop(box=box):
            return f"crop to {','.join(map(str, box))}"
        case Subject(margin=margin):
            return f"crop to the subject, {margin:.0%} around it"
        case Turn(degrees=degrees, fill=fill):
            corners = f", corners {fill}" if fill else ""
            return f"turn by {degrees:g}°{corners}"
        case Unbar():
            sides = ("top", "bottom", "left", "right")
            off = ", ".join(f"{getattr(step, s)} {s}" for s in sides if getattr(step, s))
            return f"bars off ({off or 'none'})"
        case Background(to=to):
            return f"background {to}"
        case Inpaint(boxes=boxes, mask=mask):
            where = " and ".join(",".join(map(str, box)) for box in boxes) or f"kept/{mask}"
            return f"paint over {where}"
