"""What a step costs on this machine, measured in a few steps that leave nothing behind.

The steps are the run's own: its batches, words and layers. Only the pictures are replaced by noise
of their sizes, so that they need not be encoded first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TypeVar

import torch

from castmates.core.errors import Unfit
from castmates.core.events import Began
from castmates.training.chance import normal
from castmates.training.latents import Shown, encode
from castmates.training.learner import Learner
from castmates.training.lessons import Lessons
from castmates.training.looks import Looks
from castmates.training.plan import Plan
from castmates.training.prepare import Material
from castmates.training.texts import Texts
from castmates.training.views import resolution

T = TypeVar("T")

MOST_STEPS = 4
MOST_SECONDS = 20.0
"""The probe ends after so many steps, or after the first one that ends later than this."""


@dataclass(frozen=True)
class Probe:
    """What was measured.

    Attributes:
        step: seconds of a step, the median without the first one where there are more.
        measuring: seconds to measure the held-out loss once.
        encoding: seconds to encode one picture.
        memory: bytes that the process (on a GPU: its share of the device) held at most, model and
            libraries included; None: this system does not say.
        device: where it ran.
    """

    step: float
    measuring: float
    encoding: float
    memory: int | None
    device: str

    def seconds(self, road: Plan, encodings: int) -> float:
        """How long the whole run should take; writing checkpoints is left out.

        Args:
            encodings: how many windows of pictures are encoded before the first step.
        """
        encoding = self.encoding * encodings
        return encoding + road.steps * self.step + (road.epochs + 1) * self.measuring


def probe(of: Material) -> Probe:
    """Try the run's first steps.

    Raises:
        Unfit: the device's memory does not hold one step.
        BadInput: the first picture is broken.
    """
    of.tell(Began(what="trying a few steps"))
    try:
        return _tried(of)
    except torch.OutOfMemoryError as error:
        size = resolution(of.recipe, of.base.facts.native_size)
        raise Unfit(
            f"One step at {size} in batches of {of.recipe.batch} does not fit into the memory of "
            f"{of.base.device}.",
            "Take a smaller batch or size: --set batch=1 --set size=512.",
        ) from error


def _tried(of: Material) -> Probe:
    base = of.base
    if base.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(base.device)
    looks, measured = of.looks(), of.measured()
    first = looks.items[0], looks.views[0][0]
    channels = len(encode(base, *first))
    encoding, _ = timed(lambda: encode(base, *first))
    lessons = imagined(of, looks, measured, channels)
    frozen = lessons.frozen([item for item, _ in measured], [view for _, view in measured])
    learner = Learner(base, of.recipe, "a probe")
    try:
        took: list[float] = []
        while len(took) < MOST_STEPS and sum(took) < MOST_SECONDS:
            took.append(timed(partial(_learn, learner, lessons, len(took)))[0])
        once, _ = timed(lambda: learner.measure(frozen[:1]))
    finally:
        learner.leave()
    return Probe(
        step=median(took[1:] or took),
        measuring=once * len(frozen),
        encoding=encoding,
        memory=held(base.device),
        device=str(base.device),
    )


def _learn(learner: Learner, lessons: Lessons, step: int) -> float:
    return learner.learn(lessons.batches(step), 1.0)


def imagined(of: Material, looks: Looks, measured: Sequence[Shown], channels: int) -> Lessons:
    """The run's lessons over noise; shifted colours are encoded as they will be."""
    base, by = of.base, of.base.facts.latent_side
    shown = dict.fromkeys((*looks.shown(), *measured))
    latents = {
        (item.digest, view): normal(
            (channels, view.size[1] // by, view.size[0] // by), of.recipe.seed, "probe", view
        )
        for item, view in shown
    }
    said = None if of.recipe.trains_text else Texts(base, of.recipe.max_tokens, {})
    steps = len(base.alphas_cumprod)
    return Lessons(
        looks,
        latents,
        steps,
        lambda at: encode(base, at.item, at.view, at.tint),
        texts=said,
        framed=base.facts.reads_frame,
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds, and what came of it."""
    began = time.perf_counter()
    done = work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began, done


def held(device: torch.device) -> int | None:
    """Bytes that the process (on a GPU: its share of the device) held at most."""
    if device.type == "cuda":
        return int(torch.cuda.max_memory_reserved(device))
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
