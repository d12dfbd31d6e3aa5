"""The verb `compose`: composites of single pictures, as the pictures of a group; trains nothing."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Literal

from pydantic import Field

from castmates.backends.finders import open_finder
from castmates.core.errors import BadInput, Misfits, Missing
from castmates.core.events import Began, Made, Moved, Tell, Warned, silent
from castmates.core.ports import Finder, Pixels
from castmates.core.types import Size, Value
from castmates.families.shelf import STORYBOOK
from castmates.files import images, settings
from castmates.files.studio import CharacterFolder, PictureRecord, Studio
from castmates.scenes.joining import Piece, Weights, joined
from castmates.scenes.pairing import MOST, Row, Sides, Single, caption_of, demand_heads, rows
from castmates.scenes.pasting import can_be_cut, pasted
from castmates.studio.group import Group, group_of

SOURCE = "composite of "
FILE = "composites.toml"
Shape = Literal["square", "wide"]


class Composing(Value):
    """How composites are made.

    Attributes:
        names: of the characters, in the order that was given.
        pairs: how many composites.
        in_a_row: figures in each.
        ratios: the least and the most of the width that one gets beside another's; equal ones are
            halves.
        sides: in which order they stand (`pairing.rows`).
        shape: `square`, or `wide`: as many squares as figures.
        cutouts: figures on one background instead of joined pictures.
        finder: who says where everybody is; empty: nobody, and pictures are cut in the middle.
        pictures: SHA-256 of all that they are made from.
        numbers: the first composite's, and the last one's.
    """

    names: tuple[str, ...]
    pairs: int = Field(default=40, ge=1, le=10_000)
    in_a_row: Literal[2, 3] = 2
    ratios: tuple[float, float] = (0.5, 0.5)
    sides: Sides = "both"
    shape: Shape = "square"
    cutouts: bool = False
    seed: int = Field(default=0, ge=0)
    finder: str = ""
    pictures: str = ""
    numbers: tuple[int, int] = (0, 0)


class Composed(Value):
    """The group, its folder, how many composites there are, and the first one's caption."""

    group: str
    folder: str
    composites: int
    caption: str


def compose(
    studio: Studio,
    wanted: Composing,
    *,
    finder: str | None = None,
    again: bool = False,
    tell: Tell = silent,
) -> Composed:
    """Write composites into the group's folder; those that are there already stay.

    Args:
        finder: by name; None: ours, where it fits the base. "none": nobody.
        again: take away composites that were made otherwise.

    Raises:
        BadInput: fewer than two characters or more than three, what `group_of` refuses, or
            composites made otherwise are there.
        Missing: unknown characters, or no pictures; cut-outs without a finder; nobody to be seen.
    """
    _demand(wanted)
    group = group_of(studio, wanted.names)
    demand_heads([one.character.trigger for one in group.members])
    ours = STORYBOOK if group.base(studio, None) == STORYBOOK else "none"
    name = finder or ours
    if wanted.cutouts and name == "none":
        raise Missing("Cut-outs want a finder for this base.", "Name one: --finder yolo:FILE")
    wanted = wanted.model_copy(update={"finder": "" if name == "none" else name})
    seen = _seen(group, open_finder(wanted.finder) if wanted.finder else None, wanted, tell)
    wanted = wanted.model_copy(update={"pictures": _digest(seen)})
    folder = group.made_in(studio)
    wanted = _claimed(folder, wanted, again)
    return _written(folder, group, wanted, seen, tell)


Seen = dict[str, dict[int, tuple[Single, Piece]]]
"""Whose pictures -> number -> its words and its pixels."""


def _demand(wanted: Composing) -> None:
    misfits = Misfits()
    if len(set(wanted.names)) > MOST:
        what = f"{len(set(wanted.names))} characters; composites are made of two or three."
        misfits.add(BadInput(what, "Compose them by twos or threes, each with a group of its own."))
    low, high = wanted.ratios
    if not 0.2 <= low <= high <= 0.8:
        what = f"The ratios {low:g} to {high:g} leave somebody no room."
        misfits.add(BadInput(what, "Write, say: --ratios 40-60 (between 20 and 80)"))
    if wanted.in_a_row > len(set(wanted.names)) > 1:
        what = f"Three in a row, and {len(set(wanted.names))} characters."
        misfits.add(BadInput(what, "Name a third one, or leave out --three."))
    misfits.raise_if_any()


def _seen(group: Group, finder: Finder | None, wanted: Composing, tell: Tell) -> Seen:
    """The single pictures that can be used. Raises Missing: somebody has none."""
    found: Seen = {}
    left_out: list[str] = []
    misfits = Misfits()
    for name in wanted.names:
        folder = next(one for one in group.members if one.path.name == name)
        held = {record.number for record in folder.records() if record.held_out}
        mine = found.setdefault(name, {})
        for entry in folder.pictures():
            if entry.number in held:
                continue
            pixels = images.read(entry.path)
            figures = finder.find([pixels])[0] if finder is not None else []
            piece = Piece(pixels, figures[0] if figures else None)
            if len(figures) > 1 or (wanted.cutouts and not can_be_cut(piece)):
                left_out.append(f"{name}/{entry.path.name}")
                continue
            single = Single.of(name, folder.character.trigger, entry.number, entry.caption or "")
            mine[entry.number] = single, piece
        if not mine:
            how = "alone and away from the edges" if wanted.cutouts else "alone"
            what = f"No picture of '{name}' shows it {how}."
            misfits.add(Missing(what, f"Part groups: castmates edit {name} split"))
    if left_out:
        shown = ", ".join(left_out[:4]) + (", …" if len(left_out) > 4 else "")
        why = "one figure away from the edges" if wanted.cutouts else "one figure alone"
        tell(Warned(what=f"Left out, because they do not show {why}: {shown}."))
    misfits.raise_if_any()
    return found


def _digest(seen: Seen) -> str:
    summed = sha256()
    for name, pictures in seen.items():
        for number, (single, piece) in pictures.items():
            told = f"{name}/{number}/{single.trigger}/{single.tags}/{piece.pixels.shape}"
            summed.update(told.encode() + piece.pixels.tobytes())
    return summed.hexdigest()


def _claimed(folder: CharacterFolder, wanted: Composing, again: bool) -> Composing:
    """The same with its numbers, written into the folder before any picture."""
    path = folder.path / FILE
    if path.is_file():
        old = settings.load(path, Composing)
        if old.model_copy(update={"numbers": wanted.numbers}) == wanted:
            return old
        if not again:
            raise BadInput(
                f"{folder.path} has composites that were made otherwise.",
                "Take those away and make these: add --again",
            )
        _cleared(folder, old)
    first = max((entry.number for entry in folder.pictures()), default=0) + 1
    claimed = wanted.model_copy(update={"numbers": (first, first + wanted.pairs - 1)})
    path.unlink(missing_ok=True)
    settings.save(path, claimed)
    return claimed


def _cleared(folder: CharacterFolder, old: Composing) -> None:
    gone = range(old.numbers[0], old.numbers[1] + 1)
    folder.save_records([record for record in folder.records() if record.number not in gone])
    for number in gone:
        folder.clear(number)
        folder.picture_path(number).unlink(missing_ok=True)


def _written(
    folder: CharacterFolder, group: Group, wanted: Composing, seen: Seen, tell: Tell
) -> Composed:
    chance = Random(f"castmates composites/{wanted.seed}")
    cast = [[single for single, _ in seen[name].values()] for name in wanted.names]
    heights = {one.path.name: one.character.height_cm or 0.0 for one in group.members}
    tell(Began(what="composing", total=wanted.pairs, unit="pictures"))
    records = {record.number: record for record in folder.records()}
    found = rows(cast, wanted.pairs, wanted.in_a_row, wanted.sides, chance)
    for number, row in enumerate(found, wanted.numbers[0]):
        path, own = folder.picture_path(number), Random(f"{wanted.seed}/{number}")
        if not path.is_file() or number not in records:
            pixels, weights = _made(row, wanted, seen, heights, own)
            folder.write_caption(number, caption_of(row))
            images.write_mask(folder.mask_path(number), weights)
            images.write_png(path, pixels)
            records[number] = _record(number, row, images.as_png(pixels), pixels.shape)
        tell(Moved(what="composing", done=number - wanted.numbers[0] + 1))
    folder.save_records(list(records.values()))
    tell(Made(what="composites", path=str(folder.pictures_dir)))
    return Composed(
        group=folder.path.name,
        folder=str(folder.path),
        composites=wanted.pairs,
        caption=caption_of(found[0]),
    )


def _made(
    row: Row, wanted: Composing, seen: Seen, heights: dict[str, float], chance: Random
) -> tuple[Pixels, Weights]:
    pieces = [seen[one.who][one.number][1] for one in row]
    side = max(len(piece.pixels) for piece in pieces)
    size = Size(width=side * (len(row) if wanted.shape == "wide" else 1), height=side)
    if wanted.cutouts:
        known = [heights[one.who] for one in row]
        tall = known if all(known) else [1.0] * len(row)
        return pasted(pieces, tall, chance.choice(pieces), size, chance)
    parts = [chance.uniform(*wanted.ratios) for _ in row]
    return joined(pieces, [part / sum(parts) for part in parts], size)


def _record(number: int, row: Row, data: bytes, shape: Sequence[int]) -> PictureRecord:
    return PictureRecord(
        number=number,
        source=SOURCE + ", ".join(f"{one.who}/{one.number:04d}.png" for one in row),
        digest=sha256(data).hexdigest(),
        width=shape[1],
        height=shape[0],
    )
