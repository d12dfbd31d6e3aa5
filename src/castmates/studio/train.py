"""The verb `train`: one adapter from one character's pictures; goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.core.errors import CastmatesError, Missing
from castmates.core.events import Tell, Warned, both, silent
from castmates.core.types import Character, Value
from castmates.families.base import Base
from castmates.files.journal import Journal
from castmates.files.locks import holding
from castmates.files.settings import digest
from castmates.files.studio import CharacterFolder, RunFolder, Studio
from castmates.studio.check import fits
from castmates.studio.models import take_base
from castmates.studio.new import new
from castmates.studio.train_choice import Choice, choose, own_recipe
from castmates.studio.train_folders import Foldered
from castmates.studio.train_order import Meant, Order, meant_by
from castmates.studio.train_plan import Outlook, free_memory, outlook
from castmates.studio.train_show import Shown, show_batches
from castmates.training import optimizers
from castmates.training.data import Item, held_out_of, items_of
from castmates.training.loop import train as train_adapter
from castmates.training.origin import Origin, origin_of
from castmates.training.plan import plan, repeated
from castmates.training.recipe import Recipe
from castmates.training.samples import Samples
from castmates.training.scalars import Scalars

GIB = 2**30


class Whole(Value):
    """Everything that decides a run's result: the same whole goes on with the same run."""

    recipe: Recipe
    origin: Origin


class Trained(Value):
    """The character, the run's folder and its saved epochs, first to last."""

    character: str
    run: str
    adapters: tuple[str, ...]


def recipe_of(base: Base, wanted: str) -> Recipe:
    """A recipe by file, by preset name, or the base's own preset."""
    return own_recipe(wanted, base.name, base.facts.family)


def plan_of(studio: Studio, order: Order, *, probing: bool = True, tell: Tell = silent) -> Outlook:
    """What a training would do, said before it starts; nothing is written.

    Args:
        probing: try a few steps for memory and time.
    """
    meant = meant_by(studio, order)
    opened = take_base(meant.base, tell)
    chosen = _chosen(order, meant, opened)
    for note in optimizers.check(chosen.recipe, opened.device):
        tell(note)
    return outlook(
        opened, chosen, meant.name, meant.captions, studio.path, probing=probing, tell=tell
    )


def show(studio: Studio, order: Order, count: int, *, tell: Tell = silent) -> Shown:
    """Write what the network sees in the first `count` steps into the studio; trains nothing.

    Raises: as `train`, disk and runs aside.
    """
    meant = meant_by(studio, order)
    opened = take_base(meant.base, tell)
    chosen = _chosen(order, meant, opened)
    chosen.demand()
    who = meant.folder.character if meant.folder else None
    who = who or Character(name=meant.name, trigger=meant.name)
    return show_batches(opened, chosen, who, studio.path / "batches" / meant.name, count, tell)


def train(studio: Studio, order: Order, *, tell: Tell = silent) -> Trained:
    """Train an adapter, or go on with the run that was stopped.

    Raises:
        Missing: no such character, no pictures, no captions.
        BadInput: settings that do not fit.
        Unfit: the base cannot draw pictures like these, or today's trainer cannot follow the
            configuration; said before the first step.
        CastmatesError: the disk has no room for the checkpoints.
        Stopped: Ctrl-C; the state is saved.
    """
    meant = meant_by(studio, order)
    opened = take_base(meant.base, tell)
    chosen = _chosen(order, meant, opened)
    chosen.demand()
    for reason in outlook(
        opened, chosen, meant.name, meant.captions, studio.path, probing=False, tell=tell
    ).refused:
        raise CastmatesError(reason, "Make room, or save more seldom: --set save_every=...")
    list(optimizers.check(chosen.recipe, opened.device))  # what is wrong with it is told here
    if chosen.lines():
        tell(Warned(what="\n".join(chosen.lines())))
    folder = meant.folder
    if folder is None:
        assert meant.foldered is not None
        folder = _made(studio, meant.foldered, tell)
    held_out = held_out_of(folder) if meant.foldered is None else []
    near = order.config.parent if order.config is not None else None
    samples = Samples.of(chosen.samples, folder.character, near)
    return _train(opened, folder, chosen.recipe, chosen.items, held_out, tell, samples)


def train_on(base: Base, folder: CharacterFolder, recipe: Recipe, tell: Tell) -> Trained:
    """The same with an opened base and a recipe of ours: what `make` calls."""
    return _train(base, folder, recipe, items_of(folder), held_out_of(folder), tell)


def _train(
    base: Base,
    folder: CharacterFolder,
    recipe: Recipe,
    items: Sequence[Item],
    held_out: Sequence[Item],
    tell: Tell,
    samples: Samples | None = None,
) -> Trained:
    fits(base, folder)
    visited = repeated(items, recipe)
    whole = Whole(recipe=recipe, origin=origin_of(base.name, base.fingerprint, visited))
    run = folder.run_for(digest(whole))
    with holding(run.path):
        road = plan(recipe, items, native=base.facts.native_size)
        tell = both(both(tell, Journal(run.journal).tell), Scalars(run, road.steps_per_epoch).tell)
        saved = train_adapter(base, items, recipe, run, folder.character, tell, held_out, samples)
    return Trained(
        character=folder.character.name,
        run=str(run.path),
        adapters=tuple(str(path) for path in saved),
    )


def _chosen(order: Order, meant: Meant, base: Base) -> Choice:
    memory = free_memory(base.device)
    chosen = choose(
        order.wish,
        meant.items,
        meant.groups,
        base.name,
        base.facts,
        memory / GIB if memory is not None else None,
    )
    return chosen.noting(*meant.notes).without_folders(meant.foldered is not None)


def _made(studio: Studio, files: Foldered, tell: Tell) -> CharacterFolder:
    """The character that the configuration's pictures show, with a copy of them."""
    return new(
        studio,
        files.name,
        files.sources,
        trigger=files.trigger,
        class_word=files.class_word,
        tell=tell,
    ).folder


def newest_finished(folder: CharacterFolder) -> RunFolder:
    """The newest run with saved epochs. Raises Missing."""
    for run in reversed(folder.runs()):
        if run.checkpoints():
            return run
    name = folder.character.name
    raise Missing(f"'{name}' has no trained adapter yet.", f"Run: castmates train {name}")
