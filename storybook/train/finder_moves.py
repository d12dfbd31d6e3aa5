"""Moves pictures and who is seen where alike, and degrades what then stays; draws nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from storybook.train.degrade import Degrade
from storybook.train.finder_scenes import Index, Pixels
from storybook.train.settings import Machine
from storybook.train.vae import to_pixels, to_tensor


class Still(Degrade):
    """Degrades pictures without moving anything in them, as their masks would stay behind."""

    def __init__(self, vae: Any | None, machine: Machine, seed: int) -> None:
        super().__init__(vae, machine, seed, mirror=False)

    def _moved(self, batch: torch.Tensor) -> torch.Tensor:
        return batch


def moved(images: Pixels, index: Index, noise: torch.Generator) -> tuple[Pixels, Index]:
    """Pictures and who is where, mirrored, shifted, turned and scaled together.

    Half are mirrored, three quarters moved: by a tenth of the side, four degrees, an eighth larger
    or smaller at most. What comes in from beyond the edge repeats the edge, in both.
    """
    count = len(images)
    chance = torch.rand(count, 6, generator=noise) * 2 - 1
    on = (chance[:, 0] < 0.5).float()
    turn, scale = chance[:, 1] * 0.07 * on, 1 + chance[:, 2] * 0.125 * on
    side = torch.where(chance[:, 3] < 0, -1.0, 1.0)
    shift = chance[:, 4:] * 0.2 * on[:, None]
    rows = torch.stack([side * scale * turn.cos(), -scale * turn.sin(), shift[:, 0]], 1)
    more = torch.stack([side * scale * turn.sin(), scale * turn.cos(), shift[:, 1]], 1)
    batch, who = to_tensor(images), torch.from_numpy(np.array(index)).float()[:, None]
    places = functional.affine_grid(
        torch.stack([rows, more], 1), list(batch.shape), align_corners=False
    )
    batch = functional.grid_sample(batch, places, padding_mode="border", align_corners=False)
    who = functional.grid_sample(
        who, places, mode="nearest", padding_mode="border", align_corners=False
    )
    return to_pixels(batch), who[:, 0].round().byte().numpy()
