"""Trains the U-Net on cached latents with a frozen text encoder; knows nothing of rendering.

v-prediction with zero terminal SNR, stratified timesteps, a tenth of the captions left out for
guidance (Ho & Salimans 2022, 2207.12598), captions worded afresh on every visit, AdamW, EMA.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import storybook.world as world
from castmates.core.events import Began, Measured, Moved, Tell
from storybook.train.curve import Curve, Point
from storybook.train.diffusion import kept_signal, noised, stratified
from storybook.train.loop import Loop, Totals
from storybook.train.networks import autocast, ready_unet
from storybook.train.settings import Job, UnetSettings
from storybook.train.tokenizer import tokens_of

HELD_FIRST = 30_000_000
CURVE_MINUTES = 2.0


@dataclass(frozen=True)
class Lessons:
    """What the U-Net learns from: latents and the descriptions they were drawn from.

    `share` is the part of each batch that comes from here, when there are several.
    """

    latents: Tensor
    specs: list[Any]
    share: float = 1.0


@dataclass(frozen=True)
class HeldOut:
    """Latents, states of their captions, timesteps and noise that never change."""

    latents: Tensor
    states: Tensor
    timesteps: Tensor
    noise: Tensor


@dataclass(frozen=True)
class Words:
    """The frozen text side: captions -> states that the U-Net attends to."""

    tokenizer: Any
    text: Any
    job: Job

    @torch.no_grad()
    def states(self, captions: list[str]) -> Tensor:
        """(n, 77, width) of the captions."""
        tokens = tokens_of(self.tokenizer, captions).to(self.job.machine.device)
        with autocast(self.job.machine):
            states: Tensor = self.text(tokens)[0]
        return states


def held_out(lessons: Lessons, words: Words) -> HeldOut:
    """Fix captions, timesteps and noise of held-out pictures once and for all."""
    rng = random.Random(7)
    noise = torch.Generator().manual_seed(7)
    captions = [world.caption(spec, rng, 0.0) for spec in lessons.specs]
    count = len(captions)
    return HeldOut(
        latents=lessons.latents.float(),
        states=words.states(captions).float().cpu(),
        timesteps=stratified(count, noise),
        noise=torch.randn(lessons.latents.shape, generator=noise),
    )


@torch.no_grad()
def held_out_loss(unet: Any, held: HeldOut, job: Job, batch: int = 64) -> float:
    """Mean squared error of v over the held-out set: the same pictures, words and noise always."""
    kept, total = kept_signal(), 0.0
    device = job.machine.device
    for begin in range(0, len(held.latents), batch):
        part = slice(begin, begin + batch)
        times = held.timesteps[part]
        mixed, wanted = noised(held.latents[part], held.noise[part], kept[times])
        mixed = mixed.to(device).contiguous(memory_format=torch.channels_last)
        with autocast(job.machine):
            states = held.states[part].to(device)
            said = unet(mixed, times.to(device), states).sample
        total += float(((said.float().cpu() - wanted) ** 2).mean((1, 2, 3)).sum())
    return total / len(held.latents)


@dataclass(frozen=True)
class Stretch:
    """What one stretch gave: the loss before and after, and the totals over all stretches."""

    before: float
    after: float
    totals: Totals


class UnetTrainer:
    """One stretch of U-Net training; `on_sheet` is called now and then with averaged weights."""

    def __init__(
        self, unet: Any, words: Words, settings: UnetSettings, job: Job, curve: Curve
    ) -> None:
        self._settings = settings
        self._job = job
        self._words = words
        self._curve = curve
        self.unet = ready_unet(unet, job.machine).train()
        self._quick = torch.compile(self.unet) if job.machine.compiled else self.unet
        warm = curve.last is not None and not job.from_scratch
        rate = replace(settings.rate, peak=settings.warm_peak) if warm else settings.rate
        modules = {"unet": self.unet}
        self.loop = Loop(job.work / "unet.ckpt", modules, job.budget, rate, job.seed, settings.ema)
        if curve.last is not None:
            self.loop.totals = Totals(curve.last.samples, curve.last.minutes)
            self.loop.age = 400
        if self.loop.resume():
            curve.catch_up(self.loop.totals.samples)
        self._kept = kept_signal()
        self._order: list[int] = []

    def _batch(self, lessons: Sequence[Lessons]) -> tuple[Tensor, list[str]]:
        rng, settings = self.loop.rng, self._settings
        latents, captions = [], []
        for one in rng.choices(lessons, [one.share for one in lessons], k=settings.batch):
            index = rng.randrange(len(one.specs))
            latents.append(one.latents[index])
            silent = rng.random() < settings.caption_drop
            spoken = "" if silent else world.caption(one.specs[index], rng, settings.tag_drop)
            captions.append(spoken)
        return torch.stack(latents).float(), captions

    def step(self, lessons: Sequence[Lessons]) -> None:
        """One optimizer step on one batch."""
        self.loop.clock.start()
        device = self._job.machine.device
        latents, captions = self._batch(lessons)
        times = stratified(len(latents), self.loop.noise, self._settings.lean)
        noise = torch.randn(latents.shape, generator=self.loop.noise)
        mixed, wanted = noised(latents, noise, self._kept[times])
        mixed = mixed.to(device).contiguous(memory_format=torch.channels_last)
        states = self._words.states(captions)
        with autocast(self._job.machine):
            said = self._quick(mixed, times.to(device), states).sample
        loss = ((said.float() - wanted.to(device)) ** 2).mean()
        self.loop.learn(loss, len(latents))

    def _loss(self, held: HeldOut) -> float:
        self.loop.swap()
        self.unet.eval()
        loss = held_out_loss(self.unet, held, self._job)
        self.unet.train()
        self.loop.swap()
        return loss

    def measure(self, held: HeldOut) -> float:
        """The held-out loss of the averaged weights, written into the curve."""
        loss = self._loss(held)
        totals = self.loop.totals
        self._curve.add(Point(totals.samples, round(totals.minutes, 2), round(loss, 5)))
        return loss

    def run(
        self,
        lessons: Sequence[Lessons],
        held: HeldOut,
        tell: Tell,
        on_sheet: Any = None,
        beside: HeldOut | None = None,
    ) -> Stretch:
        """Train until the budget ends; leaves the averaged weights in `unet`.

        Args:
            held: what the curve is drawn from.
            beside: a second held-out set, which counts as much in the stretch's two figures.
        """
        tell(Began(what="unet", unit="minutes"))
        before = self._both("before", held, beside, tell)
        measured = sheet = self.loop.clock.minutes
        began = time.monotonic()
        while self.loop.done < 1:
            self.step(lessons)
            minutes = self.loop.clock.minutes
            if self.loop.step % 100 == 0:
                speed = self._settings.batch / max(1e-6, time.monotonic() - began) * 100
                began = time.monotonic()
                note = f"loss {self.loop.loss:.4f}, {minutes:.1f} min, {speed:.0f} samples/s"
                tell(Moved(what="unet", done=self.loop.step, note=note))
            if minutes - measured >= CURVE_MINUTES:
                measured = minutes
                loss = self.measure(held)
                tell(Measured(name="held-out loss", value=loss, at=self.loop.totals.samples))
            if on_sheet is not None and minutes - sheet >= self._settings.sheet_minutes:
                sheet = minutes
                self._show(on_sheet)
            self.loop.save_now_and_then()
        after = self._both("after", held, beside, tell)
        self.loop.save_now_and_then(finished=True)
        self.loop.swap()
        self.unet.eval()
        return Stretch(before, after, self.loop.totals)

    def _both(self, when: str, held: HeldOut, beside: HeldOut | None, tell: Tell) -> float:
        at = self.loop.totals.samples
        first = self.measure(held)
        tell(Measured(name=f"held-out loss {when}", value=first, at=at))
        if beside is None:
            return first
        second = self._loss(beside)
        tell(Measured(name=f"held-out loss {when}, grown world", value=second, at=at))
        return (first + second) / 2

    def _show(self, on_sheet: Any) -> None:
        self.loop.swap()
        self.unet.eval()
        on_sheet(self.unet, self.loop.totals)
        self.unet.train()
        self.loop.swap()


def load_weights(unet: Any, folder: Path) -> None:
    """Fill a U-Net from a diffusers folder."""
    from diffusers import UNet2DConditionModel

    unet.load_state_dict(UNet2DConditionModel.from_pretrained(folder).state_dict())
