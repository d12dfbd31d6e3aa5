"""Draw shots as pictures, in mixed batches; knows no studio, no file and no door.

Shots with different words, seeds, guidance, adapters, strengths and schedules of them share a
forward pass: each row of a batch has its own weighting at each call (`castmates.drawing.network`).
The same shot is the same picture, alone or in any company: to 1/255 in float32, to rounding in half
precision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from castmates.core.errors import CastmatesError, Missing, Unfit
from castmates.core.events import Tell, silent
from castmates.core.ports import Pixels
from castmates.core.types import Shot
from castmates.drawing.asked import asked_of, cutter_of
from castmates.drawing.batches import Batch, Job, fitting, grouped, job, latent_shape
from castmates.drawing.fit import check, mentioned, notes
from castmates.drawing.infotext import Origin, adapters_of, png_texts, text_of
from castmates.drawing.network import Network
from castmates.drawing.noise import Paths, Streams
from castmates.drawing.progress import Progress
from castmates.drawing.ranks import cut, cut_adapters
from castmates.drawing.sampler_names import SCHEDULES
from castmates.drawing.samplers import SAMPLERS
from castmates.drawing.schedule import Grid, Spacing
from castmates.drawing.texts import Texts
from castmates.families.base import Base
from castmates.families.precision import half_on
from castmates.prompts.chunks import Cutter
from castmates.prompts.tags import Mention

DECODED_PIXELS = 2**20
"""Pixels that the VAE decodes at once: its memory grows with them (about 4 kB each at float32)."""


@dataclass(frozen=True)
class Drawn:
    """A drawn picture.

    Attributes:
        index: the shot's place in what was asked for.
        shot: with nothing left open: it draws the same picture on any base with these weights.
        pixels: (height, width, 3) uint8.
        origin: what it was made with, besides the shot.
    """

    index: int
    shot: Shot
    pixels: Pixels
    origin: Origin

    @property
    def infotext(self) -> str:
        """A1111's text."""
        return text_of(self.shot, self.origin)

    @property
    def texts(self) -> dict[str, str]:
        """What to write into a PNG, by key: A1111's text and our own."""
        return png_texts(self)


class Painter:
    """Draws shots on one base.

    Args:
        base: opened by `castmates.families.shelf.open_base`; its bank holds the adapters.
        batch: the most pictures at once; None: as many as suit the machine.
        precise: float32 throughout. Otherwise the U-Net runs in half precision where the machine
            is faster so (`castmates.families.precision.half_on`); text and VAE stay as they are.
        spacing: of the schedule "trailing"; "leading" only to repeat older SD 1.x pictures.
        hashes: adapter name -> hash of its tensors (AutoV3), for the infotext.

    Raises:
        Unfit: `precise` on a base that was opened in half precision.
    """

    def __init__(
        self,
        base: Base,
        batch: int | None = None,
        precise: bool = False,
        spacing: Spacing = "trailing",
        hashes: Mapping[str, str] | None = None,
    ) -> None:
        if precise and base.dtype != torch.float32:
            raise Unfit(
                f"Precise drawing wants float32, but {base.name} was opened as {base.dtype}.",
                "Open the base with dtype=torch.float32.",
            )
        self.base = base
        self.batch = batch
        self.half = None if precise else half_on(base.device)
        self.precise = precise
        self.hashes = dict(hashes or {})
        self.grid = Grid(base.alphas_cumprod, base.facts.prediction, spacing)

    def draw(self, shots: Sequence[Shot], tell: Tell = silent) -> Iterator[Drawn]:
        """Draw the shots; pictures come as their batches are done, `index` says which is which.

        Everything that cannot be drawn is told here, before the first picture is begun. Tells
        Began and Moved in steps of single pictures.

        Raises:
            BadInput, Missing, Unfit: see `castmates.drawing.fit.check`.
            CastmatesError: while drawing, if numbers overflow or memory does not suffice.
        """
        cutter = cutter_of(self.base.tokens, self.base.facts.max_tokens)
        jobs = [self._read(job(i, shot, self.base.facts), cutter) for i, shot in enumerate(shots)]
        check(jobs, self.base)
        for note in notes(jobs):
            tell(note)
        limit = self.batch
        mentions = [mention for at in jobs for mention in mentioned(at)]
        jobs = [replace(at, asked=cut_adapters(at.asked)) if at.asked else at for at in jobs]
        batches = grouped(jobs, lambda at: limit or fitting(at, self.base))
        return self._within(mentions, batches, Progress(tell, jobs))

    def _read(self, at: Job, cutter: Cutter) -> Job:
        """The job with its plan."""
        if at.sampler not in SAMPLERS or at.schedule not in SCHEDULES:
            return replace(at, asked=asked_of(at.shot, cutter, at.steps, at.steps))
        sampler = SAMPLERS.take(at.sampler)
        calls = sampler.calls(sampler.schedule(self.grid, at.steps, at.schedule))
        return replace(at, asked=asked_of(at.shot, cutter, sampler.per_step * at.steps, calls))

    def _within(
        self, mentions: Sequence[Mention], batches: Sequence[Batch], progress: Progress
    ) -> Iterator[Drawn]:
        with cut(self.base.bank, mentions):
            yield from self._all(batches, progress)

    def _all(self, batches: Sequence[Batch], progress: Progress) -> Iterator[Drawn]:
        texts = Texts(self.base)
        waiting = list(reversed(batches))
        most = max((len(batch.jobs) for batch in batches), default=0)
        while waiting:
            batch = waiting.pop()
            mark = progress.steps
            try:
                if len(batch.jobs) > most:
                    waiting += reversed(batch.halves())
                    continue
                pictures = self._pictures(batch, texts, progress)
            except torch.OutOfMemoryError:
                if len(batch.jobs) == 1:
                    raise Missing(
                        f"The memory of {self.base.device} does not hold one picture of "
                        f"{batch.first.size}.",
                        "Draw it smaller, or on the CPU.",
                    ) from None
                most = (len(batch.jobs) + 1) // 2
                progress.steps = mark
                waiting.append(batch)
                continue
            yield from pictures

    @torch.no_grad()
    def _pictures(self, batch: Batch, texts: Texts, progress: Progress) -> list[Drawn]:
        latents = self._latents(batch, texts, progress)
        broken = [
            at for at, x in zip(batch.jobs, latents, strict=True) if not bool(x.isfinite().all())
        ]
        if broken:
            raise _overflow(broken[0], self.precise)
        at_once = max(1, DECODED_PIXELS // (batch.first.size.width * batch.first.size.height))
        pixels: list[Pixels] = []
        for first in range(0, len(latents), at_once):
            pixels += self.base.decode(latents[first : first + at_once])
        progress.finish(len(batch.jobs))
        return [
            Drawn(at.index, at.shot, p, self._origin(at))
            for at, p in zip(batch.jobs, pixels, strict=True)
        ]

    def _latents(self, batch: Batch, texts: Texts, progress: Progress) -> Tensor:
        first = batch.first
        sampler = SAMPLERS.take(first.sampler)
        schedule = sampler.schedule(self.grid, first.steps, first.schedule)
        shape, device = latent_shape(first.size, self.base), self.base.device
        seeds = [at.shot.seed for at in batch.jobs]
        streams = Streams(seeds, shape, device, [at.shot.rng for at in batch.jobs])
        latents = start = sampler.start(streams.draw(), schedule)
        paths = sampler.noise == "path"
        fresh = Paths(seeds, shape, schedule, device).fresh if paths else streams.fresh
        predict = Network(self.base, batch, texts, self.grid.prediction)
        with ExitStack() as held:
            if self.precise:
                held.enter_context(torch.backends.cudnn.flags(enabled=True, allow_tf32=False))
            kind = torch.device(device).type
            held.enter_context(torch.autocast(kind, self.half, enabled=self.half is not None))
            for after in sampler.walk(predict, start, schedule, fresh):
                latents = after
                progress.move(len(batch.jobs))
        return latents

    def _origin(self, at: Job) -> Origin:
        used = adapters_of(at.shot)
        return Origin(
            base=self.base.name,
            fingerprint=self.base.fingerprint,
            hashes={name: value for name, value in self.hashes.items() if name in used},
            guidance_rescale=self.base.facts.guidance_rescale,
            precision=str(self.half or self.base.dtype).removeprefix("torch."),
            device=torch.device(self.base.device).type,
            torch=torch.__version__,
        )


def _overflow(at: Job, precise: bool) -> CastmatesError:
    adapters = ", ".join(f"{mention.name} at {mention.unet}" for mention in mentioned(at))
    return CastmatesError(
        f"Picture {at.index + 1} ({at.shot.words[:40]!r}; adapters: {adapters or 'none'}) "
        "came out as numbers that are none.",
        "Lower the strength." if adapters and precise else "Draw it in full precision (float32).",
    )
