"""Whose pictures an order to train means, and on which base; chooses no recipe."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from castmates.core.errors import BadInput, Missing
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.filled import demand_pictures
from castmates.studio.group import Group, group_of, names_of
from castmates.studio.models import base_name
from castmates.studio.train_choice import Wish
from castmates.studio.train_folders import Foldered, foldered, of_class
from castmates.training.data import Item, held_out_of, items_of


@dataclass(frozen=True)
class Order:
    """What `castmates train` was told.

    Attributes:
        name: of the character; None: the configuration's own folders.
        config: another trainer's file.
        wish: which recipe.
        base: None: the character's, the configuration's or the studio's.
        wordless: train although no picture has a caption.
        together: several characters in one adapter; `name` is None then.
        all_pictures: pictures that are held out teach, too.
    """

    name: str | None
    config: Path | None
    wish: Wish
    base: str | None = None
    wordless: bool = False
    together: tuple[str, ...] = ()
    all_pictures: bool = False


@dataclass(frozen=True)
class Meant:
    """The pictures that an order means.

    Attributes:
        name: of the character, there or to be made.
        items: the pictures; those of the class come last.
        groups: quality group of each picture.
        captions: how many pictures have words of their own.
        base: the base's name or folder.
        folder: the character's; None: it is not there yet.
        foldered: the configuration's own folders, when they are meant.
        notes: what was understood without being said.
        group: several characters in one adapter; None: it is one character.
        all_pictures: nothing is held out.
    """

    name: str
    items: list[Item]
    groups: list[str]
    captions: int
    base: str
    folder: CharacterFolder | None
    foldered: Foldered | None
    notes: tuple[str, ...] = ()
    group: Group | None = None
    all_pictures: bool = False

    def held_out(self) -> list[Item]:
        """Pictures that are measured on and never trained on."""
        if self.all_pictures:
            return []
        if self.group is not None:
            return self.group.held_out()
        return held_out_of(self.folder) if self.folder and self.foldered is None else []


def meant_by(studio: Studio, order: Order) -> Meant:
    """The pictures to train on, and the base.

    Raises:
        Missing: no such character, no pictures, or no captions.
        BadInput: neither a character nor a configuration with folders is named.
    """
    if order.together:
        found = _together(studio, order)
    elif order.name is None:
        found = _from_config(studio, order)
    else:
        folder = studio.character(order.name)
        demand_pictures(folder)
        records = {record.number: record for record in folder.records()}
        entries = [
            e
            for e in folder.pictures()
            if order.all_pictures or not (e.number in records and records[e.number].held_out)
        ]
        base, notes = _base(studio, folder, order)
        more: list[str] = []
        added: list[Item] = []
        if order.config is not None and order.wish.config is not None:
            added = of_class(order.wish.config.settings, order.config, more)
        items = items_of(folder, all_pictures=order.all_pictures)
        groups = [records[e.number].group if e.number in records else "" for e in entries]
        found = Meant(
            order.name,
            [*(replace(i, names=names_of(studio, folder)) for i in items), *added],
            [*groups, *([""] * len(added))],
            sum(bool(e.caption) for e in entries),
            base,
            folder,
            None,
            (*notes, *more),
            all_pictures=order.all_pictures,
        )
    if found.captions == 0 and not order.wordless:
        raise Missing(
            f"0 captions were read of {len(found.items)} pictures; the adapter would learn one "
            "word for everything in them.",
            f"Run: castmates tag {found.name}; or, if that is meant, train with --no-captions."
            if found.folder
            else "Put .txt files beside the pictures; or, if that is meant, use --no-captions.",
        )
    return found


def _together(studio: Studio, order: Order) -> Meant:
    group = group_of(studio, order.together)
    items, more = group.items(), list[str]()
    added: list[Item] = []
    if order.config is not None and order.wish.config is not None:
        added = of_class(order.wish.config.settings, order.config, more)
    groups, captions = [*group.groups(), *([""] * len(added))], len(items)
    if not order.wordless:
        captions = group.captions()
    return Meant(
        group.name,
        [*items, *added],
        groups,
        captions,
        group.base(studio, order.base),
        group.folder_in(studio),
        None,
        tuple(more),
        group,
    )


def _from_config(studio: Studio, order: Order) -> Meant:
    if order.config is None or order.wish.config is None:
        raise BadInput("Whom shall it learn?", "Name a character: castmates train NAME")
    files = foldered(order.wish.config.settings, order.config)
    there = studio.character(files.name) if files.name in studio.characters() else None
    base, notes = _base(studio, there, order)
    said = f"the character is '{files.name}', and the pictures are the configuration's own"
    return Meant(
        files.name,
        list(files.items),
        [""] * len(files.items),
        files.captions,
        base,
        there,
        files,
        (*notes, said, *files.notes),
    )


def _base(
    studio: Studio, folder: CharacterFolder | None, order: Order
) -> tuple[str, tuple[str, ...]]:
    """The base that is meant, and what is to be said of it."""
    settings = order.wish.config.settings if order.wish.config else None
    usual = base_name(studio, folder.character if folder else None, order.base)
    written = settings.base.model if settings else ""
    if order.base is not None or not written:
        return usual, ()
    assert order.config is not None
    for place in (Path(written).expanduser(), order.config.parent / written):
        if place.exists():
            return str(place), ()
    return usual, (
        f"the file names the base {written}, which is not here: '{usual}' is trained on; "
        "another one can be given with --base",
    )
