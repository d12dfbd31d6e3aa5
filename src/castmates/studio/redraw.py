"""The verb `draw --from`: a picture again, from what it says of itself."""

from __future__ import annotations

from pathlib import Path

from castmates.core.errors import Missing
from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Shot, Value
from castmates.drawing.found import texts_of
from castmates.drawing.image_to_image import is_too_large, size_near
from castmates.drawing.infotext import adapters_of
from castmates.drawing.painter import Painter
from castmates.drawing.redraw import Again, again
from castmates.drawing.shots import ExtendedShot
from castmates.drawing.sources import Sources
from castmates.families.base import Base
from castmates.families.shelf import STORYBOOK
from castmates.files.reading import read_bytes
from castmates.files.studio import Studio
from castmates.studio.draw import Course, Picture, bring_files, draw_shots
from castmates.studio.draw_extras import Extras, demand_company, sources_of, with_extras
from castmates.studio.honoured import Honoured, with_known
from castmates.studio.inversions import bring_inversions
from castmates.studio.models import base_name, take_base


class Changes(Value):
    """What shall be otherwise than in the picture; None: nothing.

    Attributes:
        number: pictures, from the seed on.
    """

    negative: str | None = None
    number: int = 1
    seed: int | None = None
    course: Course = Course()
    extras: Extras = Extras()


def redraw(
    studio: Studio,
    picture: Path,
    changes: Changes | None = None,
    *,
    base: str | None = None,
    into: Path | None = None,
    precise: bool = False,
    tell: Tell = silent,
) -> list[Picture]:
    """Draw a picture again from our JSON inside it, else from anybody's infotext.

    A picture that castmates drew in float32 is drawn in float32, and is the same to the bit on the
    same machine. What it began with is looked for where drawings keep it, beside the picture and in
    the studio. What cannot be honoured, another base, other adapters and other pictures to begin
    with are told.

    Raises:
        Missing: no such file, or an adapter of the picture is not in this studio, or the picture,
            mask or upscaler that it was drawn with is not at hand.
        BadInput: it is no picture, or does not say how it was made.
    """
    if not picture.is_file():
        raise Missing(f"There is no file '{picture}'.", "Check the path.")
    changes = changes or Changes()
    found = again(texts_of(read_bytes(picture)))
    for what in found.unread:
        tell(Warned(what=what))
    said = changes.course.said()
    if changes.negative is not None:
        said["negative"] = changes.negative
    seed = found.shot.seed if changes.seed is None else changes.seed
    demand_company(changes.extras, found.shot)
    extras = with_known(studio, changes.extras, found.shot)
    changes = changes.model_copy(update={"extras": extras})
    folders = (picture.parent, into or studio.drawings, studio.drawings)
    sources = sources_of(changes.extras, found.shot, folders)
    shots = _shots(found.shot.model_copy(update=said), seed, changes, sources)
    here = Honoured(studio, tell)
    own = STORYBOOK if found.model[0] == STORYBOOK else here.base(found) if base is None else None
    opened = take_base(base_name(studio, None, base or own), tell, studio, changes.extras.vae)
    files = here.adapters(adapters_of(found.shot), found.hashes, opened.facts.family)
    hashes = bring_files(opened, files)
    bring_inversions(opened, here.inversions(found, changes.negative, opened))
    if own in (None, STORYBOOK):
        _compare(found, opened, tell)
        shots = [_suited(shot, changes, opened, tell) for shot in shots]
    _compare_sources(found, shots[0], sources, tell)
    exact = found.origin is not None and found.origin.precision == "float32"
    painter = Painter(opened, precise=precise or exact, hashes=hashes, sources=sources)
    return draw_shots(painter, shots, into or studio.drawings, tell)


def _shots(shot: Shot, seed: int, changes: Changes, sources: Sources) -> list[Shot]:
    """The picture's shot and its sisters, of whom either the seed or the second seed counts up."""
    first = with_extras(shot, changes.extras, sources)
    varied = first.variation if isinstance(first, ExtendedShot) else None
    if varied is None or varied.strength == 0.0:
        return [first.model_copy(update={"seed": seed + i}) for i in range(changes.number)]
    first = first.model_copy(update={"seed": seed})
    seconds = [varied.model_copy(update={"seed": varied.seed + i}) for i in range(changes.number)]
    return [first.model_copy(update={"variation": one}) for one in seconds]


def _suited(shot: Shot, changes: Changes, base: Base, tell: Tell) -> Shot:
    """On another base than the picture's: in its shape, at a size that this base can draw."""
    size = shot.size
    begun = isinstance(shot, ExtendedShot) and shot.start is not None
    if size is None or begun or changes.course.size is not None:
        return shot
    if not is_too_large(size.width, size.height, base.facts):
        return shot
    near = size_near(size.width, size.height, base.facts)
    what = f"The picture is {size}; it is drawn at {near}, which suits {base.name}."
    tell(Warned(what=what, fix=f"Name the size to have it all the same: --size {size}"))
    return shot.model_copy(update={"size": near})


def _compare(found: Again, base: Base, tell: Tell) -> None:
    """Tell whether the base is not the one that the picture was drawn with."""
    name, mark = found.model
    if name and not (mark and base.fingerprint.startswith(mark)):
        what = f"The picture was drawn with the base '{name}' ({mark or 'no hash'}); "
        what += f"this is '{base.name}' ({base.fingerprint[:10]})."
        tell(Warned(what=what, fix="Name its base: --base FOLDER"))


def _compare_sources(found: Again, now: Shot, sources: Sources, tell: Tell) -> None:
    """Tell which sources are not those that the picture was drawn with."""
    if found.origin is None or not isinstance(found.shot, ExtendedShot):
        return
    was, start = found.shot.start, now.start if isinstance(now, ExtendedShot) else None
    if was is not None and start is not None:
        pairs = [("picture", was.picture, start.picture)]
        if was.mask is not None and start.mask is not None:
            pairs.append(("mask", was.mask.picture, start.mask.picture))
        for kind, before, after in pairs:
            if before != after:
                name = found.origin.files.get(before, before)
                tell(Warned(what=f"This is not the {kind} that it was drawn with ({name})."))
    for upscaler, mark in found.origin.upscalers.items():
        here = sources.upscaler_hashes(upscaler).get(upscaler)
        if here is not None and here != mark:
            tell(Warned(what=f"The upscaler '{upscaler}' here is not the one it was drawn with."))
