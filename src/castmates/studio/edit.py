"""The verbs of `edit`: show what would become of pictures, and do it when told to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from castmates.captions.filters import read
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Value
from castmates.files import images
from castmates.files.locks import holding
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.damage import bars
from castmates.pictures.edits.boxes import read_box
from castmates.pictures.edits.copies import coloured, split
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.entries import Entry, entries_of
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.planning import (
    ALL,
    Make,
    Plan,
    adding,
    redrawn,
    redrawn_by_hand,
    without,
)
from castmates.pictures.edits.sheet import MOST, sheet
from castmates.pictures.edits.steps import (
    BLURRED,
    KINDS,
    MARGIN,
    TRANSPARENT,
    Background,
    Crop,
    Subject,
    Turn,
    Unbar,
    colour,
    said,
)
from castmates.studio.captions import subjects
from castmates.studio.edit_figures import Ask, with_figures
from castmates.studio.filled import demand_pictures
from castmates.studio.undo import finish, make


class EditedPicture(Value):
    """One picture: its size, or what is recorded of it, before and after, and why."""

    number: int
    before: str
    after: str
    why: str = ""


class Edited(Value):
    """What an edit would change, or changed.

    Attributes:
        meant: how many pictures the filter names.
        pictures: those that change, new ones too.
        skipped: number and reason of those that stay as they are.
        written: whether it is done.
        means: what to do next, a sentence each.
    """

    meant: int
    pictures: tuple[EditedPicture, ...] = ()
    skipped: tuple[tuple[int, str], ...] = ()
    written: bool = False
    means: tuple[str, ...] = ()


@dataclass(frozen=True)
class How:
    """What is the same for every edit.

    Attributes:
        where: a filter (`captions.filters`); "": all pictures.
        write: else nothing is written, and the result is a preview.
        sheet: a PNG with pictures before and after; None: none is made.
        tell: who listens.
    """

    where: str = ""
    write: bool = False
    sheet: Path | None = None
    tell: Tell = silent


Planner = Callable[[Desk, Sequence[int]], Plan]


def crop(studio: Studio, name: str, box: str, how: How | None = None) -> Edited:
    """Keep a box of each picture, in pixels or per cent of what it shows now.

    Raises:
        BadInput: the box or the filter is wrong. Missing: no such character, or no pictures.
    """
    wanted = read_box(box)

    def one(entry: Entry, now: Layers) -> Entry:
        inside = wanted.within(*now.size)
        if inside == (0, 0, *now.size):
            raise Unfit("lies in that box as a whole.")
        return entry.with_step(Crop(box=inside))

    return edited(studio, name, "edit crop", box, _each(one, how), how)


def crop_to_subject(
    studio: Studio, name: str, ask: Ask, margin: float = MARGIN, how: How | None = None
) -> Edited:
    """Keep the figure of each picture with a margin around it. Errors as in `background`."""
    if not 0 <= margin <= 2:
        raise BadInput(f"The margin is {margin:g}; wanted 0 to 2.", "As in: --margin 0.1")
    step = Subject(margin=margin)
    return _with_figures(studio, name, "edit crop", f"{step}", ask, adding(step), how)


def turn(
    studio: Studio, name: str, degrees: float, fill: str = "", how: How | None = None
) -> Edited:
    """Turn pictures clockwise. Errors as in `crop`; BadInput: no such colour, or over 360."""
    if not -360 <= degrees <= 360 or degrees == 0:
        raise BadInput(f"A turn by {degrees:g}°; wanted up to 360, and not 0.", "As in: --by 90")
    if fill:
        colour(fill)
    step = Turn(degrees=degrees, fill=fill)
    return edited(studio, name, "edit turn", said(step), _each(adding(step), how), how)


def unbar(studio: Studio, name: str, how: How | None = None) -> Edited:
    """Take even bars off. Errors as in `crop`."""

    def one(entry: Entry, now: Layers) -> Entry:
        found = bars(now.pixels)
        if not found.any:
            raise Unfit("has no bars.")
        step = Unbar(top=found.top, bottom=found.bottom, left=found.left, right=found.right)
        return entry.with_step(step)

    return edited(studio, name, "edit unbar", "", _each(one, how), how)


def background(
    studio: Studio,
    name: str,
    to: Sequence[str],
    ask: Ask,
    *,
    copies: bool = False,
    how: How | None = None,
) -> Edited:
    """Put another background behind the figures.

    Args:
        to: a colour, "blurred" or "transparent"; of several, each picture gets the next.
        copies: each picture gets all of them, in new pictures beside it.

    Raises:
        BadInput: no such colour, finder or filter.
        Missing: no such character, no pictures, no finder, or OpenCV is not installed.
    """
    named = [word.strip().lower() for word in to if word.strip()]
    if not named:
        raise BadInput("No background is named.", "As in: --to white, --to blurred, --to '#88aaff'")
    for word in named:
        if word not in (BLURRED, TRANSPARENT):
            colour(word)
    turns = iter(range(1_000_000))

    def one(entry: Entry, _: Layers) -> Entry:
        return entry.with_step(Background(to=named[next(turns) % len(named)]))

    asked = f"{named} {copies}"
    if copies and len(named) > 1:

        def copied(desk: Desk, numbers: Sequence[int]) -> Plan:
            known, skipped = with_figures(studio, desk, numbers, ask, outlines=True)
            return _also(coloured(desk, known, named, show=_shown(how)), skipped)

        done = edited(studio, name, "edit background", f"{asked} {ask}", copied, how)
    else:
        done = _with_figures(studio, name, "edit background", asked, ask, one, how, outlines=True)
    return done.model_copy(update={"means": (*done.means, *_captions_too(name, done))})


def split_apart(
    studio: Studio,
    name: str,
    ask: Ask,
    *,
    margin: float = MARGIN,
    least: float = 0.25,
    keep_whole: bool = False,
    how: How | None = None,
) -> Edited:
    """Make one picture of each figure, where there are several; the caption goes along.

    Args:
        least: share of the largest figure's area from which somebody gets a picture.
        keep_whole: the picture of all of them stays as well.

    Errors as in `background`.
    """

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        known, skipped = with_figures(studio, desk, numbers, ask, apart=True)
        options = {"margin": margin, "least": least}
        plan = split(desk, known, **options, keep_whole=keep_whole, show=_shown(how))
        return _also(plan, skipped)

    asked = f"{margin} {least} {keep_whole} {ask}"
    return edited(studio, name, "edit split", asked, planned, how)


def take_away(studio: Studio, name: str, kind: str, how: How | None = None) -> Edited:
    """Take the steps of a kind away ("all": every step) and draw the pictures anew.

    Raises:
        BadInput: no such kind. Others as in `crop`.
    """
    if kind not in (*KINDS, ALL):
        raise BadInput(
            f"No kind of step is called '{kind}'.", f"There are: {', '.join(KINDS)}, all."
        )

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        known = _opened(desk, [n for n in numbers if desk.state(n).is_drawn])
        plan = redrawn(desk, known, without(desk, kind), _shown(how))
        return _also(plan, {n: "has no steps." for n in numbers if n not in known})

    return edited(studio, name, f"edit without {kind}", kind, planned, how)


def redraw(studio: Studio, name: str, how: How | None = None) -> Edited:
    """Draw pictures anew by the steps of `edits.toml`, after somebody changed them there."""

    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        return redrawn_by_hand(desk, [n for n in numbers if n in desk.entries], _shown(how))

    return edited(studio, name, "edit redraw", "", planned, how)


def steps_kept(studio: Studio, name: str) -> dict[int, Entry]:
    """The steps that pictures are drawn by. Raises Missing: no such character."""
    return entries_of(studio.character(name))


def edited(
    studio: Studio, name: str, what: str, asked: str, planner: Planner, how: How | None = None
) -> Edited:
    """Plan an edit of the pictures that a filter names, and make it when told to.

    The same call again after one that was stopped finishes that one, and does nothing twice.

    Args:
        asked: everything that decides what is done, besides the filter.
    """
    how = how or How()
    if how.sheet is not None:
        images.demand_png(how.sheet)
    meant = read(how.where)
    folder = studio.character(name)
    demand_pictures(folder)
    digest = sha256(f"{what}\n{asked}\n{how.where}".encode()).hexdigest()[:16]
    if not how.write:
        desk = Desk.of(folder)
        numbers = _numbers(folder, meant)
        return _told(planner(desk, numbers), how, numbers)
    with holding(folder.path):
        for step in finish(folder, how.tell):
            if step.asked == digest:
                told = tuple(EditedPicture(number=n, before="", after="done") for n in step.numbers)
                return Edited(meant=len(told), pictures=told, written=True)
        desk = Desk.of(folder)
        numbers = _numbers(folder, meant)
        plan = planner(desk, numbers)
        left: tuple[int, ...] = ()
        if plan.changes:
            _, left = make(desk, what, digest, plan.changes, plan.captions, how.tell)
        return _told(plan, how, numbers, left)


def _numbers(folder: CharacterFolder, meant: Callable[..., bool]) -> list[int]:
    return [subject.number for subject in subjects(folder) if meant(subject)]


def _opened(desk: Desk, numbers: Sequence[int]) -> dict[int, Entry]:
    return {number: desk.opened(number, desk.state(number)) for number in numbers}


def drawn_anew(desk: Desk, numbers: Sequence[int], one: Make, how: How | None) -> Plan:
    """Plan the same for each picture, as its steps say now."""
    return redrawn(desk, _opened(desk, numbers), one, _shown(how))


def _each(one: Make, how: How | None) -> Planner:
    return lambda desk, numbers: drawn_anew(desk, numbers, one, how)


def _with_figures(
    studio: Studio,
    name: str,
    what: str,
    asked: str,
    ask: Ask,
    one: Make,
    how: How | None,
    outlines: bool = False,
) -> Edited:
    def planned(desk: Desk, numbers: Sequence[int]) -> Plan:
        known, skipped = with_figures(studio, desk, numbers, ask, outlines=outlines)
        return _also(redrawn(desk, known, one, _shown(how)), skipped)

    return edited(studio, name, what, f"{asked} {ask}", planned, how)


def _also(plan: Plan, skipped: Mapping[int, str]) -> Plan:
    plan.skipped.update(skipped)
    return plan


def _shown(how: How | None) -> Callable[[int], bool]:
    """The first pictures only, since each is held in memory."""
    counted: set[int] = set()

    def wanted(number: int) -> bool:
        if how is None or how.sheet is None or len(counted) >= MOST:
            return False
        counted.add(number)
        return True

    return wanted


def _told(plan: Plan, how: How, numbers: Sequence[int], left: tuple[int, ...] = ()) -> Edited:
    if how.sheet is not None:
        if not plan.shown:
            raise Missing("Nothing changes, so there is nothing for a sheet.", "Leave --sheet out.")
        images.write_png(how.sheet, sheet(list(plan.shown.values())))
    for change in plan.changes:
        own = change.before.entry is not None and not change.before.is_drawn
        if own and change.after.files.picture is None:
            what = f"{change.number:04d}.png was changed by hand since it was drawn."
            how.tell(Warned(what=what, fix="It is taken as it is; its earlier steps end there."))
    skipped = {**plan.skipped, **dict.fromkeys(left, "changed in the meantime; it stays so.")}
    return Edited(
        meant=len(numbers),
        pictures=tuple(
            EditedPicture(number=x.number, before=x.before, after=x.after, why=x.why)
            for x in plan.lines
            if x.number not in left
        ),
        skipped=tuple(sorted(skipped.items())),
        written=how.write,
    )


def _captions_too(name: str, done: Edited) -> tuple[str, ...]:
    if not done.pictures:
        return ()
    return (
        "The captions still name the old background. Tag again, or say the new one: "
        f"castmates captions edit {name} --remove forest --add 'white background'.",
    )
