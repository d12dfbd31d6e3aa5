"""Which arms may win, and which of them are equal; names no winner and says no sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from castmates.core.types import Value
from castmates.judging.cells import Study
from castmates.judging.intervals import wilson
from castmates.judging.measures.obedience import Check, passed
from castmates.judging.race.figures import Reading, Table
from castmates.judging.scores import ArmScore, CellScore, Scores
from castmates.judging.utility import EQUAL, worth

SURE = 4
"""Pictures behind a gate before it counts in a race: of two pictures both may be odd."""


class Rules(Value):
    """What counts as enough. All but `few` are shares or calibrated likeness, 0..1.

    Attributes:
        keep: an arm must keep an accessory at least this often, as a share of how often the base
            alone draws it.
        base_draws: accessories that the base alone draws more rarely than this cannot rule out.
        copied: an arm with more pictures than this nearer to a training picture than every new
            real picture is, is ruled out.
        equal: utilities closer than this are equal.
        good, fair: what obedience must reach for that verdict; like_good, like_fair: likeness.
        sure: what the lower end of likeness's interval must reach for "good".
        few: with fewer pictures of the pick than this nothing is known.
        wide: a likeness interval wider than this says nothing.
    """

    keep: float = 0.5
    base_draws: float = 0.3
    copied: float = 0.5
    equal: float = EQUAL
    good: float = 0.7
    fair: float = 0.4
    like_good: float = 0.5
    like_fair: float = 0.3
    sure: float = 0.35
    few: int = 4
    wide: float = 0.9


class RuledOut(Value):
    """An arm that may not be chosen: the gate's name, what happened, and what helps."""

    epoch: int
    strength: float
    why: str
    reason: str = ""
    remedy: str = ""


def key(arm: ArmScore) -> tuple[int, float]:
    """Epoch and strength."""
    return (arm.epoch, arm.strength)


def obeys(arm: ArmScore) -> float:
    """An arm's obedience; 0 where nothing was asked."""
    return arm.obedience or 0.0


def utility(arm: ArmScore) -> float:
    """What an arm is worth, by what it draws because it was asked (else by its obedience)."""
    asked = arm.flexibility if arm.flexibility is not None else arm.obedience
    return worth(arm.likeness, asked)


def equal_best(arms: Sequence[ArmScore], rules: Rules | None = None) -> list[ArmScore]:
    """The arms whose utility cannot be told from the highest."""
    rules = rules or Rules()
    top = max(utility(arm) for arm in arms)
    return [arm for arm in arms if utility(arm) >= top - rules.equal - 1e-9]


def are_flat(arms: Sequence[ArmScore], scores: Scores, rules: Rules) -> bool:
    """Whether arms of a grid differ by no more than `equal` once noise is taken off, and whether
    the pictures were enough to see such a difference."""
    if len(arms) < 2:
        return False
    wanted = {key(arm) for arm in arms}
    table = Table.of(readings_of(c for c in scores.cells if (c.epoch, c.strength) in wanted))
    apart, error = table.spread()
    return apart <= rules.equal and error <= rules.equal


def readings_of(cells: Iterable[CellScore], asked: Sequence[Check] | None = None) -> list[Reading]:
    """Scores of pictures as a race reads them.

    Args:
        asked: what prompts ask and what the base makes of it: then obedience counts as far as the
            base can draw things (and only because they are asked for). None: plain obedience.
    """
    by_prompt: dict[str, list[Check]] = {}
    for check in asked or ():
        if check.usable:
            by_prompt.setdefault(check.prompt, []).append(check)
    return [
        Reading(
            epoch=cell.epoch,
            strength=cell.strength,
            prompt=cell.prompt,
            seed=cell.seed,
            likeness=cell.likeness,
            obedience=cell.obedience
            if not by_prompt
            else _kept(cell, by_prompt.get(cell.prompt, ())),
        )
        for cell in cells
    ]


def _kept(cell: CellScore, asked: Sequence[Check]) -> float | None:
    """What one picture keeps of the base's ability; its mean over pictures is an arm's."""
    if not asked:
        return None
    rates = [(check, passed(check, [cell]) or 0.0) for check in asked]
    kept = [(rate - c.unasked) / (c.asked - c.unasked) for c, rate in rates]
    return sum(kept) / len(kept)


def ruled_out(study: Study, scores: Scores, rules: Rules, least: int = 0) -> list[RuledOut]:
    """The arms that did not pass a gate: those that `judging.gates` names, and arms that lost an
    accessory which the base can draw, or that copy training pictures.

    Args:
        least: of arms with fewer pictures gates say nothing; where it is not 0, a gate wants
            `SURE` pictures of its own, and a lost accessory must be sure.
    """
    found = (_gated(study, scores, rules, arm, least > 0) for arm in scores.arms if arm.n >= least)
    return [one for one in found if one is not None]


def _gated(
    study: Study, scores: Scores, rules: Rules, arm: ArmScore, sure: bool
) -> RuledOut | None:
    gates = [gate for gate in arm.gates if not sure or gate.n >= SURE]
    if gates:
        first = gates[0]
        return _out(arm, first.gate, first.reason, first.remedy)
    kept = {(row.prompt, row.tag): row for row in arm.tags}
    base = {(row.prompt, row.tag): row.rate for row in scores.baseline.tags}
    for accessory in study.gates():
        if accessory not in kept or base.get(accessory, 0.0) < rules.base_draws:
            continue
        row = kept[accessory]
        rate = wilson(row.rate, row.n)[1] if sure else row.rate
        if rate < rules.keep * base[accessory]:
            return _out(arm, "accessory")
    if arm.copied > rules.copied and arm.copied > scores.baseline.copied:
        return _out(arm, "copying")
    return None


def _out(arm: ArmScore, why: str, reason: str = "", remedy: str = "") -> RuledOut:
    return RuledOut(epoch=arm.epoch, strength=arm.strength, why=why, reason=reason, remedy=remedy)
