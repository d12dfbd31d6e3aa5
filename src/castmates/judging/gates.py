"""What rules an arm out: which gates it trips, why, and what helps; knows no pixels.

Gates read the measures of an arm's cells beside the base's. Their order is that of causes: an arm
that repeats its training pictures also loses the hat, but copying is what to name. A share over few
pictures must be over its limit by more than chance: the lower end of Wilson's interval counts, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from castmates.core.types import Value
from castmates.judging.cells import Study
from castmates.judging.intervals import wilson
from castmates.judging.measures.obedience import Check, controls, flexibility
from castmates.judging.readings import ArmScore, CellScore, GateName, Tripped

OBEYS = 0.6
"""An arm that draws less than this of everything else has not lost the clothes in particular."""


CHOSEN: tuple[GateName, ...] = ("style", "outfit", "leakage")
"""Gates that only shut out what another choice avoids: they are habits, no damage."""
AS_ALIKE = 0.9
"""An arm with this share of another's likeness is one to take in its place."""


class Limits(Value):
    """What is too much. All are shares or calibrated measures, 0..1.

    Attributes:
        collapsed: share of pictures that fell apart, beyond the base's.
        copy, copies: a picture is a copy from this CP on; share of copies beyond the base's.
        scene, scenes: the same for the scenes behind the figure.
        style: mean shift of style; outfit: mean of own clothes where others are asked for.
        diversity: effective pictures per prompt, as a share of the base's.
        leakage: how far the class word alone may go towards the character.
        alike: likeness below this is that of a stranger still.
        keep: how much of the base's ability to draw an accessory must be left.
    """

    collapsed: float = 0.05
    copy_: float = 0.7
    copies: float = 0.2
    scene: float = 0.5
    scenes: float = 0.15
    style: float = 0.5
    outfit: float = 0.5
    diversity: float = 0.25
    leakage: float = 0.3
    alike: float = 0.3
    keep: float = 0.5


@dataclass(frozen=True)
class Arm:
    """What the gates look at: an arm's cells, the base's, the checks, and the arm's likeness."""

    study: Study
    cells: Sequence[CellScore]
    base: Sequence[CellScore]
    checks: Sequence[Check]
    likeness: float
    limits: Limits = field(default_factory=Limits)

    def values(self, measure: str, base: bool = False) -> list[float]:
        """A measure's numbers over the cells that it says something about."""
        some = self.base if base else self.cells
        return [cell.measures[measure] for cell in some if measure in cell.measures]


def tripped(arm: Arm) -> tuple[Tripped, ...]:
    """The gates that an arm does not pass, the cause first."""
    return tuple(found for gate in GATES if (found := gate(arm)) is not None)


def spared(arms: Sequence[ArmScore]) -> list[ArmScore]:
    """Arms with a habit that what one would take in their place has too keep it: it is told.

    An adapter whose captions all name the class teaches the class; then every epoch leaks as far as
    it is alike, and to shut the leaking ones out leaves those that learned nothing. So with the
    pictures' style, and with clothes that no picture is without.
    """
    sound = [arm for arm in arms if {gate.gate for gate in arm.gates} <= set(CHOSEN)]
    instead = {
        habit: max((arm.likeness for arm in sound if _is_free(arm, habit)), default=0.0)
        for habit in CHOSEN
    }
    return [_spared(arm, instead) for arm in arms]


def _is_free(arm: ArmScore, habit: GateName) -> bool:
    """Whether an arm was asked for a habit and has it not."""
    return habit in arm.measures and all(gate.gate != habit for gate in arm.gates)


def _spared(arm: ArmScore, instead: Mapping[GateName, float]) -> ArmScore:
    told = tuple(
        gate for gate in arm.gates if instead.get(gate.gate, 1.0) < AS_ALIKE * arm.likeness
    )
    gates = tuple(gate for gate in arm.gates if gate not in told)
    return arm.model_copy(update={"gates": gates, "told": told}) if told else arm


def _collapse(arm: Arm) -> Tripped | None:
    share = _over(arm, "collapse", 0.5, arm.limits.collapsed)
    if share is None:
        return None
    return Tripped(
        gate="collapse",
        value=share,
        limit=arm.limits.collapsed,
        n=len(arm.values("collapse")),
        reason=f"{_percent(share)} of the pictures fall apart.",
        remedy="Use less strength or an earlier epoch; lower the learning rate.",
    )


def _copying(arm: Arm) -> Tripped | None:
    share = _over(arm, "copying", arm.limits.copy_, arm.limits.copies)
    if share is None:
        return None
    return Tripped(
        gate="copying",
        value=share,
        limit=arm.limits.copies,
        n=len(arm.values("copying")),
        reason=f"{_percent(share)} of the pictures repeat a training picture{_which(arm)}.",
        remedy="Use an earlier epoch or less strength; write captions that differ, train shorter.",
    )


def _background(arm: Arm) -> Tripped | None:
    share = _over(arm, "background", arm.limits.scene, arm.limits.scenes)
    if share is None:
        return None
    return Tripped(
        gate="background",
        value=share,
        limit=arm.limits.scenes,
        n=len(arm.values("background")),
        reason=f"The scene of a training picture returns in {_percent(share)} of the pictures.",
        remedy="Name the backgrounds in the captions, vary or simplify them, or train with masks.",
    )


def _style(arm: Arm) -> Tripped | None:
    values = arm.values("style")
    mean = float(np.mean(values)) if values else 0.0
    if not values or mean <= arm.limits.style:
        return None
    return Tripped(
        gate="style",
        value=mean,
        limit=arm.limits.style,
        n=len(values),
        reason="Everything is drawn in the style of the training pictures, asked or not.",
        remedy="Name the style in the captions, add pictures in other styles, use less strength.",
    )


def _outfit(arm: Arm) -> Tripped | None:
    values = arm.values("outfit") or _undressed(arm)
    mean = float(np.mean(values)) if values else 0.0
    if not values or mean <= arm.limits.outfit:
        return None
    return Tripped(
        gate="outfit",
        value=mean,
        limit=arm.limits.outfit,
        n=len(values),
        reason="Its own clothes stay on where others are asked for.",
        remedy="Name the clothes in the captions, add pictures in others, use less strength.",
    )


def _undressed(arm: Arm) -> list[float]:
    """How much of the base's ability to draw other clothes is lost, where all else is drawn; for
    taggers that cannot see the own clothes."""
    families = {prompt.label: prompt.family for prompt in arm.study.prompts}
    kept = flexibility(arm.study, arm.checks, arm.cells)
    clothes = [value for label, value in kept.items() if families[label] == "outfit"]
    others = [value for label, value in kept.items() if families[label] != "outfit"]
    if not clothes or not others or np.mean(others) < OBEYS:
        return []
    return [1.0 - value for value in clothes]


def _leakage(arm: Arm) -> Tripped | None:
    values = arm.values("leakage")
    mean = float(np.mean(values)) if values else 0.0
    if not values or mean <= arm.limits.leakage:
        return None
    return Tripped(
        gate="leakage",
        value=mean,
        limit=arm.limits.leakage,
        n=len(values),
        reason="The class word alone already draws the character: strangers are none any more.",
        remedy="Train with pictures of the class, shorter, or without the text encoder.",
    )


def _diversity(arm: Arm) -> Tripped | None:
    values = arm.values("diversity")
    mean = float(np.mean(values)) if values else 1.0
    if not values or mean >= arm.limits.diversity:
        return None
    return Tripped(
        gate="diversity",
        value=mean,
        limit=arm.limits.diversity,
        n=len(values),
        reason="Nearly the same picture comes out, whatever is asked for.",
        remedy="Use less strength or an earlier epoch; add pictures that differ more.",
    )


def _under_trained(arm: Arm) -> Tripped | None:
    if arm.likeness >= arm.limits.alike:
        return None
    return Tripped(
        gate="under-trained",
        value=arm.likeness,
        limit=arm.limits.alike,
        n=len(arm.cells),
        reason="It is still more of a stranger than the character.",
        remedy="Train longer, or use more strength.",
    )


def _accessory(arm: Arm) -> Tripped | None:
    """One that is marked, or on the mean over all prompts for one."""
    marked = set(arm.study.gates())
    for check, kept in _kept(arm, marked).items():
        if kept < arm.limits.keep:
            return _lost(arm, [check], kept)
    worn = {(p.label, p.wants[0]) for p in arm.study.prompts if p.family == "accessory" and p.wants}
    every = _kept(arm, worn)
    mean = float(np.mean(list(every.values()))) if len(every) > 1 else 1.0
    if mean < arm.limits.keep:
        return _lost(arm, [one for one, kept in every.items() if kept < arm.limits.keep], mean)
    return None


def _kept(arm: Arm, asked: Set[tuple[str, str]]) -> dict[Check, float]:
    """Of (prompt, tag): how much of what the base draws is left, where it can and was asked to."""
    some = [c for c in arm.checks if c.wanted and c.usable and (c.prompt, c.tag) in asked]
    found = {check: check.kept(arm.cells, controls(arm.study, check.tag)) for check in some}
    return {check: kept for check, kept in found.items() if not np.isnan(kept)}


def _lost(arm: Arm, checks: Sequence[Check], kept: float) -> Tripped:
    names = [check.tag.replace("_", " ") for check in checks]
    gets = "gets" if len(names) == 1 else "get"
    prompts = {check.prompt for check in checks}
    return Tripped(
        gate="accessory",
        value=kept,
        limit=arm.limits.keep,
        n=sum(cell.prompt in prompts for cell in arm.cells),
        reason=f"The {' and the '.join(names)} {gets} lost.",
        remedy="Use less strength or an earlier epoch; caption what may change.",
    )


GATES: tuple[Callable[[Arm], Tripped | None], ...] = (
    _collapse,
    _diversity,
    _copying,
    _background,
    _style,
    _under_trained,
    _outfit,
    _leakage,
    _accessory,
)
"""In the order of causes."""


def _over(arm: Arm, measure: str, from_: float, limit: float) -> float | None:
    """The share of cells beyond `from_`, if it is over the base's by more than limit and chance."""
    values = [value > from_ for value in arm.values(measure)]
    if not values:
        return None
    usual = arm.values(measure, base=True)
    base = float(np.mean([value > from_ for value in usual])) if usual else 0.0
    share = float(np.mean(values))
    surely = wilson(share, len(values))[0]
    return share if share > base + limit and surely > min(base + limit, 0.5) else None


def _which(arm: Arm) -> str:
    """Which training picture returns most often, if one does."""
    limit = arm.limits.copy_
    near = [
        cell.nearest
        for cell in arm.cells
        if cell.nearest is not None and cell.measures.get("copying", 0.0) > limit
    ]
    return f", most often number {max(set(near), key=near.count) + 1} of them" if near else ""


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
