"""Whether a base can hold pictures of this kind at all, from what its VAE keeps; opens no base.

A base draws only what its own VAE can hold: of photographs on the storybook base little more than
the colours comes back, and training would spend minutes to teach mush.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_high

from castmates.pictures.looking import Look
from castmates.pictures.report import Finding

WAY_OUT = "Add a base that fits: --base FOLDER, a Stable Diffusion 1.x model as a diffusers folder."


def is_beyond(kept: Sequence[float], floor: float) -> bool:
    """Whether pictures are of a kind that the base cannot draw, by their median; none: they fit.

    Args:
        kept: the share of each picture's detail that comes back, 0..1.
        floor: the least that the base's own kind keeps.
    """
    return bool(kept) and median_high(kept) < floor


def surely_fits(kept: Sequence[float], floor: float, count: int) -> bool:
    """Whether `is_beyond` is false of `count` pictures whatever those not measured yet keep."""
    return sum(share >= floor for share in kept) >= count - count // 2


def in_words(kept: Sequence[float], floor: float, base: str) -> str:
    """What is the matter, in one sentence or two."""
    return (
        f"The base '{base}' cannot draw pictures like these: it holds {median_high(kept):.0%} of "
        f"their detail, {floor:.0%} are wanted. Photographs and detailed art are beyond it."
    )


def kept_of(looks: Sequence[Look]) -> list[float]:
    """The shares that were measured."""
    return [look.detail for look in looks if look.detail is not None]


def of_kind(looks: Sequence[Look], floor: float, base: str) -> list[Finding]:
    """The finding, if the pictures are beyond the base."""
    kept = kept_of(looks)
    if not is_beyond(kept, floor):
        return []
    names = tuple(look.name for look in looks if look.detail is not None and look.detail < floor)
    what = in_words(kept, floor, base)
    return [Finding(code="other-kind", level="warning", pictures=names, what=what, fix=WAY_OUT)]
