"""How the learning rate moves: linear warm-up, then cosine or constant; knows no optimizer."""

from __future__ import annotations

from math import cos, pi

from castmates.training.recipe import Recipe


def rate_factor(recipe: Recipe, step: int, steps: int, steps_per_epoch: int) -> float:
    """What the recipe's rates are multiplied by at `step` (from 0) of `steps`.

    The cosine runs over the whole length, from 1 to `rate_floor`, and the warm-up multiplies it.
    """
    done = step + 1
    factor = 1.0
    if recipe.warmup is not None:
        factor = min(1.0, done / recipe.warmup.in_steps(steps_per_epoch))
    if recipe.schedule == "cosine":
        falling = 0.5 * (1 + cos(pi * done / steps))
        factor *= recipe.rate_floor + (1 - recipe.rate_floor) * falling
    return factor
