"""What the oracle reads in the pictures of a study, as values that can be kept; knows no score.

True likeness has the scale of the chooser, slot by slot: 0 is how often the base alone is right
where the character is asked for, 1 how often the oracle reads the slot rightly on the character's
real pictures. Slots in which these two hardly differ say nothing (a fox for "fox" is one; a mark
that the oracle misses on real pictures, too), and the clothes nothing where others are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from castmates.core.types import Value
from castmates.judging.cells import Cell, Study, StudyPrompt
from castmates.judging.readings import Coordinates
from storybook.oracle.identity import agreement, is_true
from storybook.oracle.reading import Reading
from storybook.oracle.slots import CLOTHES, IDENTITY
from storybook.world.values import Character

LEAK = "leak"
WEARS = "accessory"
APART = 0.3
"""A slot is told where the real pictures are right so much more often than the base."""
WORN = ("outfit", "outfit_colour")
Slots = Mapping[str, bool]
"""Identity slot -> whether it is the character's; without what a picture does not show."""


class Truth(Value):
    """What is true of one drawn picture.

    Attributes:
        slots: of whoever is there; nobody there: all wrong.
        obeyed: share of what the prompt wants that is true; None: nothing that can be seen.
        persons: how many characters are there.
        worn: of a prompt for an accessory, whether that is there; None: it cannot be seen.
    """

    name: str
    epoch: int
    strength: float
    prompt: str
    seed: int
    family: str
    slots: Mapping[str, bool] = {}
    obeyed: float | None = None
    persons: int = 1
    worn: bool | None = None


class Truths(Value):
    """Of all pictures of a study: `truth.json` beside its scores; real: of the real pictures."""

    character: str
    cells: tuple[Truth, ...]
    real: tuple[Mapping[str, bool], ...]


class ArmTruth(Value):
    """What is true of an arm, 0..1: 0 as the base alone, 1 as the character's real pictures.

    Attributes:
        alike: how far it went from stranger to character: the mean over the slots told.
        obeyed: share of what was asked that is there; kept: that, as a share of the base's.
        leaked: as `alike`, of the pictures whose words have the class and no trigger.
        fused: how much of the own clothes is on where others are asked for; None: cannot be told.
        fell: share of the pictures with nobody or several, beyond the base's.
        lost: share of the accessories that the base draws when asked, and that are not there.
    """

    alike: float
    obeyed: float
    kept: float
    leaked: float
    fused: float | None
    fell: float
    lost: float = 0.0


def truths_of(
    who: Character,
    study: Study,
    drawn: Sequence[Cell],
    read: Sequence[Reading],
    real: Sequence[Reading],
) -> Truths:
    """What was read of each drawn cell, and of the real pictures."""
    return Truths(
        character=who.name,
        cells=tuple(
            _truth(who, study.prompt(cell.prompt), cell, one)
            for cell, one in zip(drawn, read, strict=True)
        ),
        real=tuple(_slots(who, one) for one in real),
    )


def _truth(who: Character, prompt: StudyPrompt, cell: Cell, reading: Reading) -> Truth:
    told = [is_true(reading, tag) for tag in prompt.wants]
    told += [None if (one := is_true(reading, tag)) is None else not one for tag in prompt.avoids]
    seen = [bool(one) for one in told if one is not None]
    return Truth(
        name=cell.name,
        epoch=cell.epoch,
        strength=cell.strength,
        prompt=cell.prompt,
        seed=cell.seed,
        family=prompt.family,
        slots=_slots(who, reading),
        obeyed=fmean(seen) if seen else None,
        persons=reading.count,
        worn=is_true(reading, prompt.wants[0]) if prompt.family == WEARS and prompt.wants else None,
    )


def _slots(who: Character, reading: Reading) -> dict[str, bool]:
    if not reading.persons:
        return dict.fromkeys(IDENTITY, False)
    return agreement(reading.persons[0], reading.framing, who)


def arms_of(truths: Truths) -> dict[Coordinates, ArmTruth]:
    """Epoch and strength -> what is true of it. The base's pictures must be among the truths."""
    by_arm: dict[Coordinates, list[Truth]] = {}
    for one in truths.cells:
        by_arm.setdefault((one.epoch, one.strength), []).append(one)
    base = by_arm.pop((0, 0.0))
    real = _rates(truths.real)
    return {arm: _arm(some, base, real) for arm, some in sorted(by_arm.items())}


def _arm(some: Sequence[Truth], base: Sequence[Truth], real: Mapping[str, float]) -> ArmTruth:
    asked, usual = _obeyed(some), _obeyed(base)
    fused = _gone(_dressed(some), _dressed(base), real)
    return ArmTruth(
        alike=_gone(_called(some), _called(base), real) or 0.0,
        obeyed=asked,
        kept=min(1.0, asked / max(usual, 1e-6)),
        leaked=_gone(_leaked(some), _leaked(base), real) or 0.0,
        fused=fused,
        fell=_strange(some) - _strange(base),
        lost=_lost(some, base),
    )


def _lost(some: Sequence[Truth], base: Sequence[Truth]) -> float:
    asked = {(one.prompt, one.seed) for one in base if one.worn}
    gone = [not one.worn for one in some if (one.prompt, one.seed) in asked]
    return fmean(gone) if gone else 0.0


def _gone(some: Sequence[Slots], base: Sequence[Slots], real: Mapping[str, float]) -> float | None:
    """How far pictures went from the base to the real ones: mean over the slots told."""
    own, usual = _rates(some), _rates(base)
    told = [slot for slot in real if real[slot] - usual.get(slot, 1.0) >= APART]
    parts = [(own.get(s, 0.0) - usual[s]) / (real[s] - usual[s]) for s in told]
    return fmean(min(1.0, max(0.0, part)) for part in parts) if parts else None


def _rates(some: Iterable[Slots]) -> dict[str, float]:
    seen: dict[str, list[bool]] = {}
    for one in some:
        for slot, right in one.items():
            seen.setdefault(slot, []).append(right)
    return {slot: fmean(right) for slot, right in seen.items()}


def _called(some: Sequence[Truth]) -> list[Slots]:
    return [
        {s: v for s, v in one.slots.items() if one.family != "outfit" or s not in CLOTHES}
        for one in some
        if one.family != LEAK
    ]


def _leaked(some: Sequence[Truth]) -> list[Slots]:
    return [one.slots for one in some if one.family == LEAK]


def _dressed(some: Sequence[Truth]) -> list[Slots]:
    dressed = [one.slots for one in some if one.family == "outfit"]
    return [{s: v for s, v in one.items() if s in WORN} for one in dressed]


def _obeyed(some: Sequence[Truth]) -> float:
    told = [one.obeyed for one in some if one.obeyed is not None and one.family != LEAK]
    return fmean(told) if told else 0.0


def _strange(some: Sequence[Truth]) -> float:
    return fmean(float(one.persons != 1) for one in some if one.family != LEAK)
