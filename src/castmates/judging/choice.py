"""Chooses epoch and strength from scores, or says that none is good; knows no pictures.

Three axes are kept apart and never averaged into one similarity: likeness must be there but
*saturates* (beyond "as alike as real pictures" more similarity is a sign of copying), obedience
must be there, copying and a lost accessory rule an arm out. The utility is a harmonic mean, so
that one axis cannot buy the other. Arms whose utility is within .02 count as equal: the lower
strength wins, then the earlier epoch (less drift, more room for mixing). Same scores, same choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from castmates.core.events import Made, Tell, silent
from castmates.core.types import Choice, Value
from castmates.files import settings
from castmates.files.studio import StudyFolder
from castmates.judging import reasons
from castmates.judging.cells import Study
from castmates.judging.eligible import (
    RuledOut,
    Rules,
    are_flat,
    equal_best,
    key,
    obeys,
    ruled_out,
    utility,
)
from castmates.judging.scores import ArmScore, Scores
from castmates.judging.utility import STILL, flexible

__all__ = [
    "Decision",
    "RuledOut",
    "Rules",
    "Standing",
    "Won",
    "answer",
    "choose",
    "decide",
    "obeys",
    "utility",
    "write",
]

UNDER = "under-trained"
"""The gate that more training opens; all others ask for something else."""
Verdict = Literal["good", "fair", "poor"]
Outcome = Literal["pick", "equal", "none-good", "not-enough-evidence"]
"""What came of it: one is best; all are equal and the gentlest was taken; none is good; too little
was seen to say."""


class Standing(Value):
    """An arm in a few figures, for runners-up."""

    epoch: int
    strength: float
    likeness: float
    obedience: float
    says: str


class Decision(Value):
    """A choice and what surrounds it: `choice.toml`.

    Attributes:
        pick: the recommendation; its `reasons` are plain sentences, the first one is `sentence`.
        sentence: the recommendation in one sentence.
        advice: what to do if the verdict is not "good", and about what no choice avoids.
        outcome: pick, equal (the gentlest of equals was taken), none-good or not-enough-evidence.
        most_like: highest likeness among arms that still obey (obedience >= .7 of the best).
        most_flexible: highest obedience among arms that are still alike, likewise.
        last: the last epoch, which people would use without a study.
        lowest: the epoch with the lowest loss, which people would use who trust it; not there
            where no loss is known, or where it is the last one.
        under, over: an arm with less and one with more of the adapter than the pick, to look at.
        equals: epoch and strength of those that count as good as the pick.
        ruled_out: arms that were not allowed to win.
    """

    pick: Choice
    sentence: str
    advice: tuple[str, ...] = ()
    outcome: Outcome = "pick"
    most_like: Standing
    most_flexible: Standing
    last: Standing
    lowest: Standing | None = None
    under: Standing | None = None
    over: Standing | None = None
    equals: tuple[tuple[int, float], ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()


@dataclass(frozen=True)
class Won:
    """Who won, and among whom: what `choose` finds in a grid, and a race by racing.

    Attributes:
        winner: with the figures that are reported.
        equals: the winner, and those that count as good.
        compared: arms that were seen well enough to be named beside the winner.
        out: arms that were not allowed to win.
        flat: all that might win are equal.
        lowest: the epoch with the lowest loss.
        diagnosis: what single attributes say.
    """

    winner: ArmScore
    equals: tuple[ArmScore, ...]
    compared: tuple[ArmScore, ...]
    out: tuple[RuledOut, ...] = ()
    flat: bool = False
    lowest: int | None = None
    diagnosis: reasons.Diagnosis = field(default_factory=reasons.Diagnosis)

    @property
    def free(self) -> list[ArmScore]:
        """Those of the compared that may win; none where a gate shut out every arm."""
        banned = {(row.epoch, row.strength) for row in self.out}
        return [arm for arm in self.compared if key(arm) not in banned]


def choose(
    study: Study,
    scores: Scores,
    rules: Rules | None = None,
    lowest: int | None = None,
    diagnosis: reasons.Diagnosis | None = None,
) -> Decision:
    """Pick epoch × strength from a full grid.

    Where no prompt wants any tag, likeness chooses alone, the verdict is at most "fair", and the
    pick's obedience is 0 with the interval (0, 1): nothing is known about it.

    Args:
        lowest: the epoch with the lowest loss, named beside the last one.
        diagnosis: what single attributes say.
    """
    rules = rules or Rules()
    out = ruled_out(study, scores, rules)
    banned = {(row.epoch, row.strength) for row in out}
    free = [arm for arm in scores.arms if key(arm) not in banned]
    equals = equal_best(free or scores.arms, rules)
    won = Won(
        winner=min(equals, key=lambda arm: (arm.strength, arm.epoch)),
        equals=tuple(equals),
        compared=scores.arms,
        out=tuple(out),
        flat=len(equals) == len(free) and are_flat(free, scores, rules),
        lowest=lowest,
        diagnosis=diagnosis or reasons.Diagnosis(),
    )
    return answer(study, scores, won, rules)


def answer(study: Study, scores: Scores, won: Won, rules: Rules | None = None) -> Decision:
    """A winner with reasons, runners-up, verdict and outcome."""
    rules, winner = rules or Rules(), won.winner
    verdict = _verdict(winner, scores, rules, allowed=bool(won.free))
    outcome = _outcome(won, scores, rules, verdict)
    others = frozenset(key(arm) for arm in won.equals) - {key(winner)}
    told = reasons.Told(study=study, scores=scores, pick=winner, equals=others)
    beside = _beside(study, scores, won)
    sentence = reasons.recommendation(told, verdict, outcome)
    contrasts = reasons.contrasts(told, beside, won.out)
    remedies = (gate.remedy for gate in winner.told)
    advice = (*_advice(told, rules, verdict, won), *remedies, *won.diagnosis.remedies)
    return Decision(
        pick=Choice(
            adapter=winner.adapter,
            epoch=winner.epoch,
            strength=winner.strength,
            likeness=winner.likeness,
            likeness_interval=winner.likeness_interval,
            obedience=obeys(winner),
            obedience_interval=winner.obedience_interval,
            reasons=(sentence, *contrasts, *reasons.told_of(winner), *won.diagnosis.lines),
            verdict=verdict,
        ),
        sentence=sentence,
        advice=tuple(dict.fromkeys(advice)),
        outcome=outcome,
        equals=tuple(key(arm) for arm in won.equals),
        ruled_out=won.out,
        **{part: _standing(told, arm) for part, arm in beside.items()},
    )


def decide(
    study: Study,
    folder: StudyFolder,
    scores: Scores,
    tell: Tell = silent,
    lowest: int | None = None,
    diagnosis: reasons.Diagnosis | None = None,
) -> Decision:
    """`choose`, written to `choice.toml`."""
    return write(folder, choose(study, scores, None, lowest, diagnosis), tell)


def write(folder: StudyFolder, decision: Decision, tell: Tell = silent) -> Decision:
    """Write a decision to `choice.toml`."""
    settings.save(folder.choice, decision)
    tell(Made(what="choice", path=str(folder.choice)))
    return decision


def _beside(study: Study, scores: Scores, won: Won) -> dict[str, ArmScore]:
    """The arms that are named beside the winner, by their part in the decision."""
    winner = won.winner
    free = won.free or list(won.compared)
    obedient, alike = max(map(flexible, free)), max(arm.likeness for arm in free)

    def gentle(arm: ArmScore) -> tuple[float, int]:
        return (-arm.strength, -arm.epoch)

    def at(epoch: int) -> ArmScore:
        some = [arm for arm in won.compared if arm.epoch == epoch]
        some = some or [arm for arm in scores.arms if arm.epoch == epoch]
        return min(some, key=lambda arm: (abs(arm.strength - winner.strength), arm.strength))

    beside = {
        "most_like": max(
            (arm for arm in free if flexible(arm) >= STILL * obedient),
            key=lambda a: (round(a.likeness, 6), flexible(a), *gentle(a)),
        ),
        "most_flexible": max(
            (arm for arm in free if arm.likeness >= STILL * alike),
            key=lambda a: (round(flexible(a), 6), a.likeness, *gentle(a)),
        ),
        "last": at(study.last.epoch),
    }
    if won.lowest not in {None, study.last.epoch, *_unseen(scores, won.lowest)}:
        beside["lowest"] = at(won.lowest or 0)
    return beside | _cooked(scores.arms, winner)


def _unseen(scores: Scores, epoch: int | None) -> set[int | None]:
    return set() if any(arm.epoch == epoch for arm in scores.arms) else {epoch}


def _cooked(arms: Sequence[ArmScore], winner: ArmScore) -> dict[str, ArmScore]:
    """The arms with the least and with the most of the adapter, if any has less or more."""
    less = [a for a in arms if a.epoch <= winner.epoch and a.strength <= winner.strength]
    more = [a for a in arms if a.epoch >= winner.epoch and a.strength >= winner.strength]
    dose = {key(arm): arm.epoch * arm.strength for arm in arms}
    found = {}
    if some := [arm for arm in less if key(arm) != key(winner)]:
        found["under"] = min(some, key=lambda arm: dose[key(arm)])
    if some := [arm for arm in more if key(arm) != key(winner)]:
        found["over"] = max(some, key=lambda arm: dose[key(arm)])
    return found


def _standing(told: reasons.Told, arm: ArmScore) -> Standing:
    return Standing(
        epoch=arm.epoch,
        strength=arm.strength,
        likeness=arm.likeness,
        obedience=obeys(arm),
        says=reasons.contrast(told, arm),
    )


def _verdict(arm: ArmScore, scores: Scores, rules: Rules, allowed: bool) -> Verdict:
    asked = 1.0 if arm.obedience is None else arm.obedience
    if not allowed or arm.likeness < rules.like_fair or asked < rules.fair:
        return "poor"
    trusted = (
        scores.calibration.tells_apart
        and not scores.calibration.against_training
        and arm.obedience is not None
    )
    alike = arm.likeness >= rules.like_good and arm.likeness_interval[0] >= rules.sure
    return "good" if alike and asked >= rules.good and trusted else "fair"


def _outcome(won: Won, scores: Scores, rules: Rules, verdict: Verdict) -> Outcome:
    arm = won.winner
    low, high = arm.likeness_interval
    blind = not scores.calibration.tells_apart or arm.obedience is None
    if arm.n < rules.few or high - low > rules.wide or (blind and verdict != "poor"):
        return "not-enough-evidence"
    if verdict == "poor":
        return "none-good"
    return "equal" if won.flat else "pick"


def _advice(told: reasons.Told, rules: Rules, verdict: Verdict, won: Won) -> tuple[str, ...]:
    """What to do about a pick that is not good: one line for each thing that stands in the way."""
    if verdict == "good":
        return ()
    pick, scores = told.pick, told.scores
    base = told.kept(scores.baseline)
    trouble = reasons.Trouble(
        unlike=pick.likeness < rules.like_good,
        disobedient=pick.obedience is not None and pick.obedience < rules.good,
        unasked=pick.obedience is None,
        all_out=not won.free and any(row.why != UNDER for row in won.out),
        base_cannot=base is not None and base < rules.base_draws,
        unsure=pick.likeness >= rules.like_good and pick.likeness_interval[0] < rules.sure,
    )
    gates = [row.remedy for row in won.out if row.remedy and row.why != UNDER and not won.free]
    return (*dict.fromkeys(gates), *reasons.advice(told, trouble))
