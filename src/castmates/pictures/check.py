"""Say what a character's pictures teach and miss; changes nothing.

Files are what everybody checks; what a character cannot do later is decided by what its pictures do
not show, so this says it in words, before anything is trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from castmates.core.events import Began, Moved, Tell, silent
from castmates.core.ports import Tagger
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.coverage import axes, counted, findings_of
from castmates.pictures.findings import (
    Look,
    of_captions,
    of_count,
    of_setting,
    of_sharpness,
    of_sizes,
    of_strays,
    of_twins,
)
from castmates.pictures.fingerprints import fingerprint
from castmates.pictures.report import Finding, Report
from castmates.pictures.sharpness import sharpness

if TYPE_CHECKING:
    from castmates.families.facts import Facts

__all__ = ["Finding", "Report", "check"]

_ORDER = {"error": 0, "warning": 1, "note": 2, "good": 3}


def check(
    folder: CharacterFolder, facts: Facts, tagger: Tagger | None = None, tell: Tell = silent
) -> Report:
    """Look at every picture once and report.

    Args:
        facts: of the base that will be trained on; its native size is what pictures are held to.
        tagger: asked where a picture has no caption; None: such pictures say nothing of coverage.

    Raises:
        BadInput: a kept picture is broken, or a file of the character does not fit.
    """
    looks = _looked_at(folder, tagger, tell)
    held = {record.number for record in folder.records() if record.held_out}
    captions = [look.caption for look in looks if look.caption]
    found = [
        *of_count(len(looks)),
        *of_sizes(looks, facts.native_size),
        *of_twins(looks, held),
        *of_sharpness(looks),
        *of_captions(looks, folder.character.name, folder.character.trigger),
        *of_strays(folder),
        *of_setting(captions),
    ]
    coverage = {axis.name: counted(axis, captions) for axis in axes()}
    for axis in axes():
        found += findings_of(axis, coverage[axis.name], len(captions))
    return Report(
        character=folder.character.name,
        pictures=len(looks),
        held_out=sum(look.entry.number in held for look in looks),
        captions=sum(bool(look.entry.caption) for look in looks),
        looks=folder.character.looks,
        coverage={name: counts for name, counts in coverage.items() if counts},
        findings=tuple(sorted(found, key=lambda finding: _ORDER[finding.level])),
    )


def _looked_at(folder: CharacterFolder, tagger: Tagger | None, tell: Tell) -> list[Look]:
    entries = folder.pictures()
    tell(Began(what="checking pictures", total=len(entries), unit="pictures"))
    looks = []
    for done, entry in enumerate(entries, 1):
        pixels = images.read(entry.path)
        caption = entry.caption or ""
        if not caption and tagger is not None:
            caption = ", ".join(tag.name for tag in tagger.tags([pixels])[0])
        looks.append(
            Look(
                entry=entry,
                width=pixels.shape[1],
                height=pixels.shape[0],
                print=fingerprint(pixels),
                sharpness=sharpness(pixels),
                caption=caption,
            )
        )
        tell(Moved(what="checking pictures", done=done))
    return looks
