"""What a run will do, told before it starts: steps, epochs, checkpoints; knows no tensors.

Steps are counted as kohya counts them: one epoch = every picture as often as its repeats, in
ceil(looks / batch) steps, with buckets in each of them; the last checkpoint carries the plain name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import gcd

from castmates.core.errors import BadInput
from castmates.training.buckets import Pixels, counted
from castmates.training.checkpoint_names import Save, epoch_name, last_name, step_name
from castmates.training.counting import batches, count, regularization_repeats
from castmates.training.data import Item
from castmates.training.recipe import Recipe
from castmates.training.views import fits_of


@dataclass(frozen=True)
class Plan:
    """How long a run is, and what it leaves.

    Attributes:
        images: pictures to train on; those of the class are not among them.
        repeats: visits per epoch of each of them.
        steps_per_epoch, steps: optimizer updates.
        saves: the checkpoints, in order; the last one has the plain name.
        regularization: repeats of the pictures of the class.
        buckets: size -> visits per epoch of all its pictures; empty: all have one size.
    """

    images: int
    repeats: tuple[int, ...]
    steps_per_epoch: int
    steps: int
    saves: tuple[Save, ...]
    regularization: tuple[int, ...] = ()
    buckets: tuple[tuple[Pixels, int], ...] = ()

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
        visits = sum(self.repeats) + sum(self.regularization)
        of_class = f" and {len(self.regularization)} of the class" if self.regularization else ""
        buckets = f" in {len(self.buckets)} buckets" if self.buckets else ""
        return (
            f"{self.images} pictures{of_class}{buckets}, {visits} visits an epoch: "
            f"{self.steps_per_epoch} steps an "
            f"epoch, {self.epochs} epochs, {self.steps} steps, {len(self.saves)} checkpoints"
        )


def repeated(items: Sequence[Item], recipe: Recipe) -> tuple[Item, ...]:
    """The items that a run visits, with their repeats.

    Their own repeats stay as proportions when the recipe says `visits_per_epoch`: beside one with
    4, a picture with repeats 8 is visited twice as often. Pictures of the class come last and get
    as many visits as the character's, as in kohya; those too many are left out. Masks are left out
    when the recipe does not weigh by them.
    """
    own = [item for item in items if not item.regularization]
    if recipe.visits_per_epoch is not None and own:
        shares = [item.repeats // gcd(*(item.repeats for item in own)) for item in own]
        times = max(1, round(recipe.visits_per_epoch / sum(shares)))
        own = [replace(i, repeats=share * times) for i, share in zip(own, shares, strict=True)]
    of_class = [item for item in items if item.regularization]
    looks = sum(item.repeats for item in own)
    given = regularization_repeats([item.repeats for item in of_class], looks)
    own += [replace(i, repeats=n) for i, n in zip(of_class, given, strict=True) if n]
    if not recipe.weighs:
        own = [replace(i, mask=None, mask_digest="") if i.mask else i for i in own]
    return tuple(own)


def plan(
    recipe: Recipe, items: Sequence[Item], name: str = "adapter", *, native: int = 512
) -> Plan:
    """The plan of a run over these pictures.

    Args:
        name: what the checkpoints are called.
        native: the base's own side, where the recipe says no size; only buckets ask for it.

    Raises:
        BadInput: there are no pictures, or limits that leave no bucket.
        Unfit: pictures that no bucket takes.
    """
    shown = repeated(items, recipe)
    own = [item.repeats for item in shown if not item.regularization]
    if not own:
        raise BadInput("There is no picture to train on.", "Add some: castmates add NAME FOLDER.")
    every = [item.repeats for item in shown]
    buckets = counted(fits_of(shown, recipe, native), every) if recipe.buckets else {}
    looks = list(buckets.values()) or [sum(every)]
    counts = count(batches(looks, recipe.batch), recipe.length, recipe.accumulation)
    per_epoch, steps = counts.steps_per_epoch, counts.steps
    rhythm = recipe.save_every.in_steps(per_epoch)
    by_step = recipe.save_every.unit == "steps"
    saves = tuple(
        Save(
            at,
            -(-at // per_epoch),
            step_name(name, at) if by_step else epoch_name(name, at // per_epoch),
        )
        for at in range(rhythm, steps, rhythm)
    )
    last = Save(steps, counts.epochs, last_name(name))
    return Plan(
        len(own),
        tuple(own),
        per_epoch,
        steps,
        (*saves, last),
        tuple(item.repeats for item in shown if item.regularization),
        tuple(buckets.items()),
    )
