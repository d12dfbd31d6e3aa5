"""Chooses epoch and strength from scores, or says that none is good; knows no pictures.

Three axes are kept apart and never averaged into one similarity: likeness must be there but
*saturates* (beyond "as alike as real pictures" more similarity is a sign of copying), obedience
must be there, copying and a lost accessory rule an arm out. The utility is a harmonic mean, so
that one axis cannot buy the other. Arms whose utility is within .02 count as equal: the lower
strength wins, then the earlier epoch (less drift, more room for mixing). Same scores, same choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from castmates.core.events import Made, Tell, silent
from castmates.core.types import Choice, Value
from castmates.files import settings
from castmates.files.studio import StudyFolder
from castmates.judging import reasons
from castmates.judging.cells import Study
from castmates.judging.scores import ArmScore, Scores

Verdict = Literal["good", "fair", "poor"]


class Rules(Value):
    """What counts as enough. All are shares or calibrated likeness, 0..1.

    Attributes:
        keep: an arm must keep an accessory at least this often, as a share of how often the base
            alone draws it.
        base_draws: accessories that the base alone draws more rarely than this cannot rule out.
        copied: an arm with more pictures than this nearer to a training picture than every new
            real picture is, is ruled out.
        saturates: likeness beyond this earns nothing.
        equal: utilities closer than this are equal.
        good, fair: what likeness and obedience must both reach for that verdict.
        sure: what the lower end of likeness's interval must reach for "good".
    """

    keep: float = 0.5
    base_draws: float = 0.3
    copied: float = 0.5
    saturates: float = 0.95
    equal: float = 0.02
    good: float = 0.7
    fair: float = 0.4
    sure: float = 0.5


class RuledOut(Value):
    """An arm that may not be chosen, and why."""

    epoch: int
    strength: float
    why: Literal["accessory", "copying"]


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
        advice: what to do if the verdict is not "good"; empty if it is.
        most_like: highest likeness among arms that still obey (obedience >= .7 of the best).
        most_flexible: highest obedience among arms that are still alike, likewise.
        last: the last epoch, which people would use without a study.
        ruled_out: arms that were not allowed to win.
    """

    pick: Choice
    sentence: str
    advice: tuple[str, ...] = ()
    most_like: Standing
    most_flexible: Standing
    last: Standing
    ruled_out: tuple[RuledOut, ...] = ()


def choose(study: Study, scores: Scores, rules: Rules | None = None) -> Decision:
    """Pick epoch × strength.

    Where no prompt wants any tag, likeness chooses alone, the verdict is at most "fair", and the
    pick's obedience is 0 with the interval (0, 1): nothing is known about it.
    """
    rules = rules or Rules()
    out = ruled_out(study, scores, rules)
    banned = {(row.epoch, row.strength) for row in out}
    free = [arm for arm in scores.arms if (arm.epoch, arm.strength) not in banned]
    equals = equal_best(free or list(scores.arms), rules)
    winner = min(equals, key=lambda arm: (arm.strength, arm.epoch))
    verdict = _verdict(winner, scores, rules, allowed=bool(free))
    others = frozenset((a.epoch, a.strength) for a in equals if a is not winner)
    told = reasons.Told(study=study, scores=scores, pick=winner, equals=others)
    most_like, most_flexible, last = _runners_up(study, scores, free or list(scores.arms), winner)
    sentence = reasons.recommendation(told, verdict)
    lines = [sentence, *reasons.contrasts(told, last, out, most_like, most_flexible)]
    return Decision(
        pick=Choice(
            adapter=winner.adapter,
            epoch=winner.epoch,
            strength=winner.strength,
            likeness=winner.likeness,
            likeness_interval=winner.likeness_interval,
            obedience=obeys(winner),
            obedience_interval=winner.obedience_interval,
            reasons=tuple(lines),
            verdict=verdict,
        ),
        sentence=sentence,
        advice=_advice(told, rules, verdict, bool(free)),
        most_like=_standing(told, most_like),
        most_flexible=_standing(told, most_flexible),
        last=_standing(told, last),
        ruled_out=tuple(out),
    )


def decide(study: Study, folder: StudyFolder, scores: Scores, tell: Tell = silent) -> Decision:
    """`choose`, written to `choice.toml`."""
    decision = choose(study, scores)
    settings.save(folder.choice, decision)
    tell(Made(what="choice", path=str(folder.choice)))
    return decision


def utility(arm: ArmScore, rules: Rules | None = None) -> float:
    """Saturating harmonic mean of likeness and obedience, 0..1; 0 if either is 0.

    Without any obedience measured: the saturated likeness.
    """
    alike = min(arm.likeness, (rules or Rules()).saturates)
    if arm.obedience is None:
        return alike
    obedient = arm.obedience
    if alike <= 0 or obedient <= 0:
        return 0.0
    return 2 / (1 / alike + 1 / obedient)


def equal_best(arms: Sequence[ArmScore], rules: Rules | None = None) -> list[ArmScore]:
    """The arms whose utility cannot be told from the highest."""
    rules = rules or Rules()
    top = max(utility(arm, rules) for arm in arms)
    return [arm for arm in arms if utility(arm, rules) >= top - rules.equal - 1e-9]


def ruled_out(study: Study, scores: Scores, rules: Rules) -> list[RuledOut]:
    """The arms that lost an accessory which the base can draw, or that copy training pictures."""
    out = []
    for arm in scores.arms:
        why: Literal["accessory", "copying"] | None = None
        if arm.copied > rules.copied and arm.copied > scores.baseline.copied:
            why = "copying"
        for accessory in study.gates():
            drawable = scores.baseline.rate(*accessory)
            if drawable >= rules.base_draws and arm.rate(*accessory) < rules.keep * drawable:
                why = "accessory"
        if why:
            out.append(RuledOut(epoch=arm.epoch, strength=arm.strength, why=why))
    return out


def obeys(arm: ArmScore) -> float:
    """An arm's obedience; 0 where nothing was asked."""
    return arm.obedience or 0.0


def _runners_up(
    study: Study, scores: Scores, free: Sequence[ArmScore], winner: ArmScore
) -> tuple[ArmScore, ArmScore, ArmScore]:
    """Most alike, most flexible, and the last epoch at the pick's strength."""
    obedient = max(obeys(arm) for arm in free)
    alike = max(arm.likeness for arm in free)
    still_obey = [arm for arm in free if obeys(arm) >= 0.7 * obedient]
    still_alike = [arm for arm in free if arm.likeness >= 0.7 * alike]

    def gentle(arm: ArmScore) -> tuple[float, int]:
        return (-arm.strength, -arm.epoch)

    most_like = max(still_obey, key=lambda a: (round(a.likeness, 6), obeys(a), *gentle(a)))
    most_flexible = max(still_alike, key=lambda a: (round(obeys(a), 6), a.likeness, *gentle(a)))
    return most_like, most_flexible, scores.arm(study.last.epoch, winner.strength)


def _standing(told: reasons.Told, arm: ArmScore) -> Standing:
    return Standing(
        epoch=arm.epoch,
        strength=arm.strength,
        likeness=arm.likeness,
        obedience=obeys(arm),
        says=reasons.contrast(told, arm),
    )


def _verdict(arm: ArmScore, scores: Scores, rules: Rules, allowed: bool) -> Verdict:
    low = arm.likeness if arm.obedience is None else min(arm.likeness, arm.obedience)
    if not allowed or low < rules.fair:
        return "poor"
    trusted = (
        scores.calibration.tells_apart
        and not scores.calibration.against_training
        and arm.obedience is not None
    )
    sure = arm.likeness_interval[0] >= rules.sure
    return "good" if low >= rules.good and trusted and sure else "fair"


def _advice(told: reasons.Told, rules: Rules, verdict: Verdict, free: bool) -> tuple[str, ...]:
    """What to do about a pick that is not good: one line for each thing that stands in the way."""
    if verdict == "good":
        return ()
    pick, scores = told.pick, told.scores
    trouble = reasons.Trouble(
        unlike=pick.likeness < rules.good,
        disobedient=pick.obedience is not None and pick.obedience < rules.good,
        unasked=pick.obedience is None,
        all_out=not free,
        base_cannot=told.headline is not None
        and scores.baseline.rate(*told.headline) < rules.base_draws,
        unsure=pick.likeness >= rules.good and pick.likeness_interval[0] < rules.sure,
    )
    return reasons.advice(told, trouble)
