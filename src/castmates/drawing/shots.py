"""Shots that take more than words and noise; knows no picture and no network.

A second seed, a picture to begin with, a second and larger pass, words and adapters with places of
their own. Pictures, masks and upscalers are
named here, as adapters are; the painter is handed what the names stand for
(`castmates.drawing.sources`).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from castmates.core.types import AdapterUse, Shot, Value, WrittenSize

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


Box = tuple[float, float, float, float]
"""Left, top, right, bottom in 0..1 of the picture."""
Blending = Literal["attention", "noise", "windows"]
"""How regions come together: in one pass, by attention and weighting; as one pass each, whose
estimates of the noise are mixed; or as one pass each that sees no more of the picture than the base
is used to (`drawing.windows`), around the middle of its box."""


class Region(Value):
    """Words and adapters that act in one place.

    Attributes:
        words: read as the shot's own are.
        mask: the digest of a drawn mask, stretched to the picture; "": the box.
        layer: where two overlap, the higher one hides the lower; equal ones share.
    """

    words: str
    adapters: tuple[AdapterUse, ...] = ()
    box: Box = (0.0, 0.0, 1.0, 1.0)
    mask: str = ""
    layer: int = Field(default=0, ge=-100, le=100)


class Regions(Value):
    """Places in a picture; the shot's own words and adapters act all over it.

    Attributes:
        feather: how soft edges are: the deviation of a Gauss curve, in shares of the shorter side.
        base_share: how much the shot's own words are heard inside the regions; windows hear none.
        isolated: for this share of the steps nothing of one region sees another.
        begins: before this share of the steps the shot's own words are alone.
    """

    regions: tuple[Region, ...] = Field(min_length=1, max_length=8)
    blending: Blending = "attention"
    feather: float = Field(default=0.03, ge=0.0, le=0.5)
    base_share: float = Field(default=0.1, ge=0.0, le=1.0)
    isolated: float = Field(default=0.4, ge=0.0, le=1.0)
    begins: float = Field(default=0.0, ge=0.0, le=1.0)


class ExtendedShot(Shot):
    """A shot with any of these.

    Attributes:
        styles: names of the styles whose words are among its own; they decide nothing by
            themselves.
    """

    variation: Variation | None = None
    start: Start | None = None
    hires: Hires | None = None
    places: Regions | None = None
    styles: tuple[str, ...] = ()


EXTENSIONS = ("variation", "start", "hires", "places", "styles")


def region_shots(shot: Shot) -> list[Shot]:
    """For each region the same shot with its words and adapters alone."""
    places = shot.places if isinstance(shot, ExtendedShot) else None
    return [
        shot.model_copy(update={"words": one.words, "adapters": one.adapters, "places": None})
        for one in (places.regions if places is not None else ())
    ]


def extended(shot: Shot) -> ExtendedShot:
    """The same with all fields, whatever kind it was."""
    return shot if isinstance(shot, ExtendedShot) else ExtendedShot.model_validate(dict(shot))


def settled(shot: Shot) -> Shot:
    """A plain shot where none of the extensions is used, so that equal shots stay equal."""
    if not isinstance(shot, ExtendedShot) or any(getattr(shot, one) for one in EXTENSIONS):
        return shot
    return Shot.model_validate({key: value for key, value in shot if key not in EXTENSIONS})
