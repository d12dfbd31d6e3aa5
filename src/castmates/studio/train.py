"""The verb `train`: one adapter from one character's pictures; goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

from castmates.core.errors import Missing
from castmates.core.events import Tell, both, silent
from castmates.core.types import Value
from castmates.families.base import Base
from castmates.files.journal import Journal
from castmates.files.locks import holding
from castmates.files.settings import digest, load
from castmates.files.studio import CharacterFolder, RunFolder, Studio
from castmates.studio.check import fits
from castmates.studio.models import base_name, pictures_of, take_base
from castmates.training.data import held_out_of, items_of
from castmates.training.loop import train as train_adapter
from castmates.training.origin import Origin, origin_of
from castmates.training.plan import Plan, plan
from castmates.training.recipe import Recipe, preset, preset_for


class Whole(Value):
    """Everything that decides a run's result: the same whole goes on with the same run."""

    recipe: Recipe
    origin: Origin


class Trained(Value):
    """The run's folder and its saved epochs, first to last."""

    run: str
    adapters: tuple[str, ...]


def recipe_of(base: Base, wanted: str) -> Recipe:
    """A recipe by file, by preset name, or the base's own preset."""
    if wanted.endswith(".toml"):
        path = Path(wanted)
        if not path.is_file():
            raise Missing(f"There is no recipe '{path}'.", "Check the path.")
        return load(path, Recipe)
    return preset(wanted) if wanted else preset_for(base.name, base.facts.family)


def plan_of(
    studio: Studio, name: str, *, base: str | None = None, recipe: str = "", tell: Tell = silent
) -> Plan:
    """What a training would do, said before it starts."""
    folder = studio.character(name)
    pictures_of(folder)
    opened = take_base(base_name(studio, folder.character, base), tell)
    chosen = recipe_of(opened, recipe)
    return plan(chosen, items_of(folder), name)


def train(
    studio: Studio, name: str, *, base: str | None = None, recipe: str = "", tell: Tell = silent
) -> Trained:
    """Train an adapter, or go on with the run that was stopped.

    Raises:
        Missing: no such character, no pictures, no captions.
        Unfit: the base cannot draw pictures like these.
        Stopped: Ctrl-C; the state is saved.
    """
    folder = studio.character(name)
    pictures_of(folder)
    opened = take_base(base_name(studio, folder.character, base), tell)
    return train_on(opened, folder, recipe_of(opened, recipe), tell)


def train_on(base: Base, folder: CharacterFolder, recipe: Recipe, tell: Tell) -> Trained:
    """The same with an opened base: what `make` calls too."""
    fits(base, folder)
    items = items_of(folder)
    whole = Whole(recipe=recipe, origin=origin_of(base.name, base.fingerprint, items))
    run = folder.run_for(digest(whole))
    with holding(run.path):
        tell = both(tell, Journal(run.journal).tell)
        held_out = held_out_of(folder)
        saved = train_adapter(base, items, recipe, run, folder.character, tell, held_out)
    return Trained(run=str(run.path), adapters=tuple(str(path) for path in saved))


def newest_finished(folder: CharacterFolder) -> RunFolder:
    """The newest run with saved epochs. Raises Missing."""
    for run in reversed(folder.runs()):
        if run.checkpoints():
            return run
    name = folder.character.name
    raise Missing(f"'{name}' has no trained adapter yet.", f"Run: castmates train {name}")
