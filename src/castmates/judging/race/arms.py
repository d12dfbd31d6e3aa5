"""What races: (epoch, strength) pairs, and which are opened when; knows no readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

FINE = 0.05
"""The step in which strengths around the leader are opened."""
MOST = 2.0
"""The highest strength that a study draws."""


class Arm(NamedTuple):
    """One saved epoch at one strength."""

    epoch: int
    strength: float


def gentleness(arm: Arm) -> tuple[float, int]:
    """Sorts the gentlest first: the lower strength, then the earlier epoch.

    Less drift from the base, and more headroom for mixing with other adapters.
    """
    return (arm.strength, arm.epoch)


def crossed(epochs: Iterable[int], strengths: Iterable[float]) -> list[Arm]:
    """Every epoch at every strength, the earliest and weakest first."""
    levels = sorted(strengths)
    return [Arm(epoch, strength) for epoch in sorted(epochs) for strength in levels]


def spaced(values: Sequence[int], most: int) -> list[int]:
    """At most `most` (>= 1) of some values, evenly spaced; the last is always among them."""
    ordered = sorted(values)
    if len(ordered) <= most:
        return ordered
    if most == 1:
        return ordered[-1:]
    places = {round(i * (len(ordered) - 1) / (most - 1)) for i in range(most)}
    return [ordered[place] for place in sorted(places)]


def around(leader: Arm, epochs: Sequence[int], taken: Iterable[Arm]) -> list[Arm]:
    """The leader's untaken neighbours: half a tenth of strength away, then the epochs beside it.

    Args:
        epochs: all saved epochs, also those that did not start.
        taken: arms that need not be opened any more.
    """
    ordered, known = sorted(epochs), set(taken)
    place = ordered.index(leader.epoch)
    strengths = [round(leader.strength + step, 2) for step in (-FINE, FINE)]
    beside = [ordered[i] for i in (place - 1, place + 1) if 0 <= i < len(ordered)]
    found = [Arm(leader.epoch, s) for s in strengths if 0 < s <= MOST]
    found += [Arm(epoch, leader.strength) for epoch in beside]
    return [arm for arm in found if arm not in known]


def broken(losses: Mapping[int, float], base: float | None = None) -> dict[int, str]:
    """Epochs that failed before a picture was drawn, and why; never a way to pick the best one.

    Args:
        losses: epoch -> denoising loss on held-out pictures, with the same noise and timesteps
            for all; those that are no number count as broken.
        base: the same loss without the adapter.

    Returns:
        Epochs worse than the base, and those more than 3 scaled median deviations (and a tenth)
        above the median: only clear failures, because the loss says nothing about strength.
    """
    sound = {epoch: loss for epoch, loss in losses.items() if loss == loss and abs(loss) < 1e30}
    found = {epoch: "its held-out loss is no number" for epoch in losses if epoch not in sound}
    if not sound:
        return found
    middle = median(sound.values())
    spread = 1.4826 * median(abs(loss - middle) for loss in sound.values())
    for epoch, loss in sound.items():
        if base is not None and loss > base:
            found[epoch] = f"its held-out loss {loss:.3f} is above the base's {base:.3f}"
        elif loss > middle + 3 * spread and loss > 1.1 * middle:
            found[epoch] = f"its held-out loss {loss:.3f} is far above the others' {middle:.3f}"
    return found
