"""How far the network is from its target, and what that weighs; knows no network.

Notation: t timesteps, a = alphas_cumprod[t], SNR = a / (1 - a). A distance per number is weighed
by the mask, averaged over the picture, weighed by the picture and its SNR, averaged over the batch:
the order of sd-scripts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import torch
from torch import Tensor

from castmates.training.objective import Prediction
from castmates.training.recipe import Recipe

_TIMESTEPS = 1000
_LEAST_SNR = 1e-8
"""A zero-terminal schedule has SNR 0 at its end; this keeps 0 / 0 out."""
_DEBIASED_SNR = (1e-3, 1000.0)
"""SD 1.x ends at 4.7e-3, so the lower limit is met by zero-terminal schedules only, whose last
timesteps would outweigh all others a thousandfold."""


@dataclass(frozen=True)
class Seen:
    """What the pictures of a batch are seen through.

    Attributes:
        t: (n,) timesteps.
        a: (n,) share of signal at them.
        weights: (n,) of the pictures; None: 1 each.
        mask: (n, 1, h, w) of the places, in the latents' size; None: 1 each.
    """

    t: Tensor
    a: Tensor
    weights: Tensor | None = None
    mask: Tensor | None = None


def loss_of(
    said: Tensor, wanted: Tensor, seen: Seen, prediction: Prediction, recipe: Recipe
) -> Tensor:
    """The loss of a batch, a float32 scalar; said, wanted: (n, c, h, w).

    A masked loss is divided by all places, not by those that the mask leaves: a small figure weighs
    less, as in sd-scripts.
    """
    far = distance(said.float() - wanted.float(), seen, recipe)
    if seen.mask is not None:
        far = far * seen.mask
    each = far.mean(dim=(1, 2, 3))
    if seen.weights is not None:
        each = each * seen.weights
    return weighted(each, seen.a, prediction, recipe).mean()


def distance(d: Tensor, seen: Seen, recipe: Recipe) -> Tensor:
    """The recipe's distance of each number.

    l2: d^2; l1: |d|; huber: 2 c (sqrt(d^2 + c^2) - c), near 0 like l2, far away like 2 c |d|;
    smooth_l1: huber / c, far away like 2 |d| (the pseudo-Huber losses of Charbonnier et al. 1997
    and Khrapov et al. 2024, 2403.16728, as in sd-scripts).
    """
    if recipe.loss == "l2":
        return d.square()
    if recipe.loss == "l1":
        return d.abs()
    c = bend(seen, recipe).view(-1, 1, 1, 1)
    over = (d.square() + c.square()).sqrt() - c
    return 2 * c * over if recipe.loss == "huber" else 2 * over


def bend(seen: Seen, recipe: Recipe) -> Tensor:
    """Where the pseudo-Huber losses bend, c: (n,).

    constant: c0 k; exponential: c0^(t / 1000) k, from 1 at no noise to c0; snr: from 1 to c0 as
    (1 - c0) / (1 + sigma)^2 + c0 with sigma = sqrt((1 - a) / a).
    """
    c0, k = recipe.huber_c, recipe.huber_scale
    if recipe.huber_schedule == "constant":
        return torch.full_like(seen.a, c0 * k)
    if recipe.huber_schedule == "exponential":
        return (seen.t.to(seen.a.dtype) * (log(c0) / _TIMESTEPS)).exp() * k
    sigma = ((1 - seen.a) / seen.a).sqrt()
    return (1 - c0) / (1 + sigma).square() + c0


def weighted(each: Tensor, a: Tensor, prediction: Prediction, recipe: Recipe) -> Tensor:
    """(n,) losses by what their SNR weighs.

    min_snr_gamma: min(SNR, gamma) / SNR, for v-prediction / (SNR + 1) (Hang et al. 2023, "Efficient
    diffusion training via min-SNR weighting", equation 4). debiased: 1 / sqrt(SNR), for
    v-prediction 1 / (SNR + 1) (Yu et al. 2023, 2310.08442, "Debias the training of diffusion
    models"). Neither is about flows, whose losses stay as they are, as in sd-scripts.
    """
    if prediction == "flow":
        return each
    snr = (a / (1 - a)).clamp(min=_LEAST_SNR)
    if recipe.min_snr_gamma is not None:
        below = snr if prediction == "epsilon" else snr + 1
        each = each * (snr.clamp(max=recipe.min_snr_gamma) / below)
    if recipe.debiased:
        held = snr.clamp(*_DEBIASED_SNR)
        each = each / (held.sqrt() if prediction == "epsilon" else held + 1)
    return each
