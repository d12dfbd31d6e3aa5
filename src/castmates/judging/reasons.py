"""Says a choice in plain sentences; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from castmates.judging.cells import Study
from castmates.judging.eligible import RuledOut, key, obeys
from castmates.judging.scores import ArmScore, Scores

NOTICED = 0.02
"""Differences smaller than this are not put into words: so few pictures cannot show them."""


@dataclass(frozen=True)
class Diagnosis:
    """What single attributes say about a pick, and what to do about it; plain sentences."""

    lines: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()


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
        seen = {(row.prompt, row.tag) for row in self.pick.tags}
        gates = self.study.gates()
        return next((gate for gate in gates if gate in seen), next(iter(gates), None))

    @property
    def thing(self) -> str:
        """The wanted thing as words: "the christmas hat"."""
        return f"the {self.headline[1].replace('_', ' ')}" if self.headline else "what was asked"

    def kept(self, arm: ArmScore) -> float | None:
        """How often the arm draws the wanted thing; None where nobody asked it to."""
        rows = (row.rate for row in arm.tags if (row.prompt, row.tag) == self.headline)
        return next(rows, None)


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


def recommendation(told: Told, verdict: str, outcome: str = "pick") -> str:
    """The choice in one sentence, with its interval and from how many pictures."""
    pick, low_high = told.pick, told.pick.likeness_interval
    start = {"good": f"Use {at(pick)}", "fair": f"Use {at(pick)}, with care"}.get(
        verdict, f"None is good yet; the best is {at(pick)}"
    )
    if outcome == "equal":
        count = len(told.equals) + 1
        start = f"{count} combinations are equal; taking the gentlest, {at(pick)}"
    if outcome == "not-enough-evidence":
        start = f"Not enough was seen to choose; the best so far is {at(pick)}"
    alike = f"likeness {figure(pick.likeness)} ({figure(low_high[0])}-{figure(low_high[1])})"
    if told.headline is None:
        return f"{start}: {alike}, from {pick.n} pictures; nothing was asked that can be checked."
    hits = _hits(pick, told)
    if hits is None:
        share = f"{percent(obeys(pick))} of what was asked for is there"
        return f"{start}: {alike}, {share} ({pick.n} pictures)."
    kept = percent(told.kept(pick) or 0.0)
    return f"{start}: {alike}, {told.thing} appears in {kept} ({hits})."


def _hits(pick: ArmScore, told: Told) -> str | None:
    rows = (row for row in pick.tags if (row.prompt, row.tag) == told.headline)
    row = next(rows, None)
    return f"{round(row.rate * row.n)} of {row.n} pictures" if row else None


def contrasts(told: Told, beside: Mapping[str, ArmScore], out: Sequence[RuledOut]) -> list[str]:
    """The sentences after the first: the last epoch and the one with the lowest loss (always
    named), runners-up, arms ruled out."""
    last, lowest = beside["last"], beside.get("lowest")
    lines = [_about(told, last, "the last epoch")]
    if lowest is not None:
        lines.append(_about(told, lowest, "the lowest held-out loss"))
    named = {key(told.pick), key(last)} | ({key(lowest)} if lowest else set())
    titles: dict[tuple[int, float], list[str]] = {}
    for part, title in (("most_like", "most alike"), ("most_flexible", "most flexible")):
        if key(beside[part]) not in named:
            titles.setdefault(key(beside[part]), []).append(f"the {title}")
    runners = {key(arm): arm for arm in (beside["most_like"], beside["most_flexible"])}
    for where, words in titles.items():
        arm = runners[where]
        against = f"{_against(told, arm)}.{_no_matter(told, arm)}"
        lines.append(f"{_capital(at(arm))} is {' and '.join(words)}: {against}")
    lines += _left_out(told, out)
    base = told.kept(told.scores.baseline) if told.headline else None
    if base is not None:
        lines.append(f"Without the adapter the base draws {told.thing} in {percent(base)}.")
    return lines


def told_of(pick: ArmScore) -> list[str]:
    """What gates saw in the pick that no other epoch and strength avoids."""
    return [f"{gate.reason} No epoch and strength avoids it." for gate in pick.told]


def _left_out(told: Told, out: Sequence[RuledOut]) -> list[str]:
    """One line for each gate: how many it shut out, and what it saw in the worst of them."""
    total, lines = len(told.scores.arms), []
    says = {"accessory": f"lose {told.thing} and were left out"}
    says["copying"] = "repeat training pictures: left out"
    for why in dict.fromkeys(row.why for row in out):
        some = [row for row in out if row.why == why]
        example = next((row for row in reversed(some) if row.reason), None)
        if example is None or why in says:
            lines.append(f"{len(some)} of {total} combinations {says.get(why, 'were left out')}.")
            continue
        where = f"epoch {example.epoch} at {example.strength:g}"
        reason = example.reason.rstrip(".")
        lines.append(
            f"{len(some)} of {total} combinations were left out for {why}; {where}: {reason}."
        )
    return lines


def contrast(told: Told, arm: ArmScore) -> str:
    """An arm held against the pick, as a full sentence."""
    if key(arm) == key(told.pick):
        return f"{_capital(at(arm))} is the pick itself."
    return f"{_capital(at(arm))} is {_against(told, arm)}."


def _about(told: Told, arm: ArmScore, what: str) -> str:
    name = f"{_capital(at(arm))} ({what})"
    if key(arm) != key(told.pick):
        return f"{name} is {_against(told, arm)}.{_no_matter(told, arm)}"
    if what != "the last epoch":
        return f"{name} is the pick."
    kept = f", and {told.thing} is still there" if told.kept(arm) else ""
    return f"{name} is the pick: the longest training is the best here{kept}."


def _no_matter(told: Told, arm: ArmScore) -> str:
    return (
        " Taken together that is too little to count, so the gentler one wins."
        if (key(arm) in told.equals)
        else ""
    )


def _against(told: Told, arm: ArmScore) -> str:
    alike = f"{_more_or_less(arm.likeness - told.pick.likeness)} ({figure(arm.likeness)})"
    kept, before = told.kept(arm), told.kept(told.pick)
    thing = told.thing
    if kept is None or before is None:
        kept, before, thing = arm.obedience, told.pick.obedience, "what was asked"
    if kept is None or before is None:
        return alike
    if abs(kept - before) < NOTICED:
        return f"{alike}, with {thing} as often ({percent(kept)})"
    if kept < 0.5 * before:
        joint = "but" if arm.likeness >= told.pick.likeness - NOTICED else "and"
        return f"{alike} {joint} loses {thing} ({percent(kept)} instead of {percent(before)})"
    return f"{alike}, and {thing} appears in {percent(kept)} instead of {percent(before)}"


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
            f"{_capital(_lost(told))} gets lost: write what changes into the captions, use more "
            "varied pictures, or train with a lower rank or for fewer epochs."
        )
    if trouble.unsure:
        lines.append("Few pictures were compared: more seeds would make the choice surer.")
    return tuple(lines)


def _lost(told: Told) -> str:
    """What the pick loses most of, against the base; the headline where it loses nothing else."""
    base = {(row.prompt, row.tag): row.rate for row in told.scores.baseline.tags}
    losses = {
        (row.prompt, row.tag): base.get((row.prompt, row.tag), 0.0) - row.rate
        for row in told.pick.tags
    }
    worst = max(losses, key=lambda at: losses[at], default=None)
    headline = losses.get(told.headline, 0.0) if told.headline else 0.0
    if worst is None or losses[worst] <= max(headline, NOTICED):
        return told.thing
    return f'"{worst[1].replace("_", " ")}"'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
