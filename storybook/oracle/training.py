"""Trains one of the oracle's networks and keeps it if it is not worse; knows no slot."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

import storybook.world as world
from castmates.core.errors import Missing, Unfit
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned
from storybook.oracle import weights
from storybook.oracle.data import Drawn, digest, render
from storybook.oracle.settings import OracleSettings
from storybook.oracle.softly import InPlace
from storybook.oracle.tasks import Finding, Reading, Redrawn, Task
from storybook.train.degrade import Degrade
from storybook.train.loop import Loop, Totals
from storybook.train.redraw import redrawn
from storybook.train.settings import Job
from storybook.train.ship import shipped_vae

BETTER_ENOUGH = 0.0005
"""Scores nearer than this are as good: the older weights have no right to stay for less."""


def train(name: str, job: Job, settings: OracleSettings, tell: Tell) -> bool:
    """Train "reader" or "where" until the budget ends; says whether the weights were kept.

    Args:
        job: `embedded` gives the base and its VAE, `work` keeps pictures and checkpoint.
    """
    torch.manual_seed(job.seed + settings.seed)
    drawn = render(settings.plan, job.work, job.machine.processes, tell)
    again = _redrawn(drawn, settings, job, tell)
    kind = Reading if name == "reader" else Finding
    task: Task = kind(drawn, again, settings, job.machine)
    facts = (
        None
        if job.from_scratch
        else weights.fill(task.network, name, settings.shape, settings.weights)
    )
    path = job.work / f"oracle-{name}.ckpt"
    seed = job.seed + settings.seed
    loop = Loop(path, {"network": task.network}, job.budget, settings.rate, seed, ema=0.99)
    if facts is not None:
        loop.totals = Totals(int(facts["samples"]), float(facts["minutes"]))
    if not job.from_scratch:
        loop.resume()
    _learn(task, loop, job, settings, tell)
    return _promote(task, loop, job, settings, tell)


def _learn(task: Task, loop: Loop, job: Job, settings: OracleSettings, tell: Tell) -> None:
    kind = Degrade if task.name == "reader" else InPlace
    degrade = kind(shipped_vae(job), job.machine, loop.seed + loop.step, mirror=False)
    tell(Began(what=task.name, unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        loop.learn(task.loss(loop.rng, degrade), settings.batch)
        if loop.step % 50 == 0:
            note = f"loss {loop.loss:.4f}, {loop.clock.minutes:.1f} min"
            tell(Moved(what=task.name, done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    loop.swap()


def _redrawn(drawn: Drawn, settings: OracleSettings, job: Job, tell: Tell) -> Redrawn:
    """The first pictures of single characters as the base draws them; none without a base."""
    alone = [i for i, spec in enumerate(drawn.specs) if len(spec.characters) == 1]
    chosen = alone[: settings.redrawn]
    seed = job.seed + settings.seed
    rng = random.Random(seed)
    captions = [world.caption(drawn.specs[i], rng, 0.0) for i in chosen]
    images = np.asarray(drawn.images)[chosen] if chosen else np.empty((0, 1, 1, 3), np.uint8)
    # Not `from_scratch`: that is about the oracle's weights, and the base is none of them.
    base = replace(job, from_scratch=False, seed=seed)
    name = f"oracle-{settings.plan.first}-{digest()}"
    made = redrawn(base, name, images, captions, settings.strength, tell)
    return {} if made is None else dict(zip(chosen, made, strict=True))


def _promote(task: Task, loop: Loop, job: Job, settings: OracleSettings, tell: Tell) -> bool:
    """Keep the weights unless those that are there do better on the same fresh pictures."""
    check = render(settings.check, job.work, job.machine.processes, tell)
    network, folder = task.network.eval(), settings.weights
    after = task.score(network, check)
    tell(Measured(name=f"score of {task.name}", value=after, at=loop.totals.samples))
    before = _score_of_kept(task, check, folder, job)
    if before is not None:
        tell(Measured(name=f"score of the {task.name} that is there", value=before))
        if after < before - BETTER_ENOUGH:
            tell(Warned(what=f"not better than the {task.name} that is there: not kept"))
            return False
    facts = {
        "score": round(after, 5),
        "samples": loop.totals.samples,
        "minutes": round(loop.totals.minutes, 1),
    }
    weights.keep(network, task.name, settings.shape, facts, folder)
    tell(Made(what=task.name, path=str(folder)))
    return True


def _score_of_kept(task: Task, check: Drawn, folder: Path, job: Job) -> float | None:
    """The score of the weights that are there; None if none fit today's questions."""
    try:
        kept = weights.opened(type(task.network), folder)  # type: ignore[type-var]
    except (Missing, Unfit):
        return None
    return task.score(kept.to(job.machine.device), check)
