"""The verb `check`: what the pictures teach and miss, measured against the base in use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from castmates.backends.taggers import identity, thresholds_of
from castmates.core.errors import Unfit
from castmates.core.events import Tell, silent
from castmates.families.base import Base
from castmates.families.shelf import STORYBOOK, facts_of, folder_of
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.writing import write_text
from castmates.pictures.check import Report
from castmates.pictures.check import check as check_pictures
from castmates.studio.check_page import render
from castmates.studio.means import means_of
from castmates.studio.models import base_name, pictures_of


def check(
    studio: Studio,
    name: str,
    *,
    base: str | None = None,
    plan: str = "",
    tagger: str = "",
    finder: str = "",
    tell: Tell = silent,
) -> Report:
    """One report over a character's pictures; nothing but `check.json` is written.

    Args:
        plan: what the set is held against (`pictures/plans.toml`); "": by the number of pictures.
        tagger, finder: names of the shelves; "": ours on the storybook base, "none": nobody.

    Raises:
        Missing: no such character, or it has no pictures.
        BadInput: the base is not a base, or there is no such plan, tagger or finder.
    """
    folder = studio.character(name)
    pictures_of(folder)
    wanted = base_name(studio, folder.character, base)
    facts = facts_of(wanted)
    means = means_of(
        studio,
        name,
        folder_of(wanted)[0],
        drawn=wanted == STORYBOOK,
        limit=facts.max_tokens,
        tagger=tagger,
        finder=finder,
        plan=plan,
    )
    asked = means.tagger_name
    if asked:
        # A tagging's answers are remembered by the same name, so nothing is asked twice.
        means = replace(means, tagger_name=identity(asked), thresholds=thresholds_of(asked))
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
