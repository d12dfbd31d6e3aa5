"""Propose quality groups from sharpness and closeness to a reference; measures nothing itself.

Better pictures are shown more often: high 16, medium 8, low 4 times a round. A proposal is a start:
whether a drawing has the right eyes, only a person sees.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from castmates.pictures.sharpness import BLURRY, FEWEST, SOFT

REPEATS = {"high": 16, "medium": 8, "low": 4}

_OUTLIER = 2.0
_TOP = 2 / 3
_SAME_VIEW = 4
"""Pictures of a view from which they are compared among themselves: a back is never like a face."""


@dataclass(frozen=True)
class Quality:
    """What is known of one picture.

    Attributes:
        sharpness, softness: as `pictures.sharpness` measures them.
        likeness: the cosine with the nearest reference; None: no reference was named.
        view: as `pictures.toml` says it.
    """

    sharpness: float
    softness: float
    likeness: float | None = None
    view: str = ""


def proposed(pictures: Mapping[int, Quality]) -> dict[int, tuple[str, str]]:
    """Number -> its group and the reason.

    Low: blurred, or far less like the reference than the others of its view (2 robust deviations
    below the median). High: the upper third in likeness, or without a reference in sharpness.
    """
    sharp = np.array([q.sharpness for q in pictures.values()])
    median = float(np.median(sharp)) if sharp.size else 0.0
    enough = len(pictures) >= FEWEST
    found = {}
    for number, one in pictures.items():
        alike = _like(one, pictures)
        if one.softness >= SOFT:
            found[number] = ("low", f"blurred (softness {one.softness:.2f})")
        elif enough and one.sharpness < BLURRY * median:
            found[number] = ("low", "far less sharp than the others")
        elif alike is None:
            share = float((sharp < one.sharpness).mean())
            found[number] = _by(share, "sharp beside the others", "of middling sharpness")
        elif alike[1] < -_OUTLIER and enough:
            found[number] = ("low", f"unlike the reference ({one.likeness:.2f})")
        else:
            said = f"the reference ({one.likeness:.2f})"
            found[number] = _by(alike[0], f"among the most like {said}", f"like {said}")
    return found


def _by(share: float, high: str, medium: str) -> tuple[str, str]:
    return ("high", high) if share >= _TOP - 1e-9 else ("medium", medium)


def _like(one: Quality, pictures: Mapping[int, Quality]) -> tuple[float, float] | None:
    """The share of its kin that is less like the reference, and its robust deviations."""
    if one.likeness is None:
        return None
    everybody = [q for q in pictures.values() if q.likeness is not None]
    kin = [q for q in everybody if q.view == one.view]
    compared = kin if len(kin) >= _SAME_VIEW else everybody
    values = np.array([q.likeness for q in compared], np.float64)
    median = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - median)))
    share = float((values < one.likeness).mean())
    return share, (one.likeness - median) / max(spread, 0.02)
