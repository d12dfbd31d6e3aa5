"""What every row of every step shows and reads; knows no tensors.

All of it is a function of recipe, pictures and step: which pictures a batch holds, which window of
each, mirrored or not, its colours, its words, and how much it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from castmates.core.types import Character
from castmates.training.captions import classed, words_of
from castmates.training.data import Item
from castmates.training.order import Order, Visit
from castmates.training.recipe import Recipe
from castmates.training.seeding import chance_of
from castmates.training.tints import PLAIN, Tint, tint_of
from castmates.training.views import View


@dataclass(frozen=True)
class Look:
    """One row of a batch.

    Attributes:
        item: the picture.
        count: the how-manieth visit to it in the run, from 0.
        view: what of it is shown.
        tint: its colours.
        words: the caption as it is read.
        weight: how much its loss counts.
        preserved: the target is what the base says by itself.
        twin: it repeats another row of the batch (same pixels, noise, timestep) under the words of
            the class.
    """

    item: Item
    count: int
    view: View
    tint: Tint
    words: str
    weight: float = 1.0
    preserved: bool = False
    twin: bool = False


@dataclass(frozen=True)
class Looks:
    """The looks of a run.

    Attributes:
        items: the pictures, with the repeats of the plan.
        views: each picture's windows (`views.views_of`).
        steps: updates in all.
        trigger, class_word: what the words of the class are made with.
    """

    items: tuple[Item, ...]
    views: tuple[tuple[View, ...], ...]
    recipe: Recipe
    steps: int
    trigger: str = ""
    class_word: str = ""

    @staticmethod
    def of(
        items: Sequence[Item],
        views: Sequence[tuple[View, ...]],
        recipe: Recipe,
        steps: int,
        character: Character,
    ) -> Looks:
        named = character.trigger, character.class_word
        return Looks(tuple(items), tuple(views), recipe, steps, *named)

    @cached_property
    def order(self) -> Order:
        """Which pictures each step visits."""
        sizes = tuple(windows[0].size for windows in self.views)
        repeats = tuple(item.repeats for item in self.items)
        buckets = sizes if self.recipe.buckets else None
        recipe = self.recipe
        return Order(repeats, recipe.batch, recipe.seed, buckets, recipe.accumulation)

    def at(self, step: int) -> tuple[Look, ...]:
        """The rows of all batches of a step, from 0."""
        return tuple(look for batch in self.batches(step) for look in batch)

    def batches(self, step: int) -> tuple[tuple[Look, ...], ...]:
        """The rows of each batch of a step: more than one where gradients are gathered."""
        return tuple(self._rows(visits, step) for visits in self.order.at(step))

    def _rows(self, visits: Sequence[Visit], step: int) -> tuple[Look, ...]:
        """A batch; twins stand behind all others, in the same order."""
        looks = [self._look(visit, step) for visit in visits]
        if not self._has_twins:
            return tuple(looks)
        # Twice the rows: weights of 2 leave the mean of each half as it would be alone.
        twins = [self._twin(look) for look in looks]
        return (*(replace(look, weight=2 * look.weight) for look in looks), *twins)

    def shown(self) -> Iterator[tuple[Item, View]]:
        """Every picture in every way that it may be shown, colours aside."""
        for item, windows in zip(self.items, self.views, strict=True):
            for view in self.sided(windows):
                yield item, view

    def sided(self, windows: Sequence[View]) -> tuple[View, ...]:
        """The windows, and mirrored ones behind them where the recipe flips."""
        return (*windows, *(w.flipped() for w in windows)) if self.recipe.flip else tuple(windows)

    @cached_property
    def _has_twins(self) -> bool:
        return self.recipe.preservation and not any(item.regularization for item in self.items)

    def _look(self, visit: Visit, step: int) -> Look:
        item, recipe, count = self.items[visit.item], self.recipe, visit.count
        view = self._view(visit)
        tint = PLAIN
        if recipe.colour:
            tint = tint_of(chance_of(recipe.seed, "colour", item.digest, count))
        words = words_of(item, count, recipe, step=step, steps=self.steps)
        of_class = item.regularization
        weight = recipe.prior_weight if of_class else 1.0
        preserved = of_class and recipe.preservation
        return Look(item, count, view, tint, words, weight, preserved)

    def _view(self, visit: Visit) -> View:
        windows, seed = self.views[visit.item], self.recipe.seed
        place = (self.items[visit.item].digest, visit.count)
        view = windows[chance_of(seed, "window of", *place).randrange(len(windows))]
        mirrored = chance_of(seed, "side", *place).randrange(2) if self.recipe.flip else 0
        return view.flipped() if mirrored else view

    def _twin(self, look: Look) -> Look:
        words = look.words
        for trigger, class_word in look.item.names or ((self.trigger, self.class_word),):
            words = classed(words, trigger, class_word)
        weight = 2 * self.recipe.prior_weight
        return replace(look, words=words, weight=weight, preserved=True, twin=True)
