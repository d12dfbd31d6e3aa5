"""What an arm is worth, which arms no other beats, and three picks; rules nothing out by itself.

The utility is the weighted harmonic mean of likeness and flexibility: one axis cannot buy the
other. Likeness saturates: near "as alike as two real pictures" people pay for flexibility, and more
similarity rather means copying.
"""

from __future__ import annotations

from collections.abc import Sequence

from castmates.judging.readings import ArmScore, Coordinates, Picks

SATURATES = 0.95
"""Likeness beyond this earns nothing."""
STILL = 0.7
"""The most alike must keep this share of the best flexibility, and the other way round."""
EQUAL = 0.02
"""Utilities closer than this are equal: so few pictures cannot tell them apart."""


def worth(likeness: float, flexibility: float | None, weight: float = 0.5) -> float:
    """1 / (w / min(L, .95) + (1 - w) / F), 0..1; 0 if either is 0.

    Args:
        flexibility: None: nothing can be checked; then saturated likeness alone.
        weight: of likeness.
    """
    alike = min(likeness, SATURATES)
    if flexibility is None:
        return max(0.0, alike)
    if alike <= 0 or flexibility <= 0:
        return 0.0
    return 1 / (weight / alike + (1 - weight) / flexibility)


def flexible(arm: ArmScore) -> float:
    """An arm's flexibility; its plain obedience where no check can be held against the base."""
    return arm.flexibility if arm.flexibility is not None else arm.obedience or 0.0


def front(arms: Sequence[ArmScore]) -> tuple[ArmScore, ...]:
    """The arms that none beats in both likeness and flexibility (Pareto), most alike first.

    Of arms equal in both only the gentlest stays.
    """
    ordered = sorted(arms, key=lambda a: (-a.likeness, -flexible(a), *gentleness(a)))
    kept: list[ArmScore] = []
    best = float("-inf")
    for arm in ordered:
        if flexible(arm) > best:
            kept.append(arm)
            best = flexible(arm)
    return tuple(kept)


def picks(arms: Sequence[ArmScore]) -> Picks:
    """Most like, balanced, most flexible, of the arms that pass every gate; if none passes, of all.

    Balanced is the gentlest (lowest strength, then earliest epoch) of those within .02 of the best
    utility.
    """
    free = [arm for arm in arms if arm.passes] or list(arms)
    most_alike = max(arm.likeness for arm in free)
    most_free = max(flexible(arm) for arm in free)
    obeying = [arm for arm in free if flexible(arm) >= STILL * most_free]
    alike = [arm for arm in free if arm.likeness >= STILL * most_alike]
    top = max(arm.utility for arm in free)
    equals = [arm for arm in free if arm.utility >= top - EQUAL - 1e-9]
    return Picks(
        most_like=where(min(obeying, key=lambda a: (-a.likeness, -flexible(a), *gentleness(a)))),
        balanced=where(min(equals, key=gentleness)),
        most_flexible=where(min(alike, key=lambda a: (-flexible(a), -a.likeness, *gentleness(a)))),
    )


def gentleness(arm: ArmScore) -> tuple[float, int]:
    """Lower is gentler: less strength, then fewer epochs, leave more room for everything else."""
    return (arm.strength, arm.epoch)


def where(arm: ArmScore) -> Coordinates:
    """(epoch, strength)."""
    return (arm.epoch, arm.strength)
