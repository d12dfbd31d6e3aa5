"""Words how well the chooser's scores find the truth, over characters; measures nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from storybook.evaluate.arms import Found, OfOne
from storybook.evaluate.shares import Share

CORRELATION, HITS, FALSE, REGRET, COVERED = 0.9, 0.9, 0.05, 0.02, 0.93
"""What is wanted: rank correlation, gates' hits with the right reason, false alarms, median regret,
coverage of a nominal 95 %."""


def spearman(left: ArrayLike, right: ArrayLike) -> float:
    """Spearman's rank correlation, ties with their mean rank; NaN where one side is constant."""
    one, other = (_ranks(np.asarray(side, dtype=np.float64)) for side in (left, right))
    if one.std() == 0 or other.std() == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place])


def correlation_lines(found: Sequence[OfOne]) -> Iterator[str]:
    """Per character over its arms without a planted failure; the mean and the worst."""
    pairs = (("likeness", "likeness", "alike"), ("flexibility", "flexibility", "obeyed"))
    for name, ours, truth in pairs:
        each = []
        for one in found:
            arms = [arm for arm in one.arms if arm.failure in ("", "under-trained")]
            told = [getattr(arm, ours) for arm in arms]
            each.append(spearman(told, [getattr(arm, truth) for arm in arms]))
        mean = float(np.nanmean(each))
        low = float(np.nanmin(each))
        yield (
            f"{name}, rank correlation with the truth over arms: {mean:.3f} (lowest {low:.3f}), "
            f"n = {len(each)} characters; {met(mean >= CORRELATION, f'{CORRELATION} wanted')}"
        )


def gate_lines(found: Sequence[OfOne]) -> Iterator[str]:
    """How often each planted failure is ruled out, and for the right reason; and good arms."""
    arms = [arm for one in found for arm in one.arms]
    hits: list[bool] = []
    for failure in dict.fromkeys(arm.failure for arm in arms if arm.failure):
        own = [arm for arm in arms if arm.failure == failure]
        right = [arm.reason == failure for arm in own]
        hits += right
        wrong = sorted({arm.reason or "not ruled out" for arm in own if arm.reason != failure})
        other = f"; else {', '.join(wrong)}" if wrong else ""
        out = Share.of_yes([bool(arm.gates) for arm in own])
        yield (
            f"planted {failure}: named rightly {Share.of_yes(right)}, ruled out {out}, "
            f"n = {len(own)}{other}"
        )
    if hits:
        share = Share.of_yes(hits)
        yield f"all planted failures, right reason: {share}; {met(share.value >= HITS, '90 %')}"
    good = [arm for arm in arms if is_good(arm)]
    if good and hits:
        alarms = Share.of_yes([bool(arm.gates) for arm in good])
        named = sorted({arm.reason for arm in good if arm.reason})
        told = f" ({', '.join(named)})" if named else ""
        yield (
            f"good arms ruled out: {alarms}, n = {len(good)}{told}; "
            f"{met(alarms.value <= FALSE, 'at most 5 %')}"
        )


def is_good(arm: Found) -> bool:
    """Whether nothing is wrong with an arm in truth."""
    return not arm.failure and arm.alike >= 0.8 and arm.obeyed >= 0.85


def regret_lines(found: Sequence[OfOne]) -> Iterator[str]:
    """How much true utility the pick gives away."""
    lost = [max(arm.truly for arm in one.arms) - one.arms[one.picked].truly for one in found]
    median, most = float(np.median(lost)), float(max(lost))
    near = Share.of_yes([value <= 0.03 for value in lost])
    yield (
        f"regret of the pick in true utility: median {median:.3f}, largest {most:.3f}, within .03 "
        f"in {near}; {met(median <= REGRET, '.02 wanted')}"
    )


def spread_lines(found: Sequence[OfOne]) -> Iterator[str]:
    """Coverage of the interval, and where the variance of likeness comes from."""
    covered = [hit for one in found for hit in one.covered]
    if covered:
        share = Share.of_yes(covered)
        yield (
            f"the 95 % interval of likeness from two seeds holds the mean of six in {share}, "
            f"n = {len(covered)}; {met(share.value >= COVERED, '93 % wanted')}"
        )
    parts = [one.variances for one in found if any(one.variances)]
    if parts:
        prompt, seed, rest = np.sqrt((np.asarray(parts) ** 2).mean(axis=0))
        yield (
            f"standard deviation of likeness: between prompts {prompt:.3f}, between seeds "
            f"{seed:.3f}, rest {rest:.3f}"
        )


def lines(found: Sequence[OfOne]) -> Iterator[str]:
    """Everything, line by line."""
    yield from correlation_lines(found)
    yield from gate_lines(found)
    yield from regret_lines(found)
    yield from spread_lines(found)


def met(is_met: bool, wanted: str) -> str:
    """Whether a goal was reached, in words."""
    return f"goal ({wanted}) {'met' if is_met else 'NOT met'}"
