"""Whether the pictures, masks and upscalers that shots name are at hand, and fit; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator

from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.events import Warned
from castmates.core.near import did_you_mean
from castmates.drawing.batches import Job
from castmates.drawing.image_to_image import MOST_STEPS
from castmates.drawing.inpaint import soft
from castmates.drawing.shots import ExtendedShot, Hires, Inpaint, Start
from castmates.drawing.sources import BUILT_IN, Sources

_MOST_SIDE = 8192
_SEEN = 0.5
"""A mask of which less than this is seen anywhere was thinned away by its soft edge."""


def misfits_of(at: Job, sources: Sources) -> Iterator[CastmatesError]:
    """What of a job is not there, or does not go together."""
    if at.start is not None and at.hires is not None:
        yield Unfit(
            "Hires fix begins with words, not with a picture.",
            "Leave --hires or --image out; a picture is enlarged by: castmates upscale.",
        )
    if at.start is not None and at.start.strength < 1.0:
        yield from _picture(at.start, sources)
    if at.start is not None and at.start.mask is not None:
        yield from _mask(at.start, at.start.mask, sources)
    yield from _drawn_places(at, sources)
    if at.hires is not None and at.second is not None:
        yield from _hires(at.hires, at.second, sources)


def thin_mask(at: Job, sources: Sources) -> Warned | None:
    """A word about a mask of which its soft edge leaves little."""
    mask = at.start.mask if at.start is not None else None
    found = sources.masks.get(mask.picture) if mask is not None else None
    if mask is None or found is None or soft(found, mask.blur).max() >= _SEEN:
        return None
    what = f"The mask is so narrow that a blur of {mask.blur:g} px leaves little of it."
    return Warned(what=what, fix="Lower the blur (--mask-blur), or widen the mask.")


def _picture(start: Start, sources: Sources) -> Iterator[CastmatesError]:
    if start.picture not in sources.pictures:
        known = f" ({start.picture})" if start.picture else ""
        yield Missing(
            f"It begins with another picture{known}, which is not at hand.",
            "Give it: --image FILE; or draw from the words alone: --strength 1.",
        )


def _mask(start: Start, mask: Inpaint, sources: Sources) -> Iterator[CastmatesError]:
    found = sources.masks.get(mask.picture)
    picture = sources.pictures.get(start.picture)
    if found is None:
        known = f" ({mask.picture})" if mask.picture else ""
        yield Missing(f"Its mask{known} is not at hand.", "Give it: --mask FILE")
    elif picture is None and start.strength == 1.0:
        yield Missing("A mask wants the picture that it keeps.", "Give it: --image FILE")
    elif picture is not None and found.shape != picture.shape[:2]:
        yield BadInput(
            f"The mask is {_size(found.shape)}, its picture {_size(picture.shape)}.",
            "Make the mask as large as the picture.",
        )
    elif not found.any():
        yield BadInput("The mask is black all over: nothing would be drawn.", "Paint it white.")


def _drawn_places(at: Job, sources: Sources) -> Iterator[CastmatesError]:
    places = at.shot.places if isinstance(at.shot, ExtendedShot) else None
    for number, one in enumerate(places.regions if places is not None else (), 1):
        if not one.mask:
            continue
        if one.mask not in sources.masks:
            yield Missing(
                f"The mask of region {number} ({one.mask}) is not at hand.", "Name its file."
            )
        elif not sources.masks[one.mask].any():
            yield BadInput(f"The mask of region {number} is black all over.", "Paint it white.")


def _hires(hires: Hires, second: Job, sources: Sources) -> Iterator[CastmatesError]:
    size = second.size
    if max(size.width, size.height) > _MOST_SIDE:
        yield BadInput(
            f"Hires fix by {hires.scale:g} gives {size.width}x{size.height} pixels; at most "
            f"{_MOST_SIDE} a side are drawn.",
            "Lower --hires.",
        )
    if second.steps > MOST_STEPS:
        yield BadInput(
            f"{second.drawn_steps} steps at a denoising strength of {hires.strength:g} are the "
            f"end of {second.steps} steps; at most {MOST_STEPS} can be laid out.",
            "Take a higher strength or fewer steps.",
        )
    if hires.upscaler not in BUILT_IN and hires.upscaler not in sources.upscalers:
        near = did_you_mean(hires.upscaler, [*BUILT_IN, *sources.upscalers])
        yield Missing(
            f"No upscaler '{hires.upscaler}' is at hand.",
            f"Name its file: --hires-upscaler models/4x.safetensors. {near}",
        )


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"
