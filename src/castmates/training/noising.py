"""The noise and the timestep of a visit, as the recipe wants them; knows no network.

Everything is a function of the recipe's seed and the visit's name, so that a run that goes on after
a stop noises its pictures as it would have.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from castmates.training.chance import normal
from castmates.training.objective import leaning, logistic, placed, strata
from castmates.training.recipe import Recipe
from castmates.training.seeding import chance_of

Name = tuple[object, ...]
"""What names a visit: the picture and the how-manieth look at it."""


def noise_of(latents: Tensor, recipe: Recipe, names: Sequence[Name]) -> Tensor:
    """The noise that the network has to find: (n, c, h, w) float32, like the latents.

    Args:
        latents: the pictures; `adaptive_noise` looks at their means.
        names: of the visits, one per picture.
    """
    pairs = zip(latents, names, strict=True)
    return torch.stack([_noise(picture, recipe, name) for picture, name in pairs])


def more_noise_of(latents: Tensor, recipe: Recipe, names: Sequence[Name]) -> Tensor | None:
    """What the noised pictures get besides, unknown to the target; None: nothing.

    Ning et al. 2023 (2301.11706), "Input perturbation reduces exposure bias in diffusion models".
    """
    if not recipe.ip_noise_gamma:
        return None
    found = []
    for picture, name in zip(latents, names, strict=True):
        share = _share(recipe.ip_noise_random, recipe.seed, "more", name)
        noise = normal(tuple(picture.shape), recipe.seed, "more", *name)
        found.append(share * recipe.ip_noise_gamma * noise)
    return torch.stack(found)


def times_of(
    recipe: Recipe, names: Sequence[Name], timesteps: int, shifts: Sequence[float] = ()
) -> Tensor:
    """(n,) int64 timesteps, from `min_timestep` to before `max_timestep`.

    Args:
        timesteps: how many the base has.
        shifts: of each picture, towards the noise; none: the recipe's.
    """
    chances = [chance_of(recipe.seed, "time", *name).random() for name in names]
    shares = chances
    if recipe.timesteps == "stratified":
        shares = strata(chances)
    elif recipe.timesteps == "sigmoid":
        shares = logistic(chances, recipe.sigmoid_scale)
    shifts = shifts or [recipe.timestep_shift or 1.0] * len(names)
    shares = [leaning(share, shift) for share, shift in zip(shares, shifts, strict=True)]
    last = min(recipe.max_timestep, timesteps)
    return placed(shares, last, min(recipe.min_timestep, last - 1))


def _noise(picture: Tensor, recipe: Recipe, name: Name) -> Tensor:
    noise = normal(tuple(picture.shape), recipe.seed, "noise", *name)
    if recipe.noise_offset or recipe.adaptive_noise:
        noise = noise + _offset(picture, recipe, name)
    if recipe.multires_iterations:
        noise = _coarser(noise, recipe, name)
    return noise


def _offset(picture: Tensor, recipe: Recipe, name: Name) -> Tensor:
    """One normal number for each channel: (c, 1, 1) (Guttenberg 2023, "Diffusion with offset
    noise"; the adaptive part as in sd-scripts)."""
    share = _share(recipe.noise_offset_random, recipe.seed, "offset", name)
    means = picture.mean(dim=(1, 2), keepdim=True).abs()
    strength = (share * recipe.noise_offset + recipe.adaptive_noise * means).clamp(min=0)
    return strength * normal(tuple(means.shape), recipe.seed, "offset", *name)


def _coarser(noise: Tensor, recipe: Recipe, name: Name) -> Tensor:
    """Noise of several sizes, each 2 to 4 times coarser than the one before and weaker by the
    discount, brought back to a deviation of 1 (Whitaker 2023, "Multi-resolution noise")."""
    channels, height, width = noise.shape
    chance = chance_of(recipe.seed, "coarser", *name)
    for level in range(recipe.multires_iterations):
        times = (2 + 2 * chance.random()) ** level
        size = (max(1, int(height / times)), max(1, int(width / times)))
        coarse = normal((1, channels, *size), recipe.seed, "coarser", level, *name)
        spread = interpolate(coarse, size=(height, width), mode="bilinear")[0]
        noise = noise + spread * recipe.multires_discount**level
        if 1 in size:
            break
    return noise / noise.std()


def _share(random: bool, seed: int, purpose: str, name: Name) -> float:
    return chance_of(seed, f"share of {purpose}", *name).random() if random else 1.0
