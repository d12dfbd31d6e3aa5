"""What a step looks at: noisy pictures, their timesteps and words; knows no network.

Everything about a step is a function of recipe, pictures and step number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from castmates.core.types import Size
from castmates.families.base import Base
from castmates.training.captions import sampled
from castmates.training.chance import normal
from castmates.training.data import Item
from castmates.training.latents import key_of
from castmates.training.objective import stratified
from castmates.training.order import Visit, batch_of
from castmates.training.recipe import Recipe
from castmates.training.seeding import chance_of

_FROZEN_PICTURES = 8
_FROZEN_TIMES = (0.2, 0.4, 0.6, 0.8)
"""Where the frozen batch looks, as shares of the timesteps; kohya validates at the same four."""


@dataclass(frozen=True)
class Batch:
    """Attributes:
    latents, noise: (n, c, h, w) float32.
    timesteps: (n,) int64.
    words: n captions.
    """

    latents: Tensor
    noise: Tensor
    timesteps: Tensor
    words: tuple[str, ...]


@dataclass(frozen=True)
class Lessons:
    """The steps of a run: `lessons.at(step)`.

    Attributes:
        items: the pictures, with the repeats of the plan.
        latents: by key (`latents.key_of`).
        sides: each item's keys: as it is and, when the recipe flips, mirrored.
    """

    items: tuple[Item, ...]
    latents: Mapping[str, Tensor]
    sides: tuple[tuple[str, ...], ...]
    recipe: Recipe
    timesteps: int

    @staticmethod
    def of(
        base: Base, items: Sequence[Item], latents: Mapping[str, Tensor], recipe: Recipe, size: Size
    ) -> Lessons:
        both = (False, True) if recipe.flip else (False,)
        sides = tuple(tuple(key_of(i, base, size, side) for side in both) for i in items)
        return Lessons(tuple(items), latents, sides, recipe, len(base.alphas_cumprod))

    def at(self, step: int) -> Batch:
        """The batch of a step, from 0."""
        repeats = tuple(item.repeats for item in self.items)
        seed = self.recipe.seed
        visits = batch_of(repeats, seed, self.recipe.batch, step)
        latents = torch.stack([self._picture(visit) for visit in visits])
        names = [(self.items[v.item].digest, v.count) for v in visits]
        shape = tuple(latents.shape[1:])
        return Batch(
            latents,
            torch.stack([normal(shape, seed, "noise", *name) for name in names]),
            stratified([chance_of(seed, "time", *n).random() for n in names], self.timesteps),
            tuple(self._words(v) for v in visits),
        )

    def frozen(self, items: Sequence[Item], keys: Sequence[str]) -> list[Batch]:
        """Batches that never change: whole captions, fixed noise, four fixed timesteps a picture.

        At most eight pictures, spread over those given. A loss on them can be compared over steps,
        which a training loss cannot (DVAR, Voronov et al. 2023).
        """
        count = min(len(items), _FROZEN_PICTURES)
        chosen = [
            (items[i * len(items) // count], keys[i * len(items) // count]) for i in range(count)
        ]
        looks = [(item, key, share) for item, key in chosen for share in _FROZEN_TIMES]
        per = self.recipe.batch
        return [self._frozen(looks[i : i + per]) for i in range(0, len(looks), per)]

    def _frozen(self, looks: Sequence[tuple[Item, str, float]]) -> Batch:
        latents = torch.stack([self.latents[key] for _, key, _ in looks])
        shape = tuple(latents.shape[1:])
        seed = self.recipe.seed
        noise = [normal(shape, seed, "frozen", item.digest, share) for item, _, share in looks]
        times = torch.tensor([int(share * self.timesteps) for *_, share in looks])
        return Batch(latents, torch.stack(noise), times, tuple(i.caption for i, *_ in looks))

    def _picture(self, visit: Visit) -> Tensor:
        sides = self.sides[visit.item]
        digest = self.items[visit.item].digest
        side = chance_of(self.recipe.seed, "side", digest, visit.count).randrange(len(sides))
        return self.latents[sides[side]]

    def _words(self, visit: Visit) -> str:
        item = self.items[visit.item]
        chance = chance_of(self.recipe.seed, "words", item.digest, visit.count)
        return sampled(item.caption, self.recipe, chance)
