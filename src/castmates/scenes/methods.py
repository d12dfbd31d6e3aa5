"""The ways to draw a staged scene; knows no base, no file and no judge.

* plain: all words and adapters all over the picture, as other programs do.
* regions: one pass, each adapter and each text in its own place.
* windows: a wide picture, in one pass for each that sees no more than the base is used to.
* two-stage: a layout with kinds alone, everybody found in it, then each one's pass blended into the
  same noise, and each one drawn over by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Finder, Found, Mask, Pixels
from castmates.core.types import Shot
from castmates.drawing.sources import Sources, digest_of
from castmates.scenes.assignment import assigned
from castmates.scenes.cutting import in_shares, mask_of, widened
from castmates.scenes.scene import Box
from castmates.scenes.staging import Staged, layout_shot, placed_shot, plain_shot, refining_shot

if TYPE_CHECKING:
    from castmates.drawing.painter import Drawn

Method = Literal["plain", "windows", "regions", "two-stage"]
Paint = Callable[[Sequence[Shot], Sources], "list[Drawn]"]
"""Draws shots with what they name; in their order."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """A drawn scene.

    Attributes:
        at: the scene as it was drawn, with everybody where they should be in this picture.
        sources: what its shot names.
    """

    drawn: Drawn
    method: Method
    seed: int
    at: Staged
    sources: Sources


def plain(at: Staged, seeds: Sequence[int], paint: Paint, sources: Sources) -> list[Attempt]:
    """One pass without places."""
    drawn = paint([plain_shot(at, seed) for seed in seeds], sources)
    return [Attempt(d, "plain", s, at, sources) for d, s in zip(drawn, seeds, strict=True)]


def windows(at: Staged, seeds: Sequence[int], paint: Paint, sources: Sources) -> list[Attempt]:
    """One pass for each, in windows of one picture.

    Args:
        at: with room for them (`scenes.widening.widened_scene`).
    """
    drawn = paint([placed_shot(at, seed, "windows") for seed in seeds], sources)
    return [Attempt(d, "windows", s, at, sources) for d, s in zip(drawn, seeds, strict=True)]


def regions(
    at: Staged, seeds: Sequence[int], paint: Paint, sources: Sources, finder: Finder | None = None
) -> list[Attempt]:
    """One pass with places: the scene's boxes and masks, or where a first pass puts everybody.

    Args:
        finder: to find them with; None: the boxes.
    """
    if at.scene.places == "boxes" or finder is None:
        drawn = paint([placed_shot(at, seed) for seed in seeds], sources)
        return [Attempt(d, "regions", s, at, sources) for d, s in zip(drawn, seeds, strict=True)]
    found = [
        laid_out(at, one.pixels, finder, sources)
        for one in paint([layout_shot(at, seed) for seed in seeds], sources)
    ]
    return [
        Attempt(paint([placed_shot(own, seed)], held)[0], "regions", seed, own, held)
        for (own, held), seed in zip(found, seeds, strict=True)
    ]


def two_stage(
    at: Staged,
    seeds: Sequence[int],
    paint: Paint,
    sources: Sources,
    finder: Finder,
    refine: bool = True,
) -> list[Attempt]:
    """Layout, find, blend, refine."""
    attempts = []
    layouts = paint([layout_shot(at, seed) for seed in seeds], sources)
    for layout, seed in zip(layouts, seeds, strict=True):
        own, held = laid_out(at, layout.pixels, finder, sources)
        [drawn] = paint([placed_shot(own, seed, "noise")], held)
        attempt = Attempt(drawn, "two-stage", seed, own, held)
        attempts.append(refined(attempt, paint, finder) if refine else attempt)
    return attempts


def refined(attempt: Attempt, paint: Paint, finder: Finder) -> Attempt:
    """Everybody who is found drawn over by itself, one after the other, furthest back first."""
    at, picture = attempt.at, attempt.drawn.pixels
    masks = found_masks(at, picture, finder)
    drawn, held = attempt.drawn, attempt.sources
    for i in sorted(range(len(at.players)), key=lambda i: at.stands[i].layer):
        mask = masks[i]
        if mask is None:
            continue
        held = _holding(attempt.sources, drawn.pixels, mask)
        side = min(picture.shape[:2])
        shot = refining_shot(
            at, i, digest_of(drawn.pixels), digest_of(mask), attempt.seed + i, side
        )
        [drawn] = paint([shot], held)
    return replace(attempt, drawn=drawn, sources=held)


def laid_out(
    at: Staged, layout: Pixels, finder: Finder, sources: Sources
) -> tuple[Staged, Sources]:
    """The scene with everybody where a first picture has them; who is not found keeps its box."""
    found = found_figures(at, layout, finder)
    masks, boxes = [], []
    for i, one in enumerate(found):
        box = at.stands[i].box if one is None else in_shares(one.box, layout)
        mask = _boxed(box, layout) if one is None else mask_of(one, layout)
        masks.append(widened(mask))
        boxes.append(box)
    held = {**sources.masks, **{digest_of(mask): mask for mask in masks}}
    return at.with_masks(masks, boxes), replace(sources, masks=held)


def found_figures(at: Staged, picture: Pixels, finder: Finder) -> list[Found | None]:
    """Who stands nearest to each one's place, from left to right; None: nobody is left."""
    [found] = finder.find([picture])
    if not found:
        return [None] * len(at.players)
    places, seen = _middles(at.boxes), _middles([in_shares(one.box, picture) for one in found])
    gains = -np.abs(places[:, None, :] - seen[None, :, :]) @ np.array([1.0, 0.25])
    pairs = dict(assigned(gains))
    return [found[pairs[i]] if i in pairs else None for i in range(len(at.players))]


def found_masks(at: Staged, picture: Pixels, finder: Finder) -> list[Mask | None]:
    """Where everybody is, a little wider; None: not found."""
    found = found_figures(at, picture, finder)
    return [None if one is None else widened(mask_of(one, picture)) for one in found]


def _middles(boxes: Sequence[Box]) -> NDArray[np.float64]:
    corners = np.asarray(boxes, np.float64)
    return (corners[:, :2] + corners[:, 2:]) / 2


def _boxed(box: Box, picture: Pixels) -> Mask:
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.bool_)
    left, top, right, bottom = box
    mask[
        round(top * height) : round(bottom * height), round(left * width) : round(right * width)
    ] = True
    return mask


def _holding(sources: Sources, picture: Pixels, mask: Mask) -> Sources:
    pictures = {digest_of(picture): picture}
    return replace(sources, pictures=pictures, masks={**sources.masks, digest_of(mask): mask})
