"""Shots that take more than words and noise; knows no picture and no network.

A second seed, a picture to begin with, a second and larger pass. Pictures, masks and upscalers are
named here, as adapters are; the painter is handed what the names stand for
(`castmates.drawing.sources`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from castmates.core.types import Shot, Value, WrittenSize

Resize = Literal["crop", "fill", "stretch"]
"""How a picture is brought to the size it is drawn at: what stands over is cut, or all of it is
shown and its edges are drawn out, or it is distorted."""
Area = Literal["whole", "masked"]
"""What is drawn of a masked picture: all of it, or the mask's surroundings at full size."""


class Variation(Value):
    """A second seed, whose noise is mixed into the first one's.

    Attributes:
        strength: 0: the shot's own seed alone; 1: the other alone.
        resize_from: the size at which the seed gave the picture that is wanted again, larger.
    """

    seed: int = Field(default=0, ge=0, lt=2**63)
    strength: float = Field(default=0.0, ge=0.0, le=1.0)
    resize_from: WrittenSize | None = None


class Inpaint(Value):
    """Where a picture is drawn anew.

    Attributes:
        picture: the mask's digest (`castmates.drawing.sources.digest_of`); "": not known.
        blur: how wide the edge is between what is kept and what is drawn: the deviation of a
            Gauss curve, in pixels.
        padding: pixels around the mask that are drawn with it, where only its area is drawn.
    """

    picture: str = ""
    blur: float = Field(default=4.0, ge=0.0, le=256.0)
    area: Area = "whole"
    padding: int = Field(default=32, ge=0, le=4096)


class Start(Value):
    """The picture that a drawing begins with.

    Attributes:
        picture: its digest; "": not known, another program's text did not say it.
        strength: A1111's denoising strength: 0 keeps the picture, 1 draws from noise alone.
    """

    picture: str = ""
    strength: float = Field(default=0.75, ge=0.0, le=1.0)
    resize: Resize = "crop"
    mask: Inpaint | None = None


class Hires(Value):
    """A second pass over the enlarged picture.

    Attributes:
        scale: of width and height; results are rounded down to what the base can draw.
        steps: that are drawn in the second pass; None: as many as in the first.
        strength: how much noise the enlarged picture gets before them.
        upscaler: "lanczos", "latent" (bilinear, before the picture is decoded; what that blurs
            wants a strength above 0.5), or a model's name.
    """

    scale: float = Field(default=2.0, ge=1.0, le=8.0)
    steps: int | None = Field(default=None, ge=1, le=1000)
    strength: float = Field(default=0.2, ge=0.0, le=1.0)
    upscaler: str = Field(default="lanczos", min_length=1)


class ExtendedShot(Shot):
    """A shot with any of these."""

    variation: Variation | None = None
    start: Start | None = None
    hires: Hires | None = None


EXTENSIONS = ("variation", "start", "hires")


def extended(shot: Shot) -> ExtendedShot:
    """The same with all fields, whatever kind it was."""
    return shot if isinstance(shot, ExtendedShot) else ExtendedShot.model_validate(dict(shot))


def settled(shot: Shot) -> Shot:
    """A plain shot where none of the extensions is used, so that equal shots stay equal."""
    if not isinstance(shot, ExtendedShot) or any(getattr(shot, one) for one in EXTENSIONS):
        return shot
    return Shot.model_validate({key: value for key, value in shot if key not in EXTENSIONS})
