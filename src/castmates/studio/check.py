"""The verb `check`: what the pictures teach and miss, measured against the base in use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castmates.backends.taggers import identity, thresholds_of
from castmates.core.errors import Unfit
from castmates.core.events import Tell, silent
from castmates.families.facts import Facts
from castmates.families.fingerprint import fingerprint
from castmates.families.shelf import STORYBOOK, facts_of, fingerprint_of, folder_of, open_base
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.writing import write_text
from castmates.pictures.check import Report
from castmates.pictures.check import check as check_pictures
from castmates.pictures.kinds import WAY_OUT, in_words, is_beyond, surely_fits
from castmates.pictures.looking import Detail
from castmates.studio.check_page import render
from castmates.studio.filled import demand_pictures
from castmates.studio.means import Asked, means_of
from castmates.studio.models import base_name

if TYPE_CHECKING:
    from castmates.families.base import Base


def check(
    studio: Studio,
    name: str,
    asked: Asked | None = None,
    *,
    base: str | None = None,
    tell: Tell = silent,
) -> Report:
    """One report over a character's pictures; nothing but `check.json` is written.

    Args:
        asked: whom to ask, and what the pictures are held against; None: the usual.

    Raises:
        Missing: no such character, or it has no pictures.
        BadInput: the base is not a base, or there is no such plan, goal, tagger or finder.
    """
    folder = studio.character(name)
    demand_pictures(folder)
    wanted = base_name(studio, folder.character, base)
    facts = facts_of(wanted)
    means = means_of(
        studio,
        name,
        folder_of(wanted)[0],
        asked or Asked(),
        drawn=wanted == STORYBOOK,
        limit=facts.max_tokens,
    )
    tagger = means.tagger_name
    means = replace(means, same_kind=tagger in ("", STORYBOOK), **_detail_of(wanted, facts))
    if tagger:
        # A tagging's answers are remembered by the same name, so nothing is asked twice.
        means = replace(means, tagger_name=identity(tagger), thresholds=thresholds_of(tagger))
    return check_pictures(folder, facts, means, tell=tell)


def write_page(studio: Studio, name: str, report: Report, base: str | None = None) -> Path:
    """The report as a page with thumbnails, `cast/<name>/check.html`; returns where it lies.

    Raises:
        CastmatesError: the disk is full, read-only or forbidden.
    """
    folder = studio.character(name)
    page = folder.path / "check.html"
    called = base_name(studio, folder.character, base)
    write_text(page, render(report, folder, folder_of(called)[1]))
    return page


def fits(base: Base, folder: CharacterFolder, at_most: int = 12) -> None:
    """Refuse pictures that the base cannot draw, before anything is trained.

    A base draws only what its own VAE can hold: of photographs on the storybook base little more
    than the colours comes back, and training would spend minutes to teach mush. The median share
    of the detail that survives is held against the floor that the base states; as soon as it
    cannot fall under that any more, the others are not measured.

    Raises:
        Unfit: the pictures are of another kind than the base's.
    """
    floor = base.facts.detail_floor
    if floor is None:
        return
    entries, detail = folder.pictures()[:at_most], _detail(base)
    kept: list[float] = []
    for entry in entries:
        kept += detail([images.read(entry.path)])
        if surely_fits(kept, floor, len(entries)):
            return
    if is_beyond(kept, floor):
        raise Unfit(in_words(kept, floor, base.name), WAY_OUT)


def _detail(base: Base) -> Detail:
    side = images.square(base.facts.native_size)
    return lambda pictures: base.detail_kept([images.resized(one, side) for one in pictures])


def _detail_of(name: str, facts: Facts) -> dict[str, Any]:
    """What `Means` must know to judge the kind of the pictures; nothing for a base that takes any.

    The base is opened only when a picture is new to it: it takes seconds.
    """
    if facts.detail_floor is None:
        return {}
    folder, called = folder_of(name)
    return {
        "detail": lambda: _detail(open_base(name)),
        "base_name": fingerprint_of(name) if folder.is_file() else fingerprint(folder, ("vae",)),
        "base_called": called,
        "detail_floor": facts.detail_floor,
    }
