"""What a plot will be, from what was asked of it; opens no model and draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from castmates.core.errors import BadInput, Misfits, Missing
from castmates.core.events import Tell, silent
from castmates.core.near import did_you_mean
from castmates.core.types import Value
from castmates.families.shelf import facts_of, folder_of
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.tensors import tensor_hash
from castmates.judging.plots.axes import KINDS, NONE, SLOTS, Asked, read_axes, with_values
from castmates.judging.plots.plot import Arm, Axis, Plot
from castmates.judging.plots.ranges import written
from castmates.studio.compare_axes import (
    Meanings,
    base_path,
    epoch_arms,
    family_misfits,
    named_arm,
    opens,
    trained,
    usual_arm,
)
from castmates.studio.compare_words import Wordings, worded
from castmates.studio.models import base_name
from castmates.studio.suite import filled, suite_for

ADAPTING = ("epoch", "adapter", "strength")
"""Kinds of axes on which a picture without the adapter has a place."""
FIRST_SEED = "1"
"""Of plots that name no seed: the first of the chooser's."""


class PlotWish(Value):
    """What is asked of a plot.

    Attributes:
        axes: slot ("x", "y", "z", "w") -> "kind: values".
        prompts: several are an axis of their own; none: the base's own first one.
        shared: kind -> value, for all cells.
        base: None: the character's.
        baseline: also draw without the adapter.
    """

    axes: Mapping[str, str]
    prompts: tuple[str, ...] = ()
    shared: Mapping[str, str] = {}
    base: str | None = None
    baseline: bool = True
    precise: bool = False


@dataclass
class _Draft:
    """A plot on its way: what was read, and what does not fit."""

    studio: Studio
    folder: CharacterFolder
    wish: PlotWish
    misfits: Misfits = field(default_factory=Misfits)
    axes: list[Axis] = field(default_factory=list)
    fixed: list[Axis] = field(default_factory=list)
    cast: dict[str, CharacterFolder] = field(default_factory=dict)

    @property
    def kinds(self) -> set[str]:
        return {axis.kind for axis in (*self.axes, *self.fixed)}

    def values(self, kind: str) -> tuple[str, ...]:
        return next((a.values for a in (*self.axes, *self.fixed) if a.kind == kind), ())


def plot_of(studio: Studio, name: str, wish: PlotWish, tell: Tell = silent) -> Plot:
    """The plot that a wish means in a studio.

    Raises:
        BadInput, Missing, Unfit: everything that does not fit, at once.
    """
    draft = _Draft(studio, studio.character(name), wish)
    draft.cast[name] = draft.folder
    asked, shared = _asked(wish, draft.misfits)
    meanings = Meanings(studio, draft.cast, draft.misfits)
    # Characters first: an epoch is one that all of them have.
    by_need = sorted(asked, key=lambda one: one.kind != "character")
    meant = {one.place: meanings.axis(one) for one in by_need}
    draft.axes = [axis for one in asked if (axis := meant[one.place])]
    draft.fixed = [axis for one in shared if (axis := meanings.axis(one))]
    draft.cast = meanings.cast
    draft.misfits.raise_if_any()
    bases = draft.values("checkpoint") or (base_name(studio, draft.folder.character, wish.base),)
    _settle(draft, bases[0])
    words = worded(studio, draft.cast, draft.axes, draft.fixed, draft.misfits)
    arms = _arms(draft, words)
    others = _others(draft, words.adapters)
    _fit(draft, bases, arms)
    draft.misfits.raise_if_any()
    _tell_problems(words, tell)
    return Plot(
        character=name,
        run=trained(draft.folder).path.name if "epoch" in draft.kinds else "",
        axes=tuple(draft.axes),
        fixed=tuple(draft.fixed),
        words=words.words,
        arms=tuple(arms),
        bases=tuple(opens(studio, base) for base in bases),
        others=others,
        precise=wish.precise,
        chance=words.chance,
    )


def _asked(wish: PlotWish, misfits: Misfits) -> tuple[list[Asked], list[Asked]]:
    """The axes in the order of their slots, and what all cells share."""
    axes: list[Asked] = []
    with misfits.gather():
        axes = read_axes({slot: wish.axes[slot] for slot in SLOTS if slot in wish.axes})
    shared: list[Asked] = []
    for name, text in wish.shared.items():
        place = f"--{name.replace(' ', '-')}"
        with misfits.gather():
            shared.append(_single(place, name, text, axes))
    _take_prompts(wish, axes, shared, misfits)
    misfits.raise_if_any()
    return axes, shared


def _single(place: str, name: str, text: str, axes: Sequence[Asked]) -> Asked:
    """One value for all cells. Raises BadInput."""
    twice = next((axis.place for axis in axes if axis.kind == name), None)
    if twice is not None:
        raise BadInput(f"Both {twice} and {place} are '{name}'.", "Leave one of them out.")
    found = with_values(place, KINDS[name], [text])
    if len(found.items) > 1:
        what = f"{place}: '{text}' is {len(found.items)} values; wanted one for all pictures."
        raise BadInput(what, f"Give it an axis: --z '{name}: {text}'")
    return found


def _take_prompts(wish: PlotWish, axes: list[Asked], shared: list[Asked], misfits: Misfits) -> None:
    prompts = tuple(dict.fromkeys(prompt.strip() for prompt in wish.prompts if prompt.strip()))
    if not prompts:
        return
    if any(one.kind == "prompt" for one in axes):
        what = "Prompts stand on an axis and in --prompt."
        misfits.add(BadInput(what, "Put all of them in one place."))
        return
    one = with_values("--prompt", KINDS["prompt"], prompts)
    if len(prompts) == 1:
        shared.append(one)
    elif len(axes) < len(SLOTS):
        axes.append(one)
    else:
        what = f"{len(prompts)} prompts want an axis, and all four are taken."
        misfits.add(BadInput(what, "Give one prompt, or leave an axis out."))


def _settle(draft: _Draft, base: str) -> None:
    """Fill in what was not said: prompt, negative words, seed, strength, the baseline."""
    character = draft.folder.character
    alone = "character" not in draft.kinds
    if "prompt" not in draft.kinds:
        words = suite_for(folder_of(base_path(draft.studio, base))[1]).study[0].words
        said = filled(words, character) if alone else words
        draft.fixed.append(Axis(kind="prompt", values=(said,)))
    if "negative" not in draft.kinds:
        draft.fixed.append(Axis(kind="negative", values=(character.negative,)))
    if "seed" not in draft.kinds:
        draft.fixed.append(Axis(kind="seed", values=(FIRST_SEED,)))
    if "strength" not in draft.kinds and alone:
        strength = 1.0 if character.strength is None else character.strength
        draft.fixed.append(Axis(kind="strength", values=(written(Fraction(str(strength))),)))
    places = [i for i, axis in enumerate(draft.axes) if axis.kind in ADAPTING]
    nowhere = not any({NONE, "0"} & set(draft.axes[i].values) for i in places)
    if draft.wish.baseline and places and nowhere:
        axis = draft.axes[places[0]]
        draft.axes[places[0]] = Axis(kind=axis.kind, values=(NONE, *axis.values))


def _arms(draft: _Draft, words: Wordings) -> list[Arm]:
    """The adapters of the cells; none where the words name the character's own."""
    moved = sorted(draft.kinds & {"epoch", "adapter"}) + ["strength"] * (
        "strength" in {axis.kind for axis in draft.axes}
    )
    if words.own:
        if moved:
            what = f"The prompt names '{words.own[0]}' itself, and {moved[0]} is an axis, too."
            draft.misfits.add(BadInput(what, "Write {who} instead, or leave that axis out."))
        return []
    if any(axis.kind in ADAPTING and axis.values == (NONE,) for axis in draft.fixed):
        return []
    found: list[Arm] = []
    if "adapter" in draft.kinds:
        wanted = [value for value in draft.values("adapter") if value != NONE]
        if "epoch" in draft.kinds:
            what = "An adapter of a name has no epochs to choose from."
            draft.misfits.add(BadInput(what, "Leave one of the axes adapter and epoch out."))
        found = [named_arm(draft.studio, draft.folder, value) for value in wanted]
    else:
        for folder in draft.cast.values():
            with draft.misfits.gather():
                epochs = draft.values("epoch")
                found += epoch_arms(folder, epochs) if epochs else [usual_arm(folder)]
    names = [arm.name for arm in found]
    for name in sorted({name for name in names if names.count(name) > 1}):
        what = f"Two adapters are called '{name}'."
        draft.misfits.add(BadInput(what, "Give one of the files another name."))
    return found


def _others(draft: _Draft, names: Sequence[str]) -> dict[str, str]:
    known = draft.studio.adapters()
    for name in names:
        if name not in known:
            what = f"There is no adapter '{name}', which the prompt names."
            draft.misfits.add(Missing(what, did_you_mean(name, known)))
    return {name: tensor_hash(known[name]) for name in names if name in known}


def _fit(draft: _Draft, bases: Sequence[str], arms: Sequence[Arm]) -> None:
    """Whether bases, adapters and sizes go together, as far as files tell."""
    facts = {name: facts_of(base_path(draft.studio, name)) for name in bases}
    files = [(arm, arm_path(draft.studio, arm)) for arm in arms]
    for misfit in family_misfits(files, facts):
        draft.misfits.add(misfit)
    for size in draft.values("size"):
        width, height = (int(part) for part in size.split("x"))
        for name, one in facts.items():
            if width % one.size_multiple or height % one.size_multiple:
                what = f"{name} draws multiples of {one.size_multiple}, not {size}."
                draft.misfits.add(BadInput(what, "Take another size."))


def arm_path(studio: Studio, arm: Arm) -> Path:
    """Where an adapter's file lies."""
    path = Path(arm.file)
    return path if path.is_absolute() else studio.character(arm.character).path / path


def _tell_problems(words: Wordings, tell: Tell) -> None:
    if words.problems:
        # Late, because it brings torch, and most prompts have nothing to be said of.
        from castmates.studio.draw import tell_problems

        tell_problems(words.problems, tell)
