"""Turn what was measured of pictures into findings, one function a topic; opens no picture."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.damage import BLOCKY
from castmates.pictures.looking import Look
from castmates.pictures.prints import Print
from castmates.pictures.report import Finding, Level, Twins
from castmates.pictures.sharpness import SOFT, blurry
from castmates.pictures.sizes import Needs
from castmates.pictures.twins import clusters

FEW = 8
LONG = 1.6
"""Long side over short side from which a square cut loses too much."""
_NEAR_SHAPE, _IN_SHAPE = 0.12, 0.3
_MASK = ".mask.png"
_TOLD_KINDS = ("mirrored", "shifted", "cropped")


def of_count(count: int, few: int = FEW, good: str = "15 to 30 are good.") -> list[Finding]:
    """Few pictures make what is learned less certain.

    Args:
        few: under so many they are few. good: how many are not, in a sentence.
    """
    if count < few:
        what = f"{count} pictures are few: the likeness will be less certain."
        return [Finding(code="few-pictures", level="note", what=what, fix=good)]
    return []


def of_sizes(looks: Sequence[Look], needs: Needs) -> list[Finding]:
    """Pictures smaller than the base needs, and long and narrow ones."""
    found = []
    small = [look for look in looks if needs.misses(look.width, look.height)]
    if small:
        least = min(small, key=lambda look: min(look.width, look.height))
        what = (
            f"{_many(len(small), 'picture falls', 'pictures fall')} short of the base's "
            f"{needs.floor} pixels and will be enlarged; the smallest has "
            f"{least.width}x{least.height}."
        )
        level: Level = "warning" if len(small) * 2 > len(looks) else "note"
        fix = "Use larger copies, if there are any"
        fix += f"; photographs of {needs.ideal} pixels are best." if needs.ideal else "."
        found.append(_about("too-small", level, small, what, fix))
    long = [
        look for look in looks if max(look.width, look.height) > LONG * min(look.width, look.height)
    ]
    if long:
        are = _many(len(long), "picture is", "pictures are")
        what = f"{are} long and narrow: a square cut loses much."
        fix = "Crop them yourself around the character."
        found.append(_about("long-and-narrow", "note", long, what, fix))
    return [*found, *_of_shape(looks, needs)]


def _of_shape(looks: Sequence[Look], needs: Needs) -> list[Finding]:
    """Few pictures in the shape that will be drawn."""
    ratio = needs.ratio
    if len(looks) < FEW or abs(ratio - 1) < 0.01:
        return []
    near = [k for k in looks if abs(k.width / k.height / ratio - 1) <= _NEAR_SHAPE]
    if len(near) >= _IN_SHAPE * len(looks):
        return []
    what = f"{len(near)} of {len(looks)} pictures have about the shape of the drawings, "
    what += f"{needs.drawing}."
    fix = "Cut a good part of them to that shape; it weighs on how well drawings are composed."
    return [Finding(code="other-shape", level="note", what=what, fix=fix)]


def twins_of(looks: Sequence[Look]) -> tuple[Twins, ...]:
    """Clusters of twins, each with the picture to keep: the largest, then the sharpest."""
    prints = [Print.read(look.measured.print) for look in looks]
    found = []
    for group, kin in clusters(prints):
        best = max(
            group,
            key=lambda i: (
                looks[i].width * looks[i].height,
                -looks[i].measured.softness,
                looks[i].measured.sharpness,
                -i,
            ),
        )
        found.append(
            Twins(
                pictures=tuple(looks[i].name for i in group),
                keeper=looks[best].name,
                kinds=tuple(k for k in _TOLD_KINDS if any(k == pair.kind for pair in kin)),
            )
        )
    return tuple(found)


def of_twins(twins: Sequence[Twins], held: set[str]) -> list[Finding]:
    """Near-twins count as one, and must not stand on both sides of the hold-out."""
    found = []
    for kin in twins:
        how = f" ({', '.join(kin.kinds)})" if kin.kinds else ""
        what = f"{len(kin.pictures)} pictures are nearly the same{how}; they count as one."
        fix = f"Keep {kin.keeper}, the best of them."
        found.append(Finding(code="twins", level="note", pictures=kin.pictures, what=what, fix=fix))
        if 0 < sum(name in held for name in kin.pictures) < len(kin.pictures):
            what = "A held-out picture has a near-twin that is trained on: likeness will flatter."
            fix = "Give both the same held_out in pictures.toml."
            found.append(
                Finding(
                    code="twin-across-hold-out",
                    level="warning",
                    pictures=kin.pictures,
                    what=what,
                    fix=fix,
                )
            )
    return found


def of_sharpness(looks: Sequence[Look]) -> list[Finding]:
    """Pictures that are blurred at the size of training, and those much softer than the others."""
    blurred = [look for look in looks if look.measured.softness >= SOFT]
    soft = [looks[i] for i in blurry([look.measured.sharpness for look in looks])]
    only_soft = [look for look in soft if look not in blurred]
    found = []
    fix = "Take blurry ones out: blur is learned as well."
    if blurred:
        what = f"{_many(len(blurred), 'picture is', 'pictures are')} blurred."
        found.append(_about("blurred", "warning", blurred, what, fix))
    if only_soft:
        are = _many(len(only_soft), "picture is", "pictures are")
        what = f"{are} much softer than the others."
        found.append(_about("softer-than-others", "note", only_soft, what, fix))
    return found


def of_exposure(looks: Sequence[Look]) -> list[Finding]:
    """Too dark, too light, washed out."""
    found = []
    for fault, fix in (
        ("too dark", "Brighten them, or take them out: details in the dark are not learned."),
        ("too light", "Darken them, or take them out: what is burnt out is not learned."),
        ("washed out", "Give them their contrast back, or pale pictures will be drawn."),
    ):
        some = [look for look in looks if look.measured.exposure.fault == fault]
        if some:
            what = f"{_many(len(some), 'picture is', 'pictures are')} {fault}."
            found.append(_about(fault.replace(" ", "-"), "note", some, what, fix))
    return found


def of_damage(looks: Sequence[Look]) -> list[Finding]:
    """Blocks of JPEG, and bars."""
    found = []
    blocky = [look for look in looks if look.measured.blockiness >= BLOCKY]
    if blocky:
        what = f"{_many(len(blocky), 'picture shows', 'pictures show')} the blocks of strong JPEG."
        fix = "Use less compressed copies; blocks are learned as texture."
        found.append(_about("jpeg-damage", "note", blocky, what, fix))
    barred = [look for look in looks if any(look.measured.bars)]
    if barred:
        what = f"{_many(len(barred), 'picture has', 'pictures have')} bars at the sides."
        found.append(
            _about("bars", "warning", barred, what, "Cut them off: drawings would get them too.")
        )
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
        and not path.name.endswith(".mask.png")
        and not path.name.endswith(_MASK)
    ]
    if not strays:
        return []
    have = _many(len(strays), "file among the pictures has", "files among the pictures have")
    what = f"{have} no number and so no use here."
    fix = "Move it elsewhere and bring it in: castmates new"
    return [Finding(code="stray-files", level="note", pictures=tuple(strays), what=what, fix=fix)]


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _about(code: str, level: Level, looks: Sequence[Look], what: str, fix: str) -> Finding:
    names = tuple(look.name for look in looks)
    return Finding(code=code, level=level, pictures=names, what=what, fix=fix)
