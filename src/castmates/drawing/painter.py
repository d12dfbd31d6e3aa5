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
from castmates.drawing.hires import enlarged_latents
from castmates.drawing.image_to_image import tail
from castmates.drawing.infotext import Origin, adapters_of, png_texts, text_of
from castmates.drawing.network import Network
from castmates.drawing.noise import Paths, Streams
from castmates.drawing.passes import Grounds, first_state, kept_in_place
from castmates.drawing.places import places_of
from castmates.drawing.progress import Progress
from castmates.drawing.ranks import cut, cut_adapters
from castmates.drawing.sampler_names import SCHEDULES
from castmates.drawing.samplers import SAMPLERS
from castmates.drawing.schedule import Grid, Spacing
from castmates.drawing.shots import region_shots
from castmates.drawing.sources import Sources
from castmates.drawing.stated import as_trained
from castmates.drawing.texts import Texts
from castmates.families.base import Base
from castmates.families.precision import half_on
from castmates.prompts.chunks import Cutter
from castmates.prompts.scheduling import Pass
from castmates.prompts.tags import Mention

DECODED_PIXELS = 2**20
"""Pixels that the VAE decodes at once: its memory grows with them (about 4 kB each at float32)."""


@dataclass(frozen=True)
class Drawn:
    """A drawn picture.

    Attributes:
        index: the shot's place in what was asked for.
        shot: with nothing left open: it draws the same picture on any base with these weights.
        pixels: (height, width, 3) uint8; of the shot's size, or larger by hires fix, or of the
            original where only a mask's area of it was drawn.
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
        sources: the pictures, masks and upscalers that shots name.

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
        sources: Sources | None = None,
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
        self.sources = sources or Sources()
        self.grid = Grid(base.alphas_cumprod, base.facts.prediction, spacing)

    def draw(self, shots: Sequence[Shot], tell: Tell = silent) -> Iterator[Drawn]:
        """Draw the shots; pictures come as their batches are done, `index` says which is which.

        Everything that cannot be drawn is told here, before the first picture is begun. Tells
        Began and Moved in steps of single pictures.

        Raises:
            BadInput, Missing, Unfit: see `castmates.drawing.fit.check`.
            CastmatesError: while drawing, if numbers overflow or memory does not suffice.
        """
        base = self.base
        cutter = cutter_of(base.tokens, base.facts.max_tokens, base.inversions.counts)
        asked = [as_trained(shot, base) for shot in shots]
        jobs = [self._read(job(i, shot, base.facts), cutter) for i, shot in enumerate(asked)]
        check(jobs, self.base, self.sources)
        for note in notes(jobs, self.sources, self.base.facts):
            tell(note)
        mentions = [mention for at in jobs for mention in mentioned(at)]
        jobs = [_cut(at) for at in jobs]
        return self._within(mentions, jobs, Progress(tell, jobs))

    def _read(self, at: Job, cutter: Cutter, after: int | None = None) -> Job:
        """The job with its plan, and the plan of the pass that follows.

        In a second pass, prompts count the steps that are drawn; with a picture to begin with, as
        in A1111, those of the whole schedule.
        """
        if at.sampler not in SAMPLERS or at.schedule not in SCHEDULES:
            return _planned(at, cutter, Pass(at.steps), at.steps)
        sampler = SAMPLERS.take(at.sampler)
        schedule = sampler.schedule(self._grid(at), at.steps, at.schedule)
        calls = sampler.calls(tail(schedule, at.last))
        steps = at.steps if after is None else max(1, at.drawn_steps)
        course = Pass(sampler.per_step * steps, after)
        second = at.second and self._read(at.second, cutter, course.steps)
        return replace(_planned(at, cutter, course, calls), second=second)

    def _grid(self, at: Job) -> Grid:
        """The grid of a picture's size: flows lean the more to the noise, the larger it is."""
        facts = self.base.facts
        return replace(self.grid, shift=facts.lean_of((at.size.width, at.size.height)))

    def _within(
        self, mentions: Sequence[Mention], jobs: Sequence[Job], progress: Progress
    ) -> Iterator[Drawn]:
        with cut(self.base.bank, mentions):
            later: list[Job] = []
            yield from self._all(jobs, progress, later)
            yield from self._all(later, progress, [])

    def _all(self, jobs: Sequence[Job], progress: Progress, later: list[Job]) -> Iterator[Drawn]:
        """Draw one pass of jobs; those that another one follows are put to `later`."""
        batches = grouped(jobs, lambda at: self.batch or fitting(at, self.base))
        texts, grounds = Texts(self.base), Grounds(self.base, self.sources)
        waiting = list(reversed(batches))
        most = max((len(batch.jobs) for batch in batches), default=0)
        while waiting:
            batch = waiting.pop()
            mark = progress.steps
            try:
                if len(batch.jobs) > most:
                    waiting += reversed(batch.halves())
                    continue
                latents = self._latents(batch, texts, grounds, progress)
                ended = [*zip(batch.jobs, latents, strict=True)]
                following = [self._following(at, x) for at, x in ended if at.second is not None]
                pictures = self._pictures([one for one in ended if not one[0].second], grounds)
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
            later += following
            progress.finish(len(pictures))
            yield from pictures

    def _pictures(self, ended: Sequence[tuple[Job, Tensor]], grounds: Grounds) -> list[Drawn]:
        found: list[Drawn] = []
        for at, pixels in zip((at for at, _ in ended), self._decoded(ended), strict=True):
            canvas = grounds.of(at).canvas
            whole = pixels if canvas is None else canvas.finished(pixels)
            found.append(Drawn(at.index, at.shot, whole, self._origin(at)))
        return found

    def _decoded(self, ended: Sequence[tuple[Job, Tensor]]) -> list[Pixels]:
        if not ended:
            return []
        size = ended[0][0].size
        at_once = max(1, DECODED_PIXELS // (size.width * size.height))
        latents = torch.stack([x for _, x in ended])
        pixels: list[Pixels] = []
        for first in range(0, len(latents), at_once):
            pixels += self.base.decode(latents[first : first + at_once])
        return pixels

    def _following(self, at: Job, latents: Tensor) -> Job:
        """The second pass of a job, with what it begins with."""
        if at.second is None or at.hires is None:
            raise ValueError("a job without hires fix has no second pass")
        sources, name = self.sources, at.hires.upscaler
        large = enlarged_latents(latents, name, at.second, self.base, sources)
        return replace(at.second, latents=large)

    @torch.no_grad()
    def _latents(self, batch: Batch, texts: Texts, grounds: Grounds, progress: Progress) -> Tensor:
        first = batch.first
        sampler = SAMPLERS.take(first.sampler)
        whole = sampler.schedule(self._grid(first), first.steps, first.schedule)
        schedule = tail(whole, first.last)
        shape, device = latent_shape(first.size, self.base), self.base.device
        seeds = [at.shot.seed for at in batch.jobs]
        streams = Streams(seeds, shape, device, [at.shot.rng for at in batch.jobs])
        rows = [grounds.of(at) for at in batch.jobs]
        latents = start = first_state(sampler, schedule, streams, batch, rows)
        paths = sampler.noise == "path"
        # A path runs over the whole schedule, of which only the end may be walked.
        fresh = Paths(seeds, shape, whole, device).fresh if paths else streams.fresh
        places = [places_of(at, self.base, self.sources) for at in batch.jobs]
        network = Network(self.base, batch, texts, self.grid.prediction, places)
        predict = kept_in_place(network, rows)
        with ExitStack() as held:
            if self.precise:
                held.enter_context(torch.backends.cudnn.flags(enabled=True, allow_tf32=False))
            kind = torch.device(device).type
            held.enter_context(torch.autocast(kind, self.half, enabled=self.half is not None))
            walk = sampler.walk(predict, start, schedule, fresh) if schedule.steps else ()
            for after in walk:
                latents = after
                progress.move(len(batch.jobs))
        for at, x in zip(batch.jobs, latents, strict=True):
            if not bool(x.isfinite().all()):
                raise _overflow(at, self.precise)
        return latents

    def _origin(self, at: Job) -> Origin:
        used = adapters_of(at.shot)
        enlarging = self.sources.upscaler_hashes(at.hires.upscaler) if at.hires else {}
        begun = [at.start.picture, at.start.mask and at.start.mask.picture] if at.start else []
        return Origin(
            base=self.base.name,
            fingerprint=self.base.fingerprint,
            vae=getattr(self.base, "vae_name", ""),
            vae_hash=getattr(self.base, "vae_hash", ""),
            hashes={name: value for name, value in self.hashes.items() if name in used},
            inversions={name: self.base.inversions.sha256_of(name) for name in _inversions(at)},
            upscalers=enlarging,
            files={key: name for key, name in self.sources.files.items() if key in begun},
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


def _inversions(at: Job) -> dict[str, None]:
    """The textual inversions that a job's words name, and its regions' words."""
    asked = (at.asked, *at.regions)
    return dict.fromkeys(name for one in asked if one is not None for name in one.plan.inversions)


def _cut(at: Job) -> Job:
    """The job and its second pass, with the names that adapters cut to their first ranks have."""
    asked = at.asked and cut_adapters(at.asked)
    regions = tuple(map(cut_adapters, at.regions))
    return replace(at, asked=asked, regions=regions, second=at.second and _cut(at.second))


def _planned(at: Job, cutter: Cutter, course: Pass, calls: int) -> Job:
    """The job with the plans of its words and of its regions' words."""
    how = (cutter, course, calls, at.weighs)
    asked = asked_of(at.shot, *how)
    regions = tuple(asked_of(one, *how) for one in region_shots(at.shot))
    return replace(at, asked=asked, regions=regions)
