"""The verb `train`: one adapter from one character's pictures; goes on where it stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from castmates.core.errors import CastmatesError, Missing, Unfit
from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Character, Value
from castmates.families.base import Base
from castmates.families.facts import Facts
from castmates.families.shelf import facts_of, folder_of
from castmates.files.studio import CharacterFolder, RunFolder, Studio
from castmates.studio.check import fits
from castmates.studio.group import rebalanced
from castmates.studio.models import take_base, with_vae
from castmates.studio.new import new
from castmates.studio.train_choice import Choice, choose, own_recipe
from castmates.studio.train_folders import Foldered
from castmates.studio.train_order import Meant, Order, meant_by
from castmates.studio.train_plan import Outlook, free_memory, outlook
from castmates.studio.train_run import kept, run_of
from castmates.studio.train_show import Shown, show_batches
from castmates.training import optimizers
from castmates.training.data import Item, held_out_of, items_of
from castmates.training.loop import train as train_adapter
from castmates.training.recipe import Recipe
from castmates.training.samples import Samples

GIB = 2**30


class Trained(Value):
    """The character, the run's folder and its saved epochs, first to last; a group's members."""

    character: str
    run: str
    adapters: tuple[str, ...]
    members: tuple[str, ...] = ()


def recipe_of(base: Base, wanted: str) -> Recipe:
    """A recipe by file, by preset name, or the base's own preset."""
    return own_recipe(wanted, base.name, base.facts.family)


def plan_of(studio: Studio, order: Order, *, probing: bool = True, tell: Tell = silent) -> Outlook:
    """What a training would do, said before it starts; nothing is written.

    Args:
        probing: try a few steps for memory and time.
    """
    meant, opened, chosen = _prepared(studio, order, tell)
    for note in optimizers.check(chosen.recipe, opened.device):
        tell(note)
    return outlook(
        opened, chosen, meant.name, meant.captions, studio.path, probing=probing, tell=tell
    )


def show(studio: Studio, order: Order, count: int, *, tell: Tell = silent) -> Shown:
    """Write what the network sees in the first `count` steps into the studio; trains nothing.

    Raises: as `train`, disk and runs aside.
    """
    meant, opened, chosen = _prepared(studio, order, tell)
    chosen.demand()
    who = meant.folder.character if meant.folder else None
    who = meant.group.character if meant.group else who
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
    meant, opened, chosen = _prepared(studio, order, tell)
    chosen.demand()
    for reason in outlook(
        opened, chosen, meant.name, meant.captions, studio.path, probing=False, tell=tell
    ).refused:
        raise CastmatesError(reason, "Make room, or save more seldom: --set save_every=...")
    list(optimizers.check(chosen.recipe, opened.device))  # what is wrong with it is told here
    if chosen.lines():
        tell(Warned(what="\n".join(chosen.lines())))
    folder = meant.folder
    if meant.group is not None:
        folder = meant.group.made_in(studio)
    elif folder is None:
        assert meant.foldered is not None
        folder = made_from(studio, meant.foldered, tell)
    held_out = meant.held_out()
    near = order.config.parent if order.config is not None else None
    samples = Samples.of(chosen.samples, folder.character, near)
    start = chosen.start.path
    return _train(opened, folder, chosen.recipe, chosen.items, held_out, tell, samples, start)


def _prepared(studio: Studio, order: Order, tell: Tell) -> tuple[Meant, Base, Choice]:
    """What is meant, the opened base and the recipe, all as far as it is known to fit."""
    meant = meant_by(studio, order)
    demand_choice(order, meant)
    opened = take_base(meant.base, tell, studio)
    chosen = chosen_for(order, meant, opened)
    take_vae_for(studio, order, chosen.recipe, opened)
    return meant, opened, chosen


def take_vae_for(studio: Studio, order: Order, recipe: Recipe, base: Base) -> None:
    """The VAE that a recipe wants; where it is a file, beside the configuration too."""
    if not recipe.vae:
        return
    beside = order.config.parent / recipe.vae if order.config is not None else None
    with_vae(base, beside if beside is not None and beside.exists() else recipe.vae, studio)


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
    start: Path | None = None,
) -> Trained:
    fits(base, folder)
    run = run_of(base, folder, recipe, items, start=start)
    with kept(base, run, recipe, items, tell) as heard:
        saved = train_adapter(base, items, recipe, run, folder.character, heard, held_out, samples)
    return Trained(
        character=folder.character.name,
        run=str(run.path),
        adapters=tuple(str(path) for path in saved),
        members=folder.character.members,
    )


def demand_choice(order: Order, meant: Meant) -> None:
    """Refuse what cannot be chosen before a base of gigabytes is opened. Raises as `choose`."""
    _, name = folder_of(meant.base)
    facts = facts_of(meant.base)
    _demand_prediction(order, name, facts)
    choose(order.wish, meant.items, meant.groups, name, facts, None)


def chosen_for(order: Order, meant: Meant, base: Base) -> Choice:
    """The recipe that an order asks for, and what is said of it. Raises as `choose`."""
    memory = free_memory(base.device)
    chosen = choose(
        order.wish,
        meant.items,
        meant.groups,
        base.name,
        base.facts,
        memory / GIB if memory is not None else None,
    )
    near = order.config.parent if order.config is not None else None
    chosen = chosen.begun(base, meant.folder, near)
    if meant.group is not None:
        items = rebalanced(meant.group, chosen.items, chosen.recipe)
        chosen = replace(chosen, items=tuple(items)).noting(meant.group.note(items))
    return chosen.noting(*meant.notes).without_folders(meant.foldered is not None)


def _demand_prediction(order: Order, name: str, facts: Facts) -> None:
    """Raises Unfit: the configuration says another prediction than the base has."""
    said = order.wish.config.settings.base.prediction if order.wish.config else ""
    if said and said != facts.prediction:
        raise Unfit(
            f"The configuration is for a base that says {said}; {name} says {facts.prediction}.",
            "Take another base, or mend what the base states: prediction in its castmates.toml "
            "(of a single file in name.toml), or parameterization in A1111's name.yaml.",
        )


def made_from(studio: Studio, files: Foldered, tell: Tell) -> CharacterFolder:
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
