"""What a step costs on this machine, measured in a few steps that leave nothing behind.

The steps are the run's own: its batches, words and layers. Only the pictures are replaced by one of
them, so that the others need not be encoded first.
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
from castmates.core.events import Began, Tell, silent
from castmates.core.types import Size
from castmates.families.base import Base
from castmates.files import images
from castmates.training.data import Item
from castmates.training.latents import key_of
from castmates.training.learner import Learner
from castmates.training.lessons import Lessons
from castmates.training.plan import Plan, repeated
from castmates.training.recipe import Recipe

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

    def seconds(self, road: Plan, sides: int) -> float:
        """How long the whole run should take; writing checkpoints is left out.

        Args:
            sides: 2 when mirrored pictures are encoded as well.
        """
        encoding = self.encoding * road.images * sides
        return encoding + road.steps * self.step + (road.epochs + 1) * self.measuring


def probe(
    base: Base, items: Sequence[Item], recipe: Recipe, size: Size, tell: Tell = silent
) -> Probe:
    """Try the run's first steps.

    Raises:
        Unfit: the device's memory does not hold one step.
        BadInput: the first picture is broken.
    """
    tell(Began(what="trying a few steps"))
    shown = repeated(items, recipe)
    try:
        return _tried(base, shown, recipe, size)
    except torch.OutOfMemoryError as error:
        raise Unfit(
            f"One step at {size} in batches of {recipe.batch} does not fit into the memory of "
            f"{base.device}.",
            "Take a smaller batch or size: --set batch=1 --set size=512.",
        ) from error


def _tried(base: Base, items: Sequence[Item], recipe: Recipe, size: Size) -> Probe:
    if base.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(base.device)
    pixels = images.resized(images.read(items[0].path), size, fit="cover")
    base.encode_pictures([pixels])
    encoding, latent = _timed(lambda: base.encode_pictures([pixels])[0].float().cpu())
    sides = (False, True) if recipe.flip else (False,)
    keys = [key_of(item, base, size, side) for item in items for side in sides]
    lessons = Lessons.of(base, items, dict.fromkeys(keys, latent), recipe, size)
    frozen = lessons.frozen(items, [key_of(item, base, size) for item in items])
    learner = Learner(base, recipe, "a probe")
    try:
        took: list[float] = []
        while len(took) < MOST_STEPS and sum(took) < MOST_SECONDS:
            took.append(_timed(partial(learner.learn, lessons.at(len(took)), 1.0))[0])
        once, _ = _timed(lambda: learner.measure(frozen[:1]))
    finally:
        learner.leave()
    return Probe(
        step=median(took[1:] or took),
        measuring=once * len(frozen),
        encoding=encoding,
        memory=_held(base.device),
        device=str(base.device),
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    done = work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - began, done


def _held(device: torch.device) -> int | None:
    if device.type == "cuda":
        return int(torch.cuda.max_memory_reserved(device))
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
