"""Which recipe a training follows: a file's, a preset's, or a worked-out one; trains nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from castmates.core.errors import BadInput, Misfits, Missing, Unfit
from castmates.core.near import did_you_mean
from castmates.families.base import Base
from castmates.families.facts import Facts
from castmates.files.settings import load
from castmates.files.studio import CharacterFolder
from castmates.studio import train_start
from castmates.studio.train_start import Start
from castmates.training import recipe as own
from castmates.training.auto import auto, goals
from castmates.training.configs import presets, sets
from castmates.training.configs.neutral import Samples, TrainingSettings
from castmates.training.configs.reading import Imported, read
from castmates.training.configs.recipes import recipe_of
from castmates.training.configs.report import Report, Unable
from castmates.training.data import Item
from castmates.training.plan import plan
from castmates.training.recipe import Recipe

AUTO = "auto"
STORYBOOK = "storybook"
LARGER = 2
"""A size so many times the base's own is worth a word."""


@dataclass(frozen=True)
class Wish:
    """What was asked for; at most one of config, preset and recipe.

    Attributes:
        config: another trainer's file, already read.
        preset: ours, somebody's, or `auto`.
        recipe: a recipe.toml of ours, or a preset of ours.
        changes: settings by name, as written.
        stage: of a preset with several, from 1.
        goal: of `auto`.
    """

    config: Imported | None = None
    preset: str = ""
    recipe: str = ""
    changes: Mapping[str, str] = field(default_factory=dict)
    stage: int = 1
    goal: str = "flexible"

    @staticmethod
    def of(
        config: Path | None = None,
        preset: str = "",
        recipe: str = "",
        set_: Sequence[str] = (),
        stage: int = 1,
        goal: str = "flexible",
    ) -> Wish:
        """What the command line says.

        Raises:
            BadInput: two recipes at once, or texts that are no settings.
            Missing, BadInput: the configuration cannot be read.
        """
        given = [
            n for n, v in (("--config", config), ("--preset", preset), ("--recipe", recipe)) if v
        ]
        if len(given) > 1:
            raise BadInput(f"{' and '.join(given)} say two recipes.", "Give one of them.")
        changes = sets.parted(set_)
        if config is None:
            return Wish(None, preset, recipe, changes, stage, goal)
        mine, kohya = sets.ours(changes)
        found = read(config, kohya)
        settings = sets.changed(found.settings, mine)
        return Wish(Imported(settings=settings, report=found.report), changes=changes)


@dataclass(frozen=True)
class Choice:
    """The recipe, and everything that is to be said of it.

    Attributes:
        items: the pictures, with the repeats that the preset gives them.
        report: on another trainer's file; None: it was none.
        unable: what of the settings is not in the recipe; with `stops`: training is refused.
        notes: how it came about, one sentence each.
        samples: what is drawn meanwhile.
        start: the adapter that it goes on from.
    """

    recipe: Recipe
    items: tuple[Item, ...]
    report: Report | None = None
    unable: tuple[Unable, ...] = ()
    notes: tuple[str, ...] = ()
    samples: Samples = field(default_factory=Samples)
    start: Start = field(default_factory=Start)

    @property
    def refused(self) -> tuple[str, ...]:
        """What would make another adapter than was asked for."""
        every = (*(self.report.unable if self.report else ()), *self.unable)
        return tuple(dict.fromkeys(str(one) for one in every if one.stops))

    def noting(self, *notes: str) -> Choice:
        """The same with more to say, first."""
        return replace(self, notes=(*notes, *self.notes))

    def begun(self, base: Base, folder: CharacterFolder | None, near: Path | None) -> Choice:
        """The same with the adapter that it goes on from, found. Raises as `train_start.begun`."""
        recipe, start, notes = train_start.begun(self.recipe, self.start, base, folder, near)
        return replace(self, recipe=recipe, start=start, notes=(*self.notes, *notes))

    def without_folders(self, whole: bool) -> Choice:
        """The same when the configuration's own folders are what is trained on (`whole`)."""
        kept = tuple(one for one in self.unable if not (whole and one.key == "folders"))
        return replace(self, unable=kept)

    def demand(self) -> None:
        """Go on only with a recipe that can be followed. Raises Unfit, naming all that stops."""
        misfits = Misfits()
        for reason in self.refused:
            misfits.add(Unfit(f"Today's trainer cannot follow {reason}.", ""))
        misfits.raise_if_any()

    def lines(self) -> list[str]:
        """The same for people."""
        found = self.report.lines() if self.report else []
        if self.unable:
            found += ["Not in the recipe:", *(f"  {one}" for one in self.unable)]
        return found + ([f"Note: {note}" for note in self.notes])


def choose(
    wish: Wish,
    items: Sequence[Item],
    groups: Sequence[str],
    base: str,
    facts: Facts,
    memory: float | None,
) -> Choice:
    """The recipe for these pictures on this base.

    Args:
        groups: quality group of each picture; some presets show good ones more often.
        base: its name.
        memory: of the device, GiB; None: not known.

    Raises:
        BadInput: no such preset, stage, goal or setting.
        Unfit: the configuration is for another family, or its size no multiple of what the base
            draws.
    """
    if wish.config is not None:
        settings, report = wish.config.settings, wish.config.report
        made = _made(settings, items, None, facts)
        return replace(made, report=report)
    if wish.preset == AUTO:
        known = base if base == STORYBOOK else facts.family
        if wish.goal not in goals():
            raise BadInput(f"There is no goal '{wish.goal}'.", did_you_mean(wish.goal, goals()))
        found = auto(wish.goal, len(items), known, memory)
        settings = sets.changed(found.settings, wish.changes)
        chosen = _made(settings, items, found.looks_per_epoch, facts)
        return replace(chosen, notes=(*found.reasons, *chosen.notes))
    plain = "-".join(wish.preset.lower().split())
    if plain in presets.names():
        return _published(presets.preset(plain), wish, items, groups, facts)
    if wish.preset and wish.preset not in own.presets():
        every = [*own.presets(), *presets.names(), AUTO]
        raise BadInput(f"No preset '{wish.preset}'.", did_you_mean(wish.preset, every))
    recipe = own_recipe(wish.preset or wish.recipe, base, facts.family)
    changes, samples = sets.of_samples(wish.changes)
    changes, start = train_start.parted(changes)
    recipe = own.changed(recipe, sets.of_recipe(changes)) if changes else recipe
    _demand_size(recipe, facts)
    return Choice(
        recipe, tuple(items), notes=_size_notes(recipe, facts), samples=samples, start=start
    )


def own_recipe(wanted: str, base: str, family: str) -> Recipe:
    """A recipe by file, by the name of a preset of ours, or the base's own preset."""
    if wanted.endswith(".toml"):
        path = Path(wanted)
        if not path.is_file():
            raise Missing(f"There is no recipe '{path}'.", "Check the path.")
        return load(path, Recipe)
    return own.preset(wanted) if wanted else own.preset_for(base, family)


def _published(
    preset: presets.Preset,
    wish: Wish,
    items: Sequence[Item],
    groups: Sequence[str],
    facts: Facts,
) -> Choice:
    stages = preset.stages
    if not 1 <= wish.stage <= len(stages):
        raise BadInput(f"There is no stage {wish.stage}.", f"It has {len(stages)}.")
    factor = facts.native_size / _NATIVE.get(preset.family, facts.native_size)
    settings = presets.scaled(stages[wish.stage - 1], factor, facts.size_multiple)
    settings = sets.changed(settings, wish.changes)
    if preset.looks_per_epoch is None and preset.repeats:
        pairs = zip(items, groups, strict=True)
        items = [replace(item, repeats=preset.repeats_of(group)) for item, group in pairs]
    chosen = _made(settings, items, preset.looks_per_epoch, facts)
    notes = [preset.about]
    if factor != 1:
        notes.append(f"sizes are {factor:g} times the author's, for a base of {facts.native_size}")
    if len(stages) > 1:
        notes.append(f"stage {wish.stage} of {len(stages)}")
    if preset.strength is not None:
        notes.append(f"its author draws at {preset.strength:g}")
    return replace(chosen, notes=(*notes, *chosen.notes))


_NATIVE = {"sd15": 512, "sdxl": 1024, "flux": 1024}


def _made(
    settings: TrainingSettings, items: Sequence[Item], looks: int | None, facts: Facts
) -> Choice:
    family = settings.base.family
    if family and family != facts.family:
        raise Unfit(
            f"The configuration is for {family}; the base is {facts.family}.",
            "Give a base of that family with --base, or take the line out of the file.",
        )
    rough = recipe_of(settings, looks_per_epoch=looks).recipe
    _demand_size(rough, facts)
    per_epoch = plan(rough, items, native=facts.native_size).steps_per_epoch
    made = recipe_of(settings, steps_per_epoch=per_epoch, looks_per_epoch=looks)
    notes = (*made.notes, *_size_notes(made.recipe, facts))
    start = Start(settings.adapter.start_from, settings.adapter.rank_from_file)
    return Choice(made.recipe, tuple(items), None, made.unable, notes, settings.samples, start)


def _demand_size(recipe: Recipe, facts: Facts) -> None:
    size, by = recipe.size, facts.size_multiple
    if size is not None and (size.width % by or size.height % by):
        width, height = (max(by, side // by * by) for side in (size.width, size.height))
        raise Unfit(
            f"The size {size} is no multiple of {by}, as the base wants it.",
            f"Take {width}x{height}: --set size={width}x{height}",
        )
    if recipe.buckets and recipe.bucket_step % by:
        raise Unfit(
            f"The step of buckets {recipe.bucket_step} is no multiple of {by}, as the base wants "
            "it.",
            f"Take --set bucket_step={max(by, recipe.bucket_step // by * by)}",
        )


def _size_notes(recipe: Recipe, facts: Facts) -> tuple[str, ...]:
    size = recipe.size
    if size is None or max(size.width, size.height) <= LARGER * facts.native_size:
        return ()
    return (
        f"the size {size} is far above the base's own, {facts.native_size}; it learns best near "
        f"its own: --set size={facts.native_size}",
    )
