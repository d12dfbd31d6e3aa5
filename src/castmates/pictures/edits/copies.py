"""Plan pictures that come from others: one of each figure, one of each colour; writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.pictures.edits.changes import Change, Files, State
from castmates.pictures.edits.desk import Desk, caption_digest
from castmates.pictures.edits.entries import Entry
from castmates.pictures.edits.figures import COUNTS
from castmates.pictures.edits.keeping import name_of
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.planning import SO_ALREADY, Line, Plan, adding, redrawn, size_of
from castmates.pictures.edits.steps import MARGIN, Background, Subject, said


def split(
    desk: Desk,
    entries: Mapping[int, Entry],
    margin: float = MARGIN,
    least: float = COUNTS,
    *,
    keep_whole: bool = False,
    show: Callable[[int], bool] = lambda _: False,
) -> Plan:
    """Plan a new picture for each of several figures, left to right; the caption goes along.

    Args:
        entries: with whom a finder found.
        least: share of the largest figure's area from which somebody gets a picture.
        keep_whole: the picture of all of them stays as well; else it is put aside.
    """
    plan, free = Plan(), next_number(desk)
    for number, entry in entries.items():
        everybody = desk.figures(entry).large(least) if entry.boxes else []
        if entry.whom or len(everybody) < 2:
            plan.skipped[number] = "shows one figure." if everybody else "nobody was found in it."
            continue
        steps = tuple(step for step in entry.step if not isinstance(step, Subject))
        each = [
            entry.model_copy(update={"whom": whom, "step": (*steps, Subject(margin=margin))})
            for whom in everybody
        ]
        try:
            before = desk.drawn(entry)
            drawn = [(one, desk.drawn(one)) for one in each]
        except (BadInput, Missing, Unfit) as error:
            plan.skipped[number] = str(error)
            continue
        for one, layers in drawn:
            _copied(desk, plan, number, free, one, layers)
            if show(number):
                plan.shown[free] = (before, layers)
            free += 1
        state = desk.state(number)
        if not keep_whole:
            aside = State(record=state.record)
            plan.changes.append(Change(number=number, before=state, after=aside))
            plan.lines.append(Line(number, size_of(before), "put aside", "its parts stand for it"))
    return plan


def coloured(
    desk: Desk,
    entries: Mapping[int, Entry],
    colours: Sequence[str],
    *,
    show: Callable[[int], bool] = lambda _: False,
) -> Plan:
    """Plan a copy of each picture for every colour but the first, which the picture itself gets."""
    plan = redrawn(desk, entries, adding(Background(to=colours[0])), show)
    free = next_number(desk)
    for number, entry in entries.items():
        if number in plan.skipped and plan.skipped[number] != SO_ALREADY:
            continue
        for to in colours[1:]:
            one = entry.with_step(Background(to=to))
            layers = desk.drawn(one)
            _copied(desk, plan, number, free, one, layers, f"background {to}")
            if show(number):
                plan.shown[free] = (desk.drawn(entry), layers)
            free += 1
    return plan


def _copied(
    desk: Desk, plan: Plan, number: int, free: int, entry: Entry, layers: Layers, why: str = ""
) -> None:
    """A new picture `free` from picture `number`, with its words and what is recorded of it."""
    caption = desk.folder.caption_bytes(number)
    digest = caption_digest(caption)
    if caption is not None:
        plan.captions[name_of(free, digest, "caption")] = caption
    width, height = layers.size
    facts = {"number": free, "made_from": number, "width": width, "height": height}
    record = desk.record(number).model_copy(update=facts)
    files = Files(picture=None, mask=None, caption=digest)
    new = entry.model_copy(update={"number": free, "drawn": ""})
    after = State(files=files, entry=new, record=record)
    plan.changes.append(Change(number=free, before=State(), after=after))
    why = why or said(entry.step[-1])
    plan.lines.append(Line(free, f"from {number:04d}", size_of(layers), why))


def next_number(desk: Desk) -> int:
    """The first number that no picture has or had."""
    there = [entry.number for entry in desk.folder.pictures()]
    return max([0, *there, *desk.records, *desk.entries]) + 1
