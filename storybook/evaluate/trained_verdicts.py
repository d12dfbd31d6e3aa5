"""Words what was found on trained characters, and what simpler rules would get; measures nothing.

Characters are the units: arms of one character have its training in common, so intervals of means
over characters come from resampling characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from storybook.evaluate.arms import LOST, Found, OfOne
from storybook.evaluate.shares import Share
from storybook.evaluate.verdicts import CORRELATION, COVERED, FALSE, HITS, REGRET, met, spearman

LEAKS, FUSED, FELL = 0.4, 0.5, 0.1
"""What the oracle must say for an arm to leak, to keep its clothes on, to fall apart."""
NEAR = 0.03
"""An arm that loses no more true utility than this to the best one is good."""
RESAMPLED = 4000
TRUE: dict[str, Callable[[Found], bool]] = {
    "leakage": lambda arm: arm.leaked > LEAKS,
    "outfit": lambda arm: (arm.fused or 0.0) > FUSED,
    "collapse": lambda arm: arm.fell > FELL,
    "under-trained": lambda arm: arm.alike < 0.25,
    "accessory": lambda arm: arm.lost > LOST,
}
"""The gates of which the oracle can know whether they are right."""


def interval(values: Sequence[float], of: Callable[..., np.ndarray] = np.mean) -> tuple[float, ...]:
    """A figure over characters, and its 95 % interval (percentile bootstrap, fixed seed).

    NaN is left out. Raises ValueError without any number.
    """
    units = np.asarray(values, dtype=np.float64)
    units = units[~np.isnan(units)]
    picks = np.random.default_rng(0).integers(0, len(units), (RESAMPLED, len(units)))
    low, high = np.quantile(of(units[picks], axis=1), [0.025, 0.975])
    return float(of(units)), float(low), float(high)


def trained_lines(found: Sequence[OfOne]) -> Iterator[str]:
    """Everything, line by line."""
    arms = [arm for one in found for arm in one.arms]
    yield f"{len(found)} characters, {len(arms)} arms"
    yield from _orders(found)
    yield from _levels(arms)
    yield from _regrets(found)
    yield from _gates(found)
    yield from _spread(found)


def _orders(found: Sequence[OfOne]) -> Iterator[str]:
    pairs: tuple[tuple[str, Callable[[Found], float], Callable[[Found], float]], ...] = (
        ("likeness", lambda a: a.likeness, lambda a: a.alike),
        ("flexibility", lambda a: a.flexibility, lambda a: a.obeyed),
        ("utility", lambda a: a.utility, lambda a: a.truly),
        ("leakage", lambda a: a.leakage, lambda a: a.leaked),
    )
    for name, ours, true in pairs:
        each = [spearman([ours(a) for a in o.arms], [true(a) for a in o.arms]) for o in found]
        if np.isnan(each).all():
            yield f"{name}: all arms are the same, so they have no order"
            continue
        mean, low, high = interval(each)
        goal = met(mean >= CORRELATION, f"{CORRELATION} wanted")
        yield (
            f"{name}, rank correlation with the truth: {mean:.3f} ({low:.3f} to {high:.3f}), "
            f"lowest {np.nanmin(each):.3f}; {goal}"
        )


def _levels(arms: Sequence[Found]) -> Iterator[str]:
    off = np.asarray([arm.likeness - arm.alike for arm in arms])
    ours, true = (np.quantile([f(a) for a in arms], [0, 1]) for f in (_ours, _true))
    yield (
        f"likeness, level: {off.mean():+.2f} beside the truth on average, {np.abs(off).mean():.2f} "
        f"off; ours {ours[0]:.2f} to {ours[1]:.2f}, the truth {true[0]:.2f} to {true[1]:.2f}"
    )
    share = Share.of_yes([arm.low <= arm.alike <= arm.high for arm in arms])
    goal = met(share.value >= COVERED, "93 % wanted")
    yield f"the 95 % interval of likeness holds the truth in {share}, n = {len(arms)}; {goal}"


def _ours(arm: Found) -> float:
    return arm.likeness


def _true(arm: Found) -> float:
    return arm.alike


def _regrets(found: Sequence[OfOne]) -> Iterator[str]:
    ways: dict[str, Callable[[Found], float]] = {
        "true utility (nothing, where the accessories are lost)": lambda arm: arm.truly,
        "likeness and obedience alone": lambda arm: arm.plainly,
    }
    for what, worth in ways.items():
        yield from _regrets_in(found, what, worth)


def _regrets_in(
    found: Sequence[OfOne], what: str, worth: Callable[[Found], float]
) -> Iterator[str]:
    def at(one: OfOne, epoch: int, strength: float = 1.0) -> float:
        some = [worth(a) for a in one.arms if (a.epoch, a.strength) == (epoch, strength)]
        return some[0] if some else float("nan")

    rules: dict[str, Callable[[OfOne], float]] = {
        "the pick": lambda one: worth(one.arms[one.picked]),
        "the last epoch at 1.0": lambda one: at(one, max(a.epoch for a in one.arms)),
        "the lowest held-out loss at 1.0": lambda one: at(one, one.lowest),
        "an arm by lot": lambda one: float(np.mean([worth(arm) for arm in one.arms])),
    }
    for name, taken in rules.items():
        lost = [max(worth(arm) for arm in one.arms) - taken(one) for one in found]
        if np.isnan(lost).all():
            continue
        middle, low, high = interval(lost, np.median)
        mean, *_ = interval(lost)
        goal = f"; {met(middle <= REGRET, f'{REGRET} wanted')}" if name == "the pick" else ""
        yield (
            f"regret in {what}, {name}: median {middle:.3f} ({low:.3f} to {high:.3f}), "
            f"mean {mean:.3f}, largest {np.nanmax(lost):.3f}{goal}"
        )


def _gates(found: Sequence[OfOne]) -> Iterator[str]:
    arms = [arm for one in found for arm in one.arms]
    for gate, is_so in TRUE.items():
        there, not_there = [a for a in arms if is_so(a)], [a for a in arms if not is_so(a)]
        told = f"{gate}: true of {len(there)} of {len(arms)} arms"
        if there:
            hits = Share.of_yes([gate in (*a.gates, *a.told) for a in there])
            told += f", seen in {hits}; {met(hits.value >= HITS, '90 %')}"
        if not_there:
            false = Share.of_yes([gate in (*a.gates, *a.told) for a in not_there])
            told += f"; said of others {false}; {met(false.value <= FALSE, 'at most 5 %')}"
        yield told
    good = [a for o in found for a in o.arms if a.truly >= max(b.truly for b in o.arms) - NEAR]
    out = Share.of_yes([bool(arm.gates) for arm in good])
    named = ", ".join(sorted({arm.reason for arm in good if arm.gates}))
    yield (
        f"good arms (true utility within {NEAR} of the best) shut out: {out}, n = {len(good)}"
        f"{f' ({named})' if named else ''}; {met(out.value <= FALSE, 'at most 5 %')}"
    )


def _spread(found: Sequence[OfOne]) -> Iterator[str]:
    levels = [float(np.mean([arm.likeness for arm in one.arms])) for one in found]
    names = dict.fromkeys(name for one in found for name in one.parts)
    parts = {n: np.mean([one.parts[n] ** 2 for one in found if n in one.parts]) for n in names}
    if len(found) > 1:
        parts = {"character": np.var(levels, ddof=1), **parts}
    total = sum(parts.values()) or 1.0
    told = ", ".join(f"{n} {v**0.5:.3f} ({100 * v / total:.0f} %)" for n, v in parts.items())
    alone = "" if "seed" in parts else "; with one seed, the rest holds the seed's part"
    yield f"standard deviation of a picture's likeness (share of the variance): {told}{alone}"
    covered = [hit for one in found for hit in one.covered]
    if covered:
        share = Share.of_yes(covered)
        told = f"in {share}, n = {len(covered)}"
        yield f"the 95 % interval from one seed holds the mean of the others {told}"
