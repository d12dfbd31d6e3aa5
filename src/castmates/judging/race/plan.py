"""What a race will look like and cost, before a picture is drawn; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from castmates.core.types import Value
from castmates.judging.race.arms import Arm, broken
from castmates.judging.race.ladder import Ladder, Prompt, ladder, spread

ASIDE_SEEDS = 2
"""Seeds of each prompt that only finalists are drawn with."""


class Field(Value):
    """Who races, and over what.

    Attributes:
        epochs: all saved ones; dropped: those that do not start, and why.
        prompts: in the order in which rungs take them.
        last, lowest: the epochs that are always arms; lowest is None where no loss is known.
        ladder: the rungs.
        aside: prompts that only finalists are drawn with (whether strangers stay strangers).
    """

    epochs: tuple[int, ...]
    dropped: Mapping[int, str] = {}
    prompts: tuple[Prompt, ...]
    last: int
    lowest: int | None = None
    ladder: Ladder
    aside: tuple[str, ...] = ()

    @property
    def cost(self) -> int:
        """Pictures at most, those without an adapter and those aside included."""
        return self.ladder.cost + aside_cost(self.ladder, len(self.aside))

    @property
    def starters(self) -> tuple[int, ...]:
        """The epochs that may be opened."""
        return tuple(epoch for epoch in self.epochs if epoch not in self.dropped)

    def lines(self) -> list[str]:
        """The plan in plain sentences."""
        course = self.ladder
        names = [f"epoch {self.last} (the last)"]
        if self.lowest is not None and self.lowest != self.last:
            names.append(f"epoch {self.lowest} (the lowest held-out loss)")
        grid = course.grid(len(self.prompts))
        said = [
            f"{len(course.arms)} combinations of epoch and strength race over "
            f"{len(self.prompts)} prompts: at most {self.cost} pictures "
            f"({course.baseline} of them without the adapter); every one with 4 seeds would be "
            f"{grid}.",
            f"Always in it: {' and '.join(names)}.",
        ]
        said += [f"Epoch {epoch} does not start: {why}." for epoch, why in self.dropped.items()]
        return said


def aside_cost(course: Ladder, prompts: int) -> int:
    """Pictures of prompts that only finalists and the base are drawn with."""
    return ASIDE_SEEDS * prompts * (course.last.keep + course.refine + len(course.anchors) + 1)


def field_of(
    epochs: Sequence[int],
    prompts: Sequence[Prompt],
    losses: Mapping[int, float],
    base_loss: float | None = None,
    budget: int | None = None,
    aside: Sequence[str] = (),
) -> Field:
    """The race of these epochs.

    Args:
        aside: labels of prompts for finalists; they are left out where the budget is small.
        losses: epoch -> held-out loss; may be empty.
        base_loss: without the adapter.

    Raises:
        BadInput: the budget is too small.
    """
    last = max(epochs)
    sound = {epoch: loss for epoch, loss in losses.items() if epoch in epochs and loss == loss}
    lowest = min(sound, key=lambda epoch: (sound[epoch], epoch)) if sound else None
    kept = {last, lowest}
    failed = broken({epoch: losses[epoch] for epoch in epochs if epoch in losses}, base_loss)
    dropped = {epoch: why for epoch, why in failed.items() if epoch not in kept}
    start = [epoch for epoch in epochs if epoch not in dropped]
    anchors = [Arm(epoch, 1.0) for epoch in dict.fromkeys((last, lowest)) if epoch is not None]
    course = ladder(start, len(prompts), anchors, budget)
    if budget is not None and course.cost + aside_cost(course, len(aside)) > budget:
        aside = ()
    return Field(
        epochs=tuple(sorted(epochs)),
        dropped=dropped,
        prompts=spread(prompts),
        last=last,
        lowest=lowest,
        ladder=course,
        aside=tuple(aside),
    )
