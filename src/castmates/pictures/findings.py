"""Turn what was measured of pictures into findings, one function a topic; opens no picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from castmates.backends.tag_families import family_of
from castmates.files import images
from castmates.files.studio import CharacterFolder, PictureEntry
from castmates.pictures.coverage import FEWEST, MOSTLY
from castmates.pictures.fingerprints import Fingerprint, twin_groups
from castmates.pictures.report import Finding, Level
from castmates.pictures.sharpness import blurry

FEW, GOOD = 8, 15
LONG = 1.6
"""Long side over short side from which a square cut loses too much."""
_SETTINGS = ("scene", "background")


@dataclass(frozen=True)
class Look:
    """What was measured of one picture."""

    entry: PictureEntry
    width: int
    height: int
    print: Fingerprint
    sharpness: float
    caption: str

    @property
    def name(self) -> str:
        return self.entry.path.name


def of_count(count: int) -> list[Finding]:
    """Few pictures make the likeness less certain."""
    if count < FEW:
        what = f"{count} pictures are few: the likeness will be less certain."
        return [Finding(level="note", what=what, fix=f"{GOOD} to 30 are good.")]
    return []


def of_sizes(looks: Sequence[Look], native: int) -> list[Finding]:
    """Pictures smaller than the base's native size, and long and narrow ones."""
    found = []
    small = [look for look in looks if min(look.width, look.height) < native]
    if small:
        least = min(small, key=lambda look: min(look.width, look.height))
        what = (
            f"{len(small)} of {len(looks)} pictures fall short of the base's {native} pixels and "
            f"will be enlarged; the smallest has {least.width}x{least.height}."
        )
        level: Level = "warning" if len(small) * 2 > len(looks) else "note"
        fix = "Use larger copies, if there are any."
        found.append(_about(level, small, what, fix))
    long = [
        look for look in looks if max(look.width, look.height) > LONG * min(look.width, look.height)
    ]
    if long:
        are = _many(len(long), "picture is", "pictures are")
        what = f"{are} long and narrow: a square cut loses much."
        found.append(_about("note", long, what, "Crop them yourself around the character."))
    return found


def of_twins(looks: Sequence[Look], held: set[int]) -> list[Finding]:
    """Near-twins count as one, and must not stand on both sides of the hold-out."""
    found = []
    for group in twin_groups([look.print for look in looks]):
        kin = [looks[index] for index in group]
        what = f"{len(kin)} pictures are nearly the same; they count as one."
        found.append(_about("note", kin, what, "Keep the best of them."))
        if 0 < sum(look.entry.number in held for look in kin) < len(kin):
            what = "A held-out picture has a near-twin that is trained on: likeness will flatter."
            fix = "Give both the same held_out in pictures.toml."
            found.append(_about("warning", kin, what, fix))
    return found


def of_sharpness(looks: Sequence[Look]) -> list[Finding]:
    """Pictures much softer than the others."""
    soft = [looks[index] for index in blurry([look.sharpness for look in looks])]
    if not soft:
        return []
    what = f"{_many(len(soft), 'picture is', 'pictures are')} much softer than the others."
    return [_about("note", soft, what, "Take blurry ones out: blur is learned as well.")]


def of_captions(looks: Sequence[Look], name: str, trigger: str) -> list[Finding]:
    """Captions that are absent or do not say the trigger."""
    without = [look for look in looks if not look.entry.caption]
    found = []
    if without:
        what = f"{len(without)} of {len(looks)} pictures go without a caption."
        found.append(_about("warning", without, what, f"Run: castmates tag {name}"))
    silent_ones = [
        look
        for look in looks
        if look.entry.caption and trigger.casefold() not in look.entry.caption.casefold()
    ]
    if silent_ones:
        say = _many(len(silent_ones), "caption does", "captions do")
        what = f"{say} not say '{trigger}', the word that calls the character."
        fix = f"Put '{trigger}' first."
        found.append(_about("warning", silent_ones, what, fix))
    return found


def of_strays(folder: CharacterFolder) -> list[Finding]:
    """Picture files that have no number and so are not used."""
    if not folder.pictures_dir.is_dir():
        return []
    numbered = {entry.path.name for entry in folder.pictures()}
    strays = [
        path.name
        for path in sorted(folder.pictures_dir.iterdir())
        if path.suffix.lower() in images.SUFFIXES
        and not path.name.startswith(".")
        and path.name not in numbered
    ]
    if not strays:
        return []
    have = _many(len(strays), "file among the pictures has", "files among the pictures have")
    what = f"{have} no number and so no use here."
    fix = "Move it elsewhere and bring it in: castmates new"
    return [Finding(level="note", pictures=tuple(strays), what=what, fix=fix)]


def of_setting(captions: Sequence[str]) -> list[Finding]:
    """One scene or background behind nearly all pictures becomes part of the character."""
    if len(captions) < FEWEST:
        return []
    tags = [{tag.strip() for tag in caption.split(",")} for caption in captions]
    counts = Counter(t for each in tags for t in each if family_of(t) in _SETTINGS)
    for tag, count in counts.most_common(1):
        if count >= MOSTLY * len(captions):
            what = f"{count} of {len(captions)} pictures have the same behind them: {tag}."
            fix = "Add pictures in other places, or it will come along everywhere."
            return [Finding(level="note", what=what, fix=fix)]
    return []


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _about(level: Level, looks: Sequence[Look], what: str, fix: str) -> Finding:
    return Finding(level=level, pictures=tuple(look.name for look in looks), what=what, fix=fix)
