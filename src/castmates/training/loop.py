"""Train one adapter from pictures, resumable to the bit; knows no studio and no terminal.

for each step:
    batch = pictures, noise, timesteps and words of this step       (lessons)
    loss  = |network(noisy pictures, words) - target|^2             (objective, losses, learner)
    one update at the scheduled rate                                (schedules, optimizers, learner)
    after an epoch: measure on the frozen batch, save checkpoint and state, draw samples
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path

from castmates.adapters.file import save as save_adapter
from castmates.core.errors import CastmatesError, Stopped
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned, silent
from castmates.core.types import Character, Size
from castmates.families.base import Base
from castmates.files.studio import RunFolder
from castmates.training import arithmetic, cache, optimizers, start, state
from castmates.training.asking import Work, alone
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
class Run:
    """What stays the same over a run.

    Attributes:
        items: the pictures, with the repeats of the plan.
        notes: what a user should know of the recipe on this machine.
    """

    base: Base
    recipe: Recipe
    items: tuple[Item, ...]
    road: Plan
    size: Size
    folder: RunFolder
    character: Character
    tell: Tell
    notes: tuple[Warned, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether the last checkpoint is there."""
        return (self.folder.path / self.road.saves[-1].file).exists()

    @property
    def average(self) -> Path:
        """Where the running average is saved."""
        return self.folder.path / average_name(self.character.name)

    def left(self) -> list[Path]:
        """The checkpoints that are there, in order; the average stands before the last."""
        *numbered, last = (self.folder.path / save.file for save in self.road.saves)
        return [path for path in (*numbered, self.average, last) if path.exists()]


StopAsked = Callable[[], bool]
"""Whether the run should end after this step."""


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
        Unfit: the folder holds a run of another recipe, base or set of pictures; the recipe's
            targets match no layer of this base; or the adapter that it goes on from is another.
        Stopped: Ctrl-C; the step was finished and the state saved.
        CastmatesError: the loss is no number any more; the last good state is kept.
    """
    this = opened(base, items, recipe, run, character, tell)
    if not this.is_finished:
        with ready(this, held_out, samples) as steps, noted() as stop_asked:
            alone(base, steps(stop_asked))
    return this.left()


def opened(
    base: Base,
    items: Sequence[Item],
    recipe: Recipe,
    run: RunFolder,
    character: Character,
    tell: Tell,
) -> Run:
    """The run, its folder claimed; nothing is encoded yet. Raises as `train`, before any work."""
    native = base.facts.native_size
    road = plan(recipe, items, character.name, native=native)
    notes = (
        *optimizers.check(recipe, base.device),
        *arithmetic.cautions(recipe.precision, base.device),
    )
    visited = repeated(items, recipe)
    start.kept(run, recipe)
    claim(run, recipe, origin_of(base.name, base.fingerprint, visited))
    size = resolution(recipe, native)
    return Run(base, recipe, visited, road, size, run, character, tell, notes)


@contextmanager
def ready(
    this: Run, held_out: Sequence[Item], samples: Samples | None, adapter: str = ""
) -> Iterator[Callable[[StopAsked], Work[None]]]:
    """Inside, the adapter is in the base's bank, and yields what makes the run's steps.

    Args:
        adapter: its name in the bank; empty: the character's.
    """
    base, recipe, who, tell = this.base, this.recipe, this.character, this.tell
    for note in this.notes:
        tell(note)
    material = Material(base, recipe, this.items, this.road.steps, who, tuple(held_out), tell)
    lessons, frozen = prepared(material, this.folder.state / cache.FILE)
    begin = start.kept(this.folder, recipe)
    learner = Learner(base, recipe, adapter or who.name, begin)
    try:
        gallery = None
        if samples is not None:
            gallery = Gallery(base, samples, who.name, recipe.seed, tell, adapter)
        yield lambda stop_asked: _learn(this, learner, lessons, frozen, gallery, stop_asked)
    finally:
        learner.leave()


def _learn(
    this: Run,
    learner: Learner,
    lessons: Lessons,
    frozen: list[Batch],
    gallery: Gallery | None,
    stop_asked: StopAsked,
) -> Work[None]:
    road, tell, saves = this.road, this.tell, {save.step: save for save in this.road.saves}
    done = _begun(this, learner)
    if done == 0:
        held_out = yield from learner.measuring(frozen)
        tell(Measured(name="held_out_loss", value=held_out, at=0))
        _draw(this, gallery, 0)
    clock = Clock(road.steps_per_epoch)
    schedule = this.recipe.schedule_over(road.steps, road.steps_per_epoch)
    while done < road.steps:
        batches = lessons.batches(done)
        loss = yield from learner.learning(batches, schedule.factor(done))
        if isnan(loss):
            raise _diverged(this, done, learner.likely_cause(batches))
        done += 1
        clock.step(loss)
        tell(Measured(name="loss", value=loss, at=done))
        for name, rate in learner.rates().items():
            tell(Measured(name=name, value=rate, at=done))
        tell(Moved(what="training", done=done, note=clock.note(road.steps - done)))
        if road.ends_epoch(done):
            held_out = yield from learner.measuring(frozen)
            tell(Measured(name="held_out_loss", value=held_out, at=done))
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


def _begun(this: Run, learner: Learner) -> int:
    """Go on from the state that was left, if any; the steps that are done."""
    kept = state.found(this.folder.state)
    if kept:
        learner.go_on(kept)
    done, how = kept.step if kept else 0, arithmetic.written(learner.half)
    this.tell(Began(what="training", total=this.road.steps, unit="steps"))
    this.tell(Moved(what="training", done=done, note=f"{how} on {this.base.device}"))
    return done


def _draw(this: Run, gallery: Gallery | None, done: int) -> bool:
    """Draw the samples that are due; whether there were any."""
    return gallery is not None and gallery.draw(done, this.road, this.folder.samples)


def _checkpoint(this: Run, learner: Learner, save: Save) -> None:
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


def _diverged(this: Run, done: int, cause: str) -> CastmatesError:
    kept = state.found(this.folder.state)
    return CastmatesError(
        f"The loss is no number any more in step {done + 1} of {this.road.steps}: {cause}. The "
        f"state after step {kept.step if kept else 0} and the epochs saved so far are kept.",
        "Mend that, or start a new run with lower rates: unet_rate = "
        f"{this.recipe.unet_rate / 3:.1g}, text_rate = {this.recipe.text_rate / 3:.1g}.",
    )
