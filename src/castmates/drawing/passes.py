"""What a batch draws upon: init pictures, masks, noise; knows no network and no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from castmates.drawing.batches import Batch, Job, latent_shape
from castmates.drawing.image_to_image import begun
from castmates.drawing.inpaint import Canvas, canvas_of, cells, holding
from castmates.drawing.noise import Streams
from castmates.drawing.samplers import Sampler
from castmates.drawing.schedule import Schedule
from castmates.drawing.shots import Start
from castmates.drawing.sources import Sources
from castmates.drawing.variation import varied
from castmates.drawing.walking import Predict
from castmates.families.base import Base

_KEPT = 32
"""Canvases that are kept: the rows of a batch mostly begin with the same picture."""


@dataclass(frozen=True, eq=False)
class Ground:
    """What one row is drawn upon.

    Attributes:
        canvas: None: nothing.
        latents: (c, h, w) of the canvas, or of the pass before; None: noise alone.
        kept: (1, h, w) bool, what the mask keeps; None: no mask.
    """

    canvas: Canvas | None = None
    latents: Tensor | None = None
    kept: Tensor | None = None


class Grounds:
    """The grounds of one drawing job; each picture is fitted and encoded once."""

    def __init__(self, base: Base, sources: Sources) -> None:
        self._base, self._sources = base, sources
        self._known: dict[tuple[object, ...], Ground] = {}

    def of(self, at: Job) -> Ground:
        """What a job is drawn upon."""
        if at.latents is not None:
            return Ground(latents=at.latents)
        start = at.start
        if start is None or (start.strength == 1.0 and start.mask is None):
            return Ground()
        key = (start.picture, start.resize, start.mask, at.size)
        if key not in self._known:
            while len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = self._made(start, at)
        return self._known[key]

    def _made(self, start: Start, at: Job) -> Ground:
        picture = self._sources.pictures[start.picture]
        mask = self._sources.masks[start.mask.picture] if start.mask is not None else None
        canvas = canvas_of(start, picture, mask, at.size)
        # One by one: a picture's latents do not depend on what is drawn beside it.
        latents = self._base.encode_pictures([canvas.pixels])[0]
        kept = None
        if canvas.redrawn is not None:
            _, height, width = latent_shape(at.size, self._base)
            kept = ~cells(canvas.redrawn, (height, width))[None].to(latents.device)
        return Ground(canvas, latents, kept)


def first_state(
    sampler: Sampler,
    schedule: Schedule,
    streams: Streams,
    batch: Batch,
    grounds: Sequence[Ground],
) -> Tensor:
    """(n, c, h, w): every row before the first of its steps.

    Where no step is drawn it is the latents themselves.
    """
    shrink = batch.first.size.height // streams.shape[1]
    noise = torch.stack(
        [_noise(own, at, shrink) for own, at in zip(streams.draw(), batch.jobs, strict=True)]
    )
    whole = batch.first.last is None
    pictures = [None if whole else ground.latents for ground in grounds]
    if schedule.steps:
        return begun(sampler, schedule, noise, pictures)
    return torch.stack([found for found in pictures if found is not None])


def kept_in_place(predict: Predict, grounds: Sequence[Ground]) -> Predict:
    """The network, which sees the originals where masks keep them."""
    masks = [ground.kept for ground in grounds]
    shape = next((mask.shape for mask in masks if mask is not None), None)
    latents = next((g.latents for g in grounds if g.latents is not None), None)
    if shape is None or latents is None:
        return predict
    open_ = torch.zeros(shape, dtype=torch.bool, device=latents.device)
    kept = torch.stack([open_ if mask is None else mask for mask in masks])
    empty = torch.zeros_like(latents)
    clean = torch.stack([empty if g.latents is None else g.latents for g in grounds])
    return holding(predict, kept, clean)


def _noise(own: Tensor, at: Job, shrink: int) -> Tensor:
    if at.variation is None:
        return own
    return varied(own, at.shot.seed, at.variation, at.shot.rng, shrink)
