"""What a run will do, told before it starts: steps, epochs, checkpoints; knows no tensors.

Steps are counted as kohya counts them: one epoch = every picture as often as its repeats,
ceil(images x repeats / batch) steps; the last checkpoint carries the plain name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

from castmates.core.errors import BadInput
from castmates.training.checkpoint_names import Save, epoch_name, last_name, step_name
from castmates.training.counting import batches, count
from castmates.training.data import Item
from castmates.training.recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """How long a run is, and what it leaves.

    Attributes:
        images: pictures to train on.
        repeats: visits per epoch of each of them.
        steps_per_epoch, steps: optimizer updates.
        saves: the checkpoints, in order; the last one has the plain name.
    """

    images: int
    repeats: tuple[int, ...]
    steps_per_epoch: int
    steps: int
    saves: tuple[Save, ...]

    @property
    def epochs(self) -> int:
        """Epochs begun; the last one may be cut when the length is given in steps."""
        return -(-self.steps // self.steps_per_epoch)

    def epoch_of(self, step: int) -> int:
        """The epoch (from 1) that the `step`-th update (from 1) belongs to."""
        return -(-step // self.steps_per_epoch)

    def ends_epoch(self, step: int) -> bool:
        """Whether this step (from 1) ends an epoch, or the run."""
        return step % self.steps_per_epoch == 0 or step == self.steps

    def __str__(self) -> str:
        visits = sum(self.repeats)
        return (
            f"{self.images} pictures, {visits} visits an epoch: {self.steps_per_epoch} steps an "
            f"epoch, {self.epochs} epochs, {self.steps} steps, {len(self.saves)} checkpoints"
        )


def repeated(items: Sequence[Item], recipe: Recipe) -> tuple[Item, ...]:
    """The items with the repeats that the recipe's `visits_per_epoch` asks for.

    Their own repeats stay as proportions: beside one with 4, a picture with repeats 8 is visited
    twice as often.
    """
    if recipe.visits_per_epoch is None or not items:
        return tuple(items)
    shares = [item.repeats // gcd(*(item.repeats for item in items)) for item in items]
    times = max(1, round(recipe.visits_per_epoch / sum(shares)))
    return tuple(
        replace(item, repeats=share * times) for item, share in zip(items, shares, strict=True)
    )


def plan(recipe: Recipe, items: Sequence[Item], name: str = "adapter") -> Plan:
    """The plan of a run over these pictures; `name` is what the checkpoints are called.

    Raises:
        BadInput: there are no pictures.
    """
    if not items:
        raise BadInput("There is no picture to train on.", "Add some: castmates add NAME FOLDER.")
    repeats = tuple(item.repeats for item in repeated(items, recipe))
    counts = count(batches([sum(repeats)], recipe.batch), recipe.length)
    per_epoch, steps = counts.steps_per_epoch, counts.steps
    every = recipe.save_every.in_steps(per_epoch)
    by_step = recipe.save_every.unit == "steps"
    saves = tuple(
        Save(
            at,
            -(-at // per_epoch),
            step_name(name, at) if by_step else epoch_name(name, at // per_epoch),
        )
        for at in range(every, steps, every)
    )
    last = Save(steps, counts.epochs, last_name(name))
    return Plan(len(items), repeats, per_epoch, steps, (*saves, last))
