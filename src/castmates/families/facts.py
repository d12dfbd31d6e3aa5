"""What is so about a base, as data: sizes, prediction, preferences, licence; opens no model."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from castmates.core.types import Value
from castmates.files import settings

FILE = "castmates.toml"
"""The file in a base's folder that states what a diffusers folder does not say."""

Prediction = Literal["epsilon", "v_prediction"]


class Facts(Value):
    """The abilities and preferences of a base.

    Attributes:
        family: its folder in `families/`.
        native_size: the side in pixels that it was trained at.
        size_multiple: widths and heights are multiples of it.
        prediction: what the network says: the noise, or v (Salimans & Ho 2022).
        sampler, steps, guidance, guidance_rescale: what it likes where a shot leaves them open.
        caption_style: what its captions look like.
        max_tokens: what the text encoder reads, both end marks counted.
        clip_skip: which layer of the text encoder speaks: 1 the last, 2 the one before.
        latent_scale: latents are the VAE's, times this.
        detail_floor: share of a picture's detail that the VAE must hold at native size; pictures
            below are not of this base's kind; None: it takes any.
        licence: SPDX name, or empty when unknown.
        may_sell: whether what it draws may be sold; None: its licence is not known here.
    """

    family: str
    native_size: int = Field(ge=8, le=8192)
    size_multiple: int = Field(default=8, ge=1)
    prediction: Prediction
    sampler: str = "dpm++ 2m"
    steps: int = Field(default=25, ge=1, le=1000)
    guidance: float = Field(default=7.0, ge=0.0, le=100.0)
    guidance_rescale: float = Field(default=0.0, ge=0.0, le=1.0)
    caption_style: Literal["tags", "sentence", "both"] = "tags"
    takes_negative: bool = True
    max_tokens: int = Field(default=77, ge=3)
    clip_skip: int = Field(default=1, ge=1, le=12)
    latent_scale: float = Field(gt=0)
    detail_floor: float | None = None
    licence: str = ""
    may_sell: bool | None = None


class Stated(Value):
    """What `castmates.toml` in a base's folder may state; what it leaves out follows from the rest.

    Attributes: as in `Facts`.
    """

    family: str | None = None
    native_size: int | None = Field(default=None, ge=8, le=8192)
    prediction: Prediction | None = None
    sampler: str | None = None
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0.0, le=100.0)
    guidance_rescale: float | None = Field(default=None, ge=0.0, le=1.0)
    caption_style: Literal["tags", "sentence", "both"] | None = None
    takes_negative: bool | None = None
    clip_skip: int | None = Field(default=None, ge=1, le=12)
    detail_floor: float | None = None
    licence: str | None = None
    may_sell: bool | None = None


def stated(folder: Path) -> Stated:
    """What the base's own file states; nothing when it has none.

    Raises:
        BadInput: unknown keys or values that do not fit, all at once.
    """
    path = folder / FILE
    return settings.load(path, Stated) if path.is_file() else Stated()


def with_stated(facts: Facts, said: Stated) -> Facts:
    """The facts with what the base states in their place."""
    return Facts.model_validate({**facts.model_dump(), **said.model_dump(exclude_none=True)})
