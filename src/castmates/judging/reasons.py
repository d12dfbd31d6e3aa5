"""Says a choice in plain sentences; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from castmates.judging.cells import Study
from castmates.judging.scores import ArmScore, Scores

if TYPE_CHECKING:
    from castmates.judging.choice import RuledOut

NOTICED = 0.02
"""Differences smaller than this are not put into words: so few pictures cannot show them."""


@dataclass(frozen=True)
class Told:
    """What the sentences are about. `equals`: (epoch, strength) that count as good as the pick."""

    study: Study
    scores: Scores
    pick: ArmScore
    equals: frozenset[tuple[int, float]] = frozenset()

    @cached_property
    def headline(self) -> tuple[str, str] | None:
        """(prompt label, tag) of the thing that obedience is told by; None if nothing is asked."""
        return next(iter(self.study.gates()), None)

    @property
    def thing(self) -> str:
        """The wanted thing as words: "the christmas hat"."""
        return f"the {self.headline[1].replace('_', ' ')}" if self.headline else "what was asked"

    def kept(self, arm: ArmScore) -> float:
        """How often the arm draws the wanted thing; 0 where nothing was asked."""
        return arm.rate(*self.headline) if self.headline else 0.0


@dataclass(frozen=True)
class Trouble:
    """What stands between a pick and the verdict "good"."""

    unlike: bool
    disobedient: bool
    unasked: bool
    all_out: bool
    base_cannot: bool
    unsure: bool


def figure(value: float) -> str:
    """A likeness as people read it: .86, 1.0."""
    text = f"{value:.2f}"
    return "1.0" if text == "1.00" else text.removeprefix("0")


def percent(value: float) -> str:
    """A share as people read it: 88 %."""
    return f"{value * 100:.0f} %"


def at(arm: ArmScore) -> str:
    """Where an arm stands: "epoch 6 at 0.8"."""
    return f"epoch {arm.epoch} at {arm.strength:g}"


def recommendation(told: Told, verdict: str) -> str:
    """The choice in one sentence, with its interval and from how many pictures."""
    pick, low_high = told.pick, told.pick.likeness_interval
    start = {"good": f"Use {at(pick)}", "fair": f"Use {at(pick)}, with care"}.get(
        verdict, f"None is good yet; the best is {at(pick)}"
    )
    alike = f"likeness {figure(pick.likeness)} ({figure(low_high[0])}-{figure(low_high[1])})"
    if told.headline is None:
        return f"{start}: {alike}, from {pick.n} pictures; nothing was asked that can be checked."
    kept = percent(told.kept(pick))
    return f"{start}: {alike}, {told.thing} appears in {kept} ({_hits(pick, told)})."


def _hits(pick: ArmScore, told: Told) -> str:
    row = next(row for row in pick.tags if (row.prompt, row.tag) == told.headline)
    return f"{round(row.rate * row.n)} of {row.n} pictures"


def contrasts(
    told: Told,
    last: ArmScore,
    out: Sequence[RuledOut],
    most_like: ArmScore,
    most_flexible: ArmScore,
) -> list[str]:
    """The sentences after the first: the last epoch (always named), runners-up, arms ruled out."""
    lines = [_about_last(told, last)]
    for arm, title in ((most_like, "most alike"), (most_flexible, "most flexible")):
        if _key(arm) not in {_key(told.pick), _key(last)}:
            against = f"{_against(told, arm)}.{_no_matter(told, arm)}"
            lines.append(f"{_capital(at(arm))} is the {title}: {against}")
    lost = sum(row.why == "accessory" for row in out)
    copied = sum(row.why == "copying" for row in out)
    total = len(told.scores.arms)
    if lost:
        lines.append(f"{lost} of {total} combinations lose {told.thing} and were left out.")
    if copied:
        lines.append(f"{copied} of {total} combinations repeat training pictures: left out.")
    if told.headline:
        base = told.kept(told.scores.baseline)
        lines.append(f"Without the adapter the base draws {told.thing} in {percent(base)}.")
    return lines


def contrast(told: Told, arm: ArmScore) -> str:
    """An arm held against the pick, as a full sentence."""
    if _key(arm) == _key(told.pick):
        return f"{_capital(at(arm))} is the pick itself."
    return f"{_capital(at(arm))} is {_against(told, arm)}."


def _about_last(told: Told, last: ArmScore) -> str:
    name = f"{_capital(at(last))} (the last epoch)"
    if _key(last) == _key(told.pick):
        kept = f", and {told.thing} is still there" if told.kept(last) else ""
        return f"{name} is the pick: the longest training is the best here{kept}."
    return f"{name} is {_against(told, last)}.{_no_matter(told, last)}"


def _no_matter(told: Told, arm: ArmScore) -> str:
    return (
        " Taken together that is too little to count, so the gentler one wins."
        if (_key(arm) in told.equals)
        else ""
    )


def _against(told: Told, arm: ArmScore) -> str:
    alike = f"{_more_or_less(arm.likeness - told.pick.likeness)} ({figure(arm.likeness)})"
    kept, before = told.kept(arm), told.kept(told.pick)
    if told.headline is None:
        return alike
    if abs(kept - before) < NOTICED:
        return f"{alike}, with {told.thing} as often ({percent(kept)})"
    if kept < 0.5 * before:
        joint = "but" if arm.likeness >= told.pick.likeness - NOTICED else "and"
        return f"{alike} {joint} loses {told.thing} ({percent(kept)} instead of {percent(before)})"
    return f"{alike}, and {told.thing} appears in {percent(kept)} instead of {percent(before)}"


def _more_or_less(difference: float) -> str:
    size = abs(difference)
    if size < NOTICED:
        return "just as alike"
    how = "a little " if size < 0.08 else "much " if size >= 0.25 else ""
    return f"{how}{'more' if difference > 0 else 'less'} alike"


def advice(told: Told, trouble: Trouble) -> tuple[str, ...]:
    """What to do next, most useful first."""
    lines = []
    calibration = told.scores.calibration
    if not calibration.tells_apart:
        lines.append(
            "The encoder hardly tells this character from a stranger, so likeness says little: "
            "trust your eyes and the grid."
        )
    if calibration.against_training:
        lines.append(
            "There were no held-out pictures, so likeness was measured on training pictures and "
            "flatters copies: add pictures, so that some can be held out."
        )
    if trouble.unasked:
        lines.append(
            "No prompt of the study asks for something that can be checked, so flexibility is "
            "unknown: look at the grid before you trust the pick."
        )
    if trouble.base_cannot:
        lines.append(
            f"The base alone rarely draws {told.thing}, so losing it proves nothing: ask for "
            "something that the base can draw."
        )
    if trouble.unlike and not trouble.all_out:
        lines.append(
            "Likeness is low: train for more epochs, or add pictures that show the character "
            "from more sides."
        )
    if (trouble.disobedient or trouble.all_out) and not trouble.base_cannot:
        lines.append(
            f"{_capital(told.thing)} gets lost: write what changes into the captions, use more "
            "varied pictures, or train with a lower rank or for fewer epochs."
        )
    if trouble.unsure:
        lines.append("Few pictures were compared: more seeds would make the choice surer.")
    return tuple(lines)


def _key(arm: ArmScore) -> tuple[int, float]:
    return (arm.epoch, arm.strength)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
