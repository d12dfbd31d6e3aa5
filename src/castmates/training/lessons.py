"""What a step looks at, as tensors: noisy pictures, their timesteps and words; knows no network.

Everything about a step is a function of recipe, pictures and step number (`looks`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from castmates.training.chance import normal
from castmates.training.data import Item
from castmates.training.latents import Named
from castmates.training.looks import Look, Looks
from castmates.training.noising import more_noise_of, noise_of, times_of
from castmates.training.texts import Texts
from castmates.training.tints import PLAIN
from castmates.training.views import View, size_of

_FROZEN_PICTURES = 8
_FROZEN_TIMES = (0.2, 0.4, 0.6, 0.8)
"""Where the frozen batch looks, as shares of the timesteps; kohya validates at the same four."""


@dataclass(frozen=True)
class Batch:
    """Attributes:
    latents, noise: (n, c, h, w) float32.
    timesteps: (n,) int64.
    words: n captions.
    more_noise: (n, c, h, w) that the pictures get besides, unknown to the target; None: nothing.
    weights: (n,) float32, what each row's loss is multiplied by; None: all 1.
    mask: (n, 1, h, w) float32, how much each place counts, 0..1; None: all alike.
    text: (n, tokens, d), the captions encoded, where the text encoder is frozen; None: not yet.
    preserved: (n,) bool, rows whose target is what the base says by itself; None: none.
    frames: (n, 6), what of the pictures is shown, where the base is told it; None: it is not.
    """

    latents: Tensor
    noise: Tensor
    timesteps: Tensor
    words: tuple[str, ...]
    more_noise: Tensor | None = None
    weights: Tensor | None = None
    mask: Tensor | None = None
    text: Tensor | None = None
    preserved: Tensor | None = None
    frames: Tensor | None = None


@dataclass(frozen=True)
class Lessons:
    """The steps of a run: `lessons.batches(step)`.

    Attributes:
        looks: what they show.
        latents: by digest and view.
        timesteps: how many the base has.
        encode: what makes the latent of a look whose colours are shifted.
        masks: by digests of picture and mask, and view; None: nothing is weighed.
        texts: the frozen text encoder's answers; None: it is trained.
        framed: whether the base is told what of a picture is shown (`Facts.reads_frame`).
        leans: width and height -> how far a base's own levels lean to the noise there; None: they
            do not.
    """

    looks: Looks
    latents: Named
    timesteps: int
    encode: Callable[[Look], Tensor]
    masks: Named | None = None
    texts: Texts | None = None
    framed: bool = False
    leans: Callable[[tuple[int, int]], float] | None = None

    def at(self, step: int) -> Batch:
        """The batch of a step, from 0; the first where gradients are gathered."""
        return self.batches(step)[0]

    def batches(self, step: int) -> tuple[Batch, ...]:
        """The batches of a step, from 0: more than one where gradients are gathered.

        Their timesteps cover the range together, as those of one large batch would.
        """
        batches = self.looks.batches(step)
        named = [_names([look for look in looks if not look.twin]) for looks in batches]
        every = [name for names in named for name in names]
        shown = [look.view.size for looks in batches for look in looks if not look.twin]
        by_size = self.looks.recipe.timestep_shift == 0 and self.leans is not None
        shifts = [self.leans(size) for size in shown] if by_size and self.leans else []
        spread = times_of(self.looks.recipe, every, self.timesteps, shifts)
        times = torch.split(spread, [len(names) for names in named])
        return tuple(self._batch(*one) for one in zip(batches, times, strict=True))

    def _batch(self, looks: Sequence[Look], spread: Tensor) -> Batch:
        """One batch, the timesteps of its own looks given."""
        recipe = self.looks.recipe
        own = [look for look in looks if not look.twin]
        times = 1 + (len(own) < len(looks))
        latents = torch.stack([self._latent(look) for look in own])
        names = _names(own)
        more = more_noise_of(latents, recipe, names)
        weights = torch.tensor([look.weight for look in looks])
        preserved = torch.tensor([look.preserved for look in looks])
        return Batch(
            latents.repeat(times, 1, 1, 1),
            noise_of(latents, recipe, names).repeat(times, 1, 1, 1),
            spread.repeat(times),
            tuple(look.words for look in looks),
            None if more is None else more.repeat(times, 1, 1, 1),
            weights if (weights != 1).any() else None,
            self._mask(looks),
            self._text([look.words for look in looks]),
            preserved if preserved.any() else None,
            self._frames(looks),
        )

    def frozen(self, items: Sequence[Item], views: Sequence[View]) -> list[Batch]:
        """Batches that never change: whole captions, fixed noise, four fixed timesteps a picture.

        At most eight pictures, spread over those given. A loss on them can be compared over steps,
        which a training loss cannot (DVAR, Voronov et al. 2023).

        Args:
            views: what is shown of each.
        """
        count = min(len(items), _FROZEN_PICTURES)
        places = [i * len(items) // count for i in range(count)]
        rows = [(items[i], views[i], share) for i in places for share in _FROZEN_TIMES]
        alike = [
            [row for row in rows if row[1].size == size]
            for size in dict.fromkeys(view.size for _, view, _ in rows)
        ]
        per = self.looks.recipe.batch
        return [self._frozen(some[i : i + per]) for some in alike for i in range(0, len(some), per)]

    def _frozen(self, rows: Sequence[tuple[Item, View, float]]) -> Batch:
        recipe = self.looks.recipe
        latents = torch.stack([self.latents[item.digest, view] for item, view, _ in rows])
        shape = tuple(latents.shape[1:])
        noise = [normal(shape, recipe.seed, "frozen", i.digest, share) for i, _, share in rows]
        times = torch.tensor([int(share * self.timesteps) for *_, share in rows])
        words = tuple(item.caption for item, *_ in rows)
        looks = [Look(item, 0, view, PLAIN, item.caption) for item, view, _ in rows]
        mask, text = self._mask(looks), self._text(words)
        frames = self._frames(looks)
        return Batch(latents, torch.stack(noise), times, words, mask=mask, text=text, frames=frames)

    def _latent(self, look: Look) -> Tensor:
        if look.tint == PLAIN:
            return self.latents[look.item.digest, look.view]
        return self.encode(look)

    def _mask(self, looks: Sequence[Look]) -> Tensor | None:
        """Twins count all over: what the base says of a whole picture is preserved."""
        if self.masks is None:
            return None
        found = [self.masks[look.item.digest + look.item.mask_digest, look.view] for look in looks]
        return torch.stack(
            [torch.ones_like(m) if look.twin else m for look, m in zip(looks, found, strict=True)]
        )

    def _frames(self, looks: Sequence[Look]) -> Tensor | None:
        if not self.framed:
            return None
        return torch.tensor([look.view.frame(size_of(look.item)) for look in looks])

    def _text(self, words: Sequence[str]) -> Tensor | None:
        return None if self.texts is None else self.texts.of(words)


def _names(looks: Sequence[Look]) -> list[tuple[str, int]]:
    """What names the visits in the run: their noise and timesteps follow from it."""
    return [(look.item.digest, look.count) for look in looks]
