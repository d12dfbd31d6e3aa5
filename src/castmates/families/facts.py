"""What is so about a base, as data: sizes, prediction, preferences, licence; opens no model."""

from __future__ import annotations

from math import exp
from pathlib import Path
from typing import Literal

from pydantic import Field

from castmates.core.types import Value
from castmates.files import settings

FILE = "castmates.toml"
"""The file in a base's folder that states what a diffusers folder does not say."""

Prediction = Literal["epsilon", "v_prediction", "flow"]


class Flow(Value):
    """How a flow-matching base lays out its levels: s from 1 to 0 in x = (1 - s) x0 + s e.

    Evenly, then shifted towards the noise, as s' = f s / (1 + (f - 1) s) (Esser et al. 2024,
    2403.03206, section 5.3.2).

    Attributes:
        shift: f, where it is the same at every size.
        grows: at the least and the most tokens ln f is these, and linear between and beyond; None:
            f is `shift`.
        tokens: the least and the most; the network's own, which pictures have by their size.
        by_exponent: whether `grows` are logarithms; else they are f itself.
    """

    shift: float = Field(default=1.0, gt=0)
    grows: tuple[float, float] | None = None
    tokens: tuple[int, int] = (256, 4096)
    by_exponent: bool = True

    def at(self, tokens: int) -> float:
        """f for a picture of so many tokens."""
        if self.grows is None:
            return self.shift
        (least, most), (few, many) = self.grows, self.tokens
        slope = (most - least) / (many - few)
        grown = tokens * slope + least - slope * few
        return exp(grown) if self.by_exponent else grown


class Facts(Value):
    """The abilities and preferences of a base.

    Attributes:
        family: its folder in `families/`.
        native_size: the side in pixels that it was trained at.
        size_multiple: widths and heights are multiples of it.
        patch: the network sees squares of so many latents a side as one.
        latent_channels: of the VAE; None: as many as the network is given.
        prediction: what the network says: the noise, v (Salimans & Ho 2022), or the flow from the
            picture to the noise, e - x0 (Lipman et al. 2022, 2210.02747).
        flow: how the levels of a flow are laid out.
        sampler, steps, guidance, guidance_rescale: what it likes where a shot leaves them open.
        caption_style: what its captions look like.
        max_tokens: what the text encoder reads, both end marks counted.
        clip_skip: which layer of the text encoder speaks: 1 the last, 2 the one before.
        latent_scale: latents are the VAE's, times this.
        pools_text: an encoding begins with a row that says the text as a whole, behind which its
            tokens follow; weights of words do not act on it, and of several chunks the first's
            counts.
        text_widths: which columns of an encoding are one text encoder's: so many of each, side by
            side; none: all are of one.
        zero_negative: no negative words are zeros, not the encoding of an empty text.
        reads_frame: the network is told how large a picture was and where it is cut
            (`families.base.Base.denoise`).
        weighs_words: whether brackets can make words count more or less.
        told_guidance: guidance is a number that the network is told, not a second row of words;
            1 to a shot's sampler, whatever it is.
        fixed_layer: the text encoders' layer cannot be chosen: `clip_skip` is a name for it.
        detail_floor: share of a picture's detail that the VAE must hold at native size; pictures
            below are not of this base's kind; None: it takes any.
        licence: SPDX name, or empty when unknown.
        may_sell: whether what it draws may be sold; None: its licence is not known here.
    """

    family: str
    native_size: int = Field(ge=8, le=8192)
    size_multiple: int = Field(default=8, ge=1)
    patch: int = Field(default=1, ge=1)
    latent_channels: int | None = Field(default=None, ge=1)
    prediction: Prediction
    flow: Flow = Flow()
    sampler: str = "dpm++ 2m"
    steps: int = Field(default=25, ge=1, le=1000)
    guidance: float = Field(default=7.0, ge=0.0, le=100.0)
    guidance_rescale: float = Field(default=0.0, ge=0.0, le=1.0)
    caption_style: Literal["tags", "sentence", "both"] = "tags"
    takes_negative: bool = True
    max_tokens: int = Field(default=77, ge=3)
    clip_skip: int = Field(default=1, ge=1, le=12)
    latent_scale: float = Field(gt=0)
    pools_text: bool = False
    text_widths: tuple[int, ...] = ()
    zero_negative: bool = False
    reads_frame: bool = False
    weighs_words: bool = True
    told_guidance: bool = False
    fixed_layer: bool = False
    detail_floor: float | None = None
    licence: str = ""
    may_sell: bool | None = None

    def lean_of(self, size: tuple[int, int]) -> float:
        """How far a flow's levels lean to the noise in pictures of (width, height)."""
        return self.flow.at(size[0] * size[1] // self.size_multiple**2)

    @property
    def latent_side(self) -> int:
        """Pixels that a latent is wide and high."""
        return self.size_multiple // self.patch


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

    Of a checkpoint in one file, `name.safetensors`, that is `name.toml` beside it.

    Raises:
        BadInput: unknown keys or values that do not fit, all at once.
    """
    path = folder.with_suffix(".toml") if folder.is_file() else folder / FILE
    return settings.load(path, Stated) if path.is_file() else Stated()


def with_stated(facts: Facts, said: Stated) -> Facts:
    """The facts with what the base states in their place."""
    return Facts.model_validate({**facts.model_dump(), **said.model_dump(exclude_none=True)})
