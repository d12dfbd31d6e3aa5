"""The verb `check`: what the pictures teach and miss, measured against the base in use."""

from __future__ import annotations

from castmates.core.errors import Unfit
from castmates.core.events import Tell, silent
from castmates.families.base import Base
from castmates.families.shelf import facts_of
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.check import Report
from castmates.pictures.check import check as check_pictures
from castmates.studio.models import base_name, pictures_of


def check(studio: Studio, name: str, *, base: str | None = None, tell: Tell = silent) -> Report:
    """One report over a character's pictures; nothing is changed.

    Raises:
        Missing: no such character, or it has no pictures.
        BadInput: the base is not a base.
    """
    folder = studio.character(name)
    pictures_of(folder)
    facts = facts_of(base_name(studio, folder.character, base))
    return check_pictures(folder, facts, tell=tell)


def fits(base: Base, folder: CharacterFolder, at_most: int = 12) -> None:
    """Refuse pictures that the base cannot draw, before anything is trained.

    A base draws only what its own VAE can hold: of photographs on the storybook base little more
    than the colours comes back, and training would spend minutes to teach mush. The median share
    of the detail that survives is held against the floor that the base states.

    Raises:
        Unfit: the pictures are of another kind than the base's.
    """
    floor = base.facts.detail_floor
    if floor is None:
        return
    entries = folder.pictures()[:at_most]
    side = base.facts.native_size
    pixels = [images.resized(images.read(e.path), images.square(side)) for e in entries]
    found = sorted(base.detail_kept(pixels))
    median = found[len(found) // 2]
    if median < floor:
        raise Unfit(
            f"The base '{base.name}' cannot draw pictures like these: it holds {median:.0%} of "
            f"their detail, {floor:.0%} are wanted. Photographs and detailed art are beyond it.",
            "Add a base that fits: --base FOLDER, a Stable Diffusion 1.x model as a diffusers "
            "folder.",
        )
