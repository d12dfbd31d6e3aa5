"""Train one adapter from pictures, resumable to the bit; knows no studio and no terminal.

for each step:
    batch = pictures, noise, timesteps and words of this step       (lessons)
    loss  = |network(noisy pictures, words) - target|^2             (objective, learner)
    one AdamW update at the scheduled rate                          (schedule, learner)
    after an epoch: measure on the frozen batch, save checkpoint and state
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

from castmates.adapters.file import save as save_adapter
from castmates.core.errors import CastmatesError, Stopped
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned, silent
from castmates.core.types import Character, Size
from castmates.families.base import Base
from castmates.files.studio import RunFolder
from castmates.training import state
from castmates.training.checkpoint_names import Save
from castmates.training.clock import Clock
from castmates.training.data import Item
from castmates.training.interruption import noted
from castmates.training.latents import encoded, key_of, warn_of_cuts
from castmates.training.learner import Learner
from castmates.training.lessons import Batch, Lessons
from castmates.training.metadata import metadata_of
from castmates.training.origin import claim, origin_of
from castmates.training.plan import Plan, plan, repeated
from castmates.training.recipe import Recipe
from castmates.training.schedule import rate_factor

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


def train(
    base: Base,
    items: Sequence[Item],
    recipe: Recipe,
    run: RunFolder,
    character: Character,
    tell: Tell = silent,
    held_out: Sequence[Item] = (),
) -> list[Path]:
    """Train an adapter for the character, or go on where this run was stopped.

    The same call continues from `run.state`, bit for bit as if it had never stopped; a finished run
    returns at once. Two writers at a time are kept apart by the caller (`files.locks`).

    Args:
        items: pictures to train on.
        held_out: pictures that are only measured on; without them the frozen batch is made of
            training pictures.

    Returns:
        The checkpoints, in order; the last one has the plain name.

    Raises:
        BadInput: no pictures, or a broken one.
        Unfit: the folder holds a run of another recipe, base or set of pictures; or the recipe's
            targets match no layer of this base.
        Stopped: Ctrl-C; the step was finished and the state saved.
        CastmatesError: the loss is no number any more; the last good state is kept.
    """
    road = plan(recipe, items, character.name)
    all_items = repeated(items, recipe)
    claim(run, recipe, origin_of(base.name, base.fingerprint, all_items))
    paths = [run.path / save.file for save in road.saves]
    if paths[-1].exists():
        return [path for path in paths if path.exists()]
    native = base.facts.native_size
    size = recipe.size or Size(width=native, height=native)
    this = _Run(base, recipe, all_items, road, size, run, character, tell)
    lessons, frozen = _prepare(this, held_out)
    learner = Learner(base, recipe, character.name)
    try:
        with noted() as stop_asked:
            _learn(this, learner, lessons, frozen, stop_asked)
    finally:
        learner.leave()
    return [path for path in paths if path.exists()]


def _prepare(this: _Run, held_out: Sequence[Item]) -> tuple[Lessons, list[Batch]]:
    """Encode what is not encoded yet; the steps, and the frozen batch."""
    base, recipe, size = this.base, this.recipe, this.size
    shown = held_out or this.items
    warn_of_cuts(this.items, size, this.tell)
    _warn_of_words(this)
    everything = (*this.items, *held_out)
    cache = this.folder.state / "latents.safetensors"
    latents = encoded(base, everything, size, recipe.flip, cache, this.tell)
    lessons = Lessons.of(base, this.items, latents, recipe, size)
    return lessons, lessons.frozen(shown, [key_of(item, base, size) for item in shown])


def _learn(
    this: _Run,
    learner: Learner,
    lessons: Lessons,
    frozen: list[Batch],
    stop_asked: Callable[[], bool],
) -> None:
    road, tell, recipe = this.road, this.tell, this.recipe
    kept = state.found(this.folder.state)
    if kept:
        learner.go_on(kept)
    done = kept.step if kept else 0
    tell(Began(what="training", total=road.steps, unit="steps"))
    tell(Moved(what="training", done=done))
    if done == 0:
        tell(Measured(name="held_out_loss", value=learner.measure(frozen), at=0))
    clock, saves = Clock(), {save.step: save for save in road.saves}
    while done < road.steps:
        factor = rate_factor(recipe, done, road.steps, road.steps_per_epoch)
        loss = learner.learn(lessons.at(done), factor)
        if isnan(loss):
            raise _diverged(this, done)
        done += 1
        clock.step(loss)
        tell(Measured(name="loss", value=loss, at=done))
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
    if not (this.folder.path / saves[done].file).exists():
        _checkpoint(this, learner, saves[done])


def _checkpoint(this: _Run, learner: Learner, save: Save) -> None:
    path = this.folder.path / save.file
    told = metadata_of(
        save, this.road, this.recipe, this.base, this.character, this.items, this.size
    )
    save_adapter(path, learner.adapter(), told)
    this.tell(Made(what="checkpoint", path=str(path)))


def _warn_of_words(this: _Run) -> None:
    """Captions too long for the text encoder lose their end; shuffled ones a random part."""
    most = this.base.facts.max_tokens
    long = [i.path.name for i in this.items if this.base.count_tokens(i.caption) > most]
    if long:
        names = ", ".join(long[:5]) + (f" and {len(long) - 5} more" if len(long) > 5 else "")
        this.tell(
            Warned(
                what=f"{len(long)} captions are longer than the base can read ({most} tokens); "
                f"the rest is cut off: {names}.",
                fix="Shorten them: leave out what does not change from picture to picture.",
            )
        )


def _diverged(this: _Run, done: int) -> CastmatesError:
    kept = state.found(this.folder.state)
    return CastmatesError(
        f"The loss is no number any more in step {done + 1} of {this.road.steps}; the state after "
        f"step {kept.step if kept else 0} and the epochs saved so far are kept.",
        f"Start a new run with lower rates: unet_rate = {this.recipe.unet_rate / 3:.1g}, "
        f"text_rate = {this.recipe.text_rate / 3:.1g}.",
    )
