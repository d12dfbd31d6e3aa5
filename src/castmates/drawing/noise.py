"""Random numbers that belong to one picture; knows no batch.

A seed gives the same numbers alone or in any batch, on any device: they are made in float32 on the
CPU, by a generator of the picture's own. The first draw is the starting latent, later ones are the
noise that ancestral samplers add (A1111's order; diffusers' with one CPU generator a picture).

Two sources: "cpu" is torch's generator (A1111's RNG "CPU"); "nv" gives the numbers of an NVIDIA GPU
on any machine (A1111's RNG "GPU" on such a card, and "NV" everywhere).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from castmates.core.types import Rng
from castmates.drawing.brownian import Path
from castmates.drawing.philox import normals
from castmates.drawing.schedule import Level, Schedule


class Stream:
    """The numbers of one picture, in order.

    Args:
        seed: 0 to 2**63 - 1.
        shape: of every draw: (channels, height, width) of the latent.
        rng: see above.
    """

    def __init__(self, seed: int, shape: tuple[int, int, int], rng: Rng = "cpu") -> None:
        self._generator = torch.Generator("cpu").manual_seed(seed)
        self._seed, self._shape, self._rng = seed, shape, rng
        self._draws = 0

    def draw(self) -> Tensor:
        """The next `shape` of unit normal numbers, float32, on the CPU."""
        self._draws += 1
        if self._rng == "nv":
            return torch.from_numpy(normals(self._seed, self._shape, self._draws - 1))
        return torch.randn(self._shape, generator=self._generator, dtype=torch.float32)


class Streams:
    """The streams of a batch, one a row.

    Attributes:
        shape: of every draw of a row.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        shape: tuple[int, int, int],
        device: torch.device | str,
        rngs: Sequence[Rng] | None = None,
    ) -> None:
        sources = rngs or ["cpu"] * len(seeds)
        self._streams = [Stream(seed, shape, rng) for seed, rng in zip(seeds, sources, strict=True)]
        self.shape = shape
        self._device = device

    def draw(self) -> Tensor:
        """(n, channels, height, width) float32 on the device: the next draw of every row."""
        return torch.stack([stream.draw() for stream in self._streams]).to(self._device)

    def fresh(self, here: Level, there: Level) -> Tensor:
        """The same for a step between two levels, which these numbers do not depend on."""
        del here, there
        return self.draw()


class Paths:
    """The Brownian paths of a batch, one a row: the noise of SDE samplers.

    A path runs over σ/α from the least noise of the schedule to the most. Pure noise lies beyond
    it by its own length: any step from there has numbers of its own.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        shape: tuple[int, int, int],
        schedule: Schedule,
        device: torch.device | str,
    ) -> None:
        levels = [level for step in schedule.steps for level in (step.here, step.there)]
        ratios = [level.ratio for level in levels if level.alpha > 0.0 and level.sigma > 0.0]
        low, most = min(ratios, default=0.0), max(ratios, default=1.0)
        self._end = 2.0 * most if schedule.steps[0].here.alpha == 0.0 else most
        self._paths = [Path(seed, shape, low, self._end) for seed in seeds]
        self._device = device

    def fresh(self, here: Level, there: Level) -> Tensor:
        """(n, channels, height, width) float32 on the device: unit noise between two levels."""
        high = min(here.ratio, self._end)
        rows = [torch.from_numpy(path.unit(there.ratio, high)) for path in self._paths]
        return torch.stack(rows).to(self._device)


def noise(seed: int, shape: tuple[int, int, int], rng: Rng = "cpu") -> Tensor:
    """The starting noise of the picture with this seed: unit normal, float32, on the CPU."""
    return Stream(seed, shape, rng).draw()
