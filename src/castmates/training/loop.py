"""Train one adapter from pictures, resumable to the bit; knows no studio and no terminal.

for each step:
    batch = pictures, noise, timesteps and words of this step       (lessons)
    loss  = |network(noisy pictures, words) - target|^2             (objective, losses, learner)
    one update at the scheduled rate                                (schedules, optimizers, learner)
    after an epoch: measure on the frozen batch, save checkpoint and state, draw samples
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path

from castmates.adapters.file import save as save_adapter
from castmates.core.errors import CastmatesError, Stopped
from castmates.core.events import Began, Made, Measured, Moved, Tell, silent
from castmates.core.types import Character, Size
from castmates.families.base import Base
from castmates.files.studio import RunFolder
from castmates.training import arithmetic, cache, optimizers, state
from castmates.training.checkpoint_names import Save, average_name
from castmates.training.clock import Clock
from castmates.training.data import Item
from castmates.training.interruption import noted
from castmates.training.learner import Learner
from castmates.training.lessons import Batch, Lessons
from castmates.training.metadata import metadata_of
from castmates.training.origin import claim, origin_of
from castmates.training.plan import Plan, plan, repeated
from castmates.training.prepare import Material, prepared
from castmates.training.recipe import Recipe
from castmates.training.samples import Gallery, Samples
from castmates.training.views import resolution

_STATE_EVERY = 60.0
"""Seconds between states within an epoch: what a kill can cost at most."""


@dataclass(frozen=True)
class _Run:
    """What stays the same over a run."""

    base: Base
    recipe: Recipe
    items: tuple[Item, ...]
    road: Plan
    size: Size
    folder: RunFolder
    character: Character
    tell: Tell

    @property
    def average(self) -> Path:
        """Where the running average is saved."""
        return self.folder.path / average_name(self.character.name)


def train(
    base: Base,
    items: Sequence[Item],
    recipe: Recipe,
    run: RunFolder,
    character: Character,
    tell: Tell = silent,
    held_out: Sequence[Item] = (),
    samples: Samples | None = None,
) -> list[Path]:
    """Train an adapter for the character, or go on where this run was stopped.

    The same call continues from `run.state`, bit for bit as if it had never stopped; a finished run
    returns at once. Two writers at a time are kept apart by the caller (`files.locks`).

    Args:
        items: pictures to train on.
        held_out: pictures that are only measured on; without them the frozen batch is made of
            training pictures.
        samples: pictures to draw meanwhile; they decide nothing.

    Returns:
        The checkpoints that are there, in order; the running average, if there is one, stands
        before the last, which has the plain name.

    Raises:
        BadInput: no pictures, or a broken one; an optimizer or an argument that is not known; a
            sample that cannot be drawn.
        Unfit: the folder holds a run of another recipe, base or set of pictures; or the recipe's
            targets match no layer of this base.
        Stopped: Ctrl-C; the step was finished and the state saved.
        CastmatesError: the loss is no number any more; the last good state is kept.
    """
    native = base.facts.native_size
    road = plan(recipe, items, character.name, native=native)
    all_items = repeated(items, recipe)
    notes = [
        *optimizers.check(recipe, base.device),
        *arithmetic.cautions(recipe.precision, base.device),
    ]
    claim(run, recipe, origin_of(base.name, base.fingerprint, all_items))
    this = _Run(base, recipe, all_items, road, resolution(recipe, native), run, character, tell)
    if (run.path / road.saves[-1].file).exists():
        return _left(this)
    for note in notes:
        tell(note)
    material = Material(base, recipe, all_items, road.steps, character, tuple(held_out), tell)
    lessons, frozen = prepared(material, run.state / cache.FILE)
    learner = Learner(base, recipe, character.name)
    try:
        gallery = Gallery(base, samples, character.name, recipe.seed, tell) if samples else None
        with noted() as stop_asked:
            _learn(this, learner, lessons, frozen, gallery, stop_asked)
    finally:
        learner.leave()
    return _left(this)


def _learn(
    this: _Run,
    learner: Learner,
    lessons: Lessons,
    frozen: list[Batch],
    gallery: Gallery | None,
    stop_asked: Callable[[], bool],
) -> None:
    road, tell, saves = this.road, this.tell, {save.step: save for save in this.road.saves}
    done = _begun(this, learner)
    if done == 0:
        tell(Measured(name="held_out_loss", value=learner.measure(frozen), at=0))
        _draw(this, gallery, 0)
    clock = Clock(road.steps_per_epoch)
    schedule = this.recipe.schedule_over(road.steps, road.steps_per_epoch)
    while done < road.steps:
        batch = lessons.at(done)
        loss = learner.learn(batch, schedule.factor(done))
        if isnan(loss):
            raise _diverged(this, done, learner.likely_cause(batch))
        done += 1
        clock.step(loss)
        tell(Measured(name="loss", value=loss, at=done))
        for name, rate in learner.rates().items():
            tell(Measured(name=name, value=rate, at=done))
        tell(Moved(what="training", done=done, note=clock.note(road.steps - done)))
        if road.ends_epoch(done):
            tell(Measured(name="held_out_loss", value=learner.measure(frozen), at=done))
        if done in saves:
            _checkpoint(this, learner, saves[done])
        if done in saves or road.ends_epoch(done) or clock.due(_STATE_EVERY) or stop_asked():
            state.keep(this.folder.state, learner.state(done))
        if stop_asked() and done < road.steps:
            raise Stopped(
                f"Training was stopped after step {done} of {road.steps}; its state is saved.",
                "The same command goes on from here.",
            )
        if _draw(this, gallery, done):
            clock.rested()
    if not (this.folder.path / saves[done].file).exists():
        _checkpoint(this, learner, saves[done])


def _begun(this: _Run, learner: Learner) -> int:
    """Go on from the state that was left, if any; the steps that are done."""
    kept = state.found(this.folder.state)
    if kept:
        learner.go_on(kept)
    done, how = kept.step if kept else 0, arithmetic.written(learner.half)
    this.tell(Began(what="training", total=this.road.steps, unit="steps"))
    this.tell(Moved(what="training", done=done, note=f"{how} on {this.base.device}"))
    return done


def _draw(this: _Run, gallery: Gallery | None, done: int) -> bool:
    """Draw the samples that are due; whether there were any."""
    return gallery is not None and gallery.draw(done, this.road, this.folder.samples)


def _checkpoint(this: _Run, learner: Learner, save: Save) -> None:
    """Save the adapter; at the end its running average first; remove what `keep_last` leaves out.

    What was chosen is a copy beside the character, and the last one has no number: both stay.
    """
    adapters = {this.folder.path / save.file: learner.adapter}
    if save is this.road.saves[-1] and learner.average is not None:
        adapters = {this.average: learner.averaged, **adapters}
    for path, adapter in adapters.items():
        told = metadata_of(
            replace(save, file=path.name),
            this.road,
            this.recipe,
            this.base,
            this.character,
            this.items,
            this.size,
        )
        save_adapter(path, adapter(), told)
        this.tell(Made(what="checkpoint", path=str(path)))
    numbered = [one for one in this.road.saves[:-1] if one.step <= save.step]
    for old in numbered[: -(this.recipe.keep_last or len(numbered))]:
        (this.folder.path / old.file).unlink(missing_ok=True)


def _left(this: _Run) -> list[Path]:
    """The checkpoints that are there."""
    *numbered, last = (this.folder.path / save.file for save in this.road.saves)
    return [path for path in (*numbered, this.average, last) if path.exists()]


def _diverged(this: _Run, done: int, cause: str) -> CastmatesError:
    kept = state.found(this.folder.state)
    return CastmatesError(
        f"The loss is no number any more in step {done + 1} of {this.road.steps}: {cause}. The "
        f"state after step {kept.step if kept else 0} and the epochs saved so far are kept.",
        "Mend that, or start a new run with lower rates: unet_rate = "
        f"{this.recipe.unet_rate / 3:.1g}, text_rate = {this.recipe.text_rate / 3:.1g}.",
    )
