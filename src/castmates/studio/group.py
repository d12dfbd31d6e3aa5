"""Several characters in one adapter: whose pictures, how often each, and where it is kept.

A group is a folder of the cast like any other, `cast/moss-and-pip/`, that names its members: its
runs hold the common adapter, its own pictures are composites (`compose`). Trains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from castmates.core.errors import BadInput, Misfits, Missing, Unfit
from castmates.core.types import Character
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.filled import demand_pictures
from castmates.studio.models import base_name
from castmates.training.balance import balanced
from castmates.training.data import Item, held_out_of, items_of
from castmates.training.recipe import Recipe

_JOINED = "-and-"


@dataclass(frozen=True)
class Group:
    """Characters that share an adapter.

    Attributes:
        members: their folders, in alphabetical order.
    """

    members: tuple[CharacterFolder, ...]

    @property
    def name(self) -> str:
        return _JOINED.join(folder.path.name for folder in self.members)

    @property
    def character(self) -> Character:
        """Who the group's folder says it is."""
        every = [folder.character for folder in self.members]
        bases = {one.base for one in every}
        return Character(
            name=self.name,
            trigger=", ".join(one.trigger for one in every),
            members=tuple(one.name for one in every),
            asymmetric=any(one.asymmetric for one in every),
            colours_matter=any(one.colours_matter for one in every),
            base=next(iter(bases)) if len(bases) == 1 else None,
        )

    def items(self, visits: int | None = None) -> list[Item]:
        """The members' pictures, visited equally often (`balance.balanced`)."""
        return [item for one in balanced(self._own(), visits) for item in one]

    def held_out(self) -> list[Item]:
        """The pictures that nobody trains on."""
        return [_marked(item, folder) for folder in self.members for item in held_out_of(folder)]

    def groups(self) -> list[str]:
        """The quality group of each of `items`."""
        found = []
        for folder in self.members:
            records = {record.number: record for record in folder.records()}
            for entry in folder.pictures():
                record = records.get(entry.number)
                if record is None or not record.held_out:
                    found.append(record.group if record else "")
        return found

    def captions(self) -> int:
        """How many pictures have words of their own. Raises Missing: somebody has none at all."""
        misfits, count = Misfits(), 0
        for folder in self.members:
            held = {record.number for record in folder.records() if record.held_out}
            shown = [entry for entry in folder.pictures() if entry.number not in held]
            own = sum(bool(entry.caption) for entry in shown)
            count += own
            if not own:
                name = folder.path.name
                what = f"0 captions were read of {name}'s {len(shown)} pictures."
                misfits.add(Missing(what, f"Run: castmates tag {name}"))
        misfits.raise_if_any()
        return count

    def base(self, studio: Studio, asked: str | None) -> str:
        """The base that all share. Raises Unfit: they do not."""
        named = {
            folder.path.name: base_name(studio, folder.character, asked) for folder in self.members
        }
        if len(set(named.values())) > 1:
            shown = "; ".join(f"{who}: {base}" for who, base in named.items())
            raise Unfit(f"They do not share a base ({shown}).", "Give one for all with --base.")
        return next(iter(named.values()))

    def note(self, items: Sequence[Item]) -> str:
        """How often each is visited, in a sentence."""
        told = []
        for folder in self.members:
            own = [item.repeats for item in items if item.of == folder.path.name]
            least, most = min(own), max(own)
            times = f"{least}" if least == most else f"{least} or {most}"
            told.append(
                f"{folder.path.name} ('{folder.character.trigger}') {sum(own)} visits, "
                f"{len(own)} pictures {times} times"
            )
        return f"one adapter for {len(told)}, with as many visits for each: {'; '.join(told)}"

    def folder_in(self, studio: Studio) -> CharacterFolder | None:
        """The group's folder; None: it is not there yet. Raises BadInput: a character has it."""
        if self.name not in studio.characters():
            return None
        folder = studio.character(self.name)
        if not folder.character.members:
            raise BadInput(
                f"'{self.name}' is a character of its own, and would be the group's folder.",
                "Rename that character.",
            )
        return folder

    def made_in(self, studio: Studio) -> CharacterFolder:
        """The group's folder, made when it is not there."""
        return self.folder_in(studio) or studio.add_character(self.character)

    def _own(self) -> list[list[Item]]:
        return [[_marked(item, folder) for item in items_of(folder)] for folder in self.members]


def group_of(studio: Studio, names: Sequence[str]) -> Group:
    """The group of these characters.

    Raises:
        BadInput: fewer than two, one of them twice, groups among them, or two with one trigger.
        Missing: unknown names (the nearest is offered), or no pictures; all of them at once.
    """
    misfits, found = Misfits(), []
    names = [name for name in names if name]
    if len(names) < 2:
        told = f"Only '{names[0]}' is named" if names else "Nobody is named"
        misfits.add(BadInput(f"{told}; wanted are two or more.", "Write, say: pip moss"))
    for name in dict.fromkeys(n for n in names if names.count(n) > 1):
        misfits.add(BadInput(f"'{name}' is named twice.", "Name every character once."))
    for name in sorted(set(names)):
        with misfits.gather():
            folder = studio.character(name)
            if folder.character.members:
                raise BadInput(f"'{name}' is a group itself.", "Name its members.")
            demand_pictures(folder)
            found.append(folder)
    _demand_triggers(found, misfits)
    misfits.raise_if_any()
    return Group(tuple(found))


def _demand_triggers(folders: Sequence[CharacterFolder], misfits: Misfits) -> None:
    """Each is called by a word of its own: one word cannot mean two."""
    whose: dict[str, str] = {}
    for folder in folders:
        name, trigger = folder.path.name, folder.character.trigger
        other = whose.setdefault(trigger.casefold(), name)
        if other != name:
            misfits.add(
                BadInput(
                    f"'{other}' and '{name}' have the same trigger '{trigger}': nothing in a "
                    "prompt could tell them apart.",
                    f"Give {name} another one in its character.toml and its captions.",
                )
            )


def names_of(studio: Studio, folder: CharacterFolder) -> tuple[tuple[str, str], ...]:
    """(trigger, class word) of a group's members, for its own pictures; empty: it is no group."""
    members = folder.character.members
    known = [studio.character(name).character for name in members if name in studio.characters()]
    return tuple((one.trigger, one.class_word) for one in known)


def rebalanced(group: Group, items: Sequence[Item], recipe: Recipe) -> list[Item]:
    """The items of a recipe that says its visits: finer than whole repeats can be.

    Pictures of the class, which come last, are left as they are.
    """
    if recipe.visits_per_epoch is None:
        parts = [[i for i in items if i.of == folder.path.name] for folder in group.members]
        own = [item for part in balanced(parts) for item in part]
    else:
        own = group.items(recipe.visits_per_epoch)
    return [*own, *(item for item in items if item.regularization)]


def _marked(item: Item, folder: CharacterFolder) -> Item:
    who = folder.character
    return replace(item, of=who.name, names=((who.trigger, who.class_word),))
