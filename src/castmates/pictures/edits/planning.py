"""What an edit would make of pictures, before anything is written; asks no finder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.files import images
from castmates.files.studio import PictureRecord
from castmates.pictures.edits.changes import TO_BE_DRAWN, Change, State, same
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.entries import Entry
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.replay import moved
from castmates.pictures.edits.steps import Step, Subject, said

ALL = "all"
SO_ALREADY = "is so already."
Make = Callable[[Entry, Layers], Entry]
"""What a picture is drawn by, and the picture as it is now -> what it is to be drawn by."""


@dataclass(frozen=True)
class Line:
    """What happens to one picture, in words."""

    number: int
    before: str
    after: str
    why: str = ""


@dataclass
class Plan:
    """An edit that nothing was written of yet.

    Attributes:
        skipped: number -> why it stays as it is.
        captions: names in `kept/` -> captions that new pictures get.
        shown: number -> the picture as it would be, if that was asked for.
    """

    changes: list[Change] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    skipped: dict[int, str] = field(default_factory=dict)
    captions: dict[str, bytes] = field(default_factory=dict)
    shown: dict[int, tuple[Layers, Layers]] = field(default_factory=dict)


def redrawn(
    desk: Desk, entries: Mapping[int, Entry], make: Make, show: Callable[[int], bool]
) -> Plan:
    """Plan other steps for pictures; those that cannot be drawn so are skipped with the reason.

    Args:
        entries: what each is drawn by now, as `opened` gives it.
        show: of which pictures `Plan.shown` is wanted.
    """
    plan = Plan()
    for number, entry in entries.items():
        try:
            before = desk.drawn(entry)
            new = make(entry, before)
            known = desk.entries.get(number)
            if same(new, known) or (known is None and not new.step):
                plan.skipped[number] = SO_ALREADY
                continue
            after = desk.drawn(new)
        except (BadInput, Missing, Unfit) as error:
            plan.skipped[number] = str(error)
            continue
        _plan_one(desk, plan, number, new, after)
        gone = [said(step) for step in entry.step if step not in new.step]
        come = [said(step) for step in new.step if step not in entry.step]
        words = "; ".join([*come, *(f"not: {each}" for each in gone)])
        plan.lines.append(Line(number, size_of(before), size_of(after), words))
        if show(number):
            plan.shown[number] = (before, after)
    return plan


def _plan_one(desk: Desk, plan: Plan, number: int, new: Entry, after: Layers) -> None:
    state = desk.state(number)
    record = state.record
    if record is not None:
        width, height = after.size
        record = record.model_copy(update={"width": width, "height": height})
    own = int(new.untouched.split(".")[0]) == number
    if not new.step and own:
        digest, mask = (name.split(".")[1] if name else "" for name in (new.untouched, new.mask))
        files = state.files.model_copy(update={"picture": digest, "mask": mask})
        goal = State(files=files, record=record)
    else:
        files = state.files.model_copy(update=TO_BE_DRAWN)
        goal = State(files=files, entry=new.model_copy(update={"drawn": ""}), record=record)
    plan.changes.append(Change(number=number, before=state, after=goal))


def redrawn_by_hand(desk: Desk, numbers: Sequence[int], show: Callable[[int], bool]) -> Plan:
    """Plan pictures by the steps that `edits.toml` says now.

    A picture that would look as it does is left; one that a person painted on is, too.
    """
    plan = Plan()
    for number in numbers:
        entry, state = desk.entries[number], desk.state(number)
        if not state.is_drawn:
            plan.skipped[number] = "was changed by hand since it was drawn."
            continue
        path = desk.folder.picture_path(number)
        now = Layers(images.read(path))
        try:
            after = desk.drawn(entry)
        except (BadInput, Missing, Unfit) as error:
            plan.skipped[number] = str(error)
            continue
        if now.pixels.shape == after.pixels.shape and (now.pixels == after.pixels).all():
            plan.skipped[number] = SO_ALREADY
            continue
        _plan_one(desk, plan, number, entry, after)
        # What it was drawn by is gone, so its bytes are kept.
        change = plan.changes[-1]
        former = change.before.model_copy(update={"entry": entry.model_copy(update={"drawn": ""})})
        plan.changes[-1] = change.model_copy(update={"before": former})
        plan.lines.append(
            Line(number, size_of(now), size_of(after), "; ".join(map(said, entry.step)))
        )
        if show(number):
            plan.shown[number] = (now, after)
    return plan


def adding(*steps: Step) -> Make:
    """Add the same steps to every picture."""

    def make(entry: Entry, _: Layers) -> Entry:
        for step in steps:
            entry = entry.with_step(step)
        return entry

    return make


def without(desk: Desk, kind: str) -> Make:
    """Take all steps of a kind away (`ALL`: every step); what makes a cut-out one stays.

    Raises (from the maker):
        Unfit: it has no such step.
    """

    def make(entry: Entry, _: Layers) -> Entry:
        own = entry.step.index(_own(entry)) if entry.whom and _own(entry) else -1
        steps: list[Step] = list(entry.step)
        gone = [i for i, s in enumerate(steps) if kind in (ALL, s.do) and i != own]
        if not gone:
            raise Unfit(f"has no step '{kind}'." if kind != ALL else "has no steps.")
        for index in reversed(gone):
            steps = moved(steps, index, desk.base(entry))
        return entry.model_copy(update={"step": tuple(steps)})

    return make


def _own(entry: Entry) -> Step | None:
    return next((step for step in entry.step if isinstance(step, Subject)), None)


def recorded_as(
    desk: Desk, facts: Mapping[int, Mapping[str, object]], why: Mapping[int, str] | None = None
) -> Plan:
    """Plan what is recorded of pictures: number -> field -> value (group, outfit, view, …)."""
    plan = Plan()
    for number, said_of in facts.items():
        state = desk.state(number)
        record = desk.record(number)
        new = PictureRecord.model_validate({**record.model_dump(), **said_of})
        if new == record:
            plan.skipped[number] = SO_ALREADY
            continue
        changed = [name for name in said_of if getattr(record, name) != getattr(new, name)]
        before, after = (
            ", ".join(f"{name} {getattr(each, name) or 'none'}" for name in changed)
            for each in (record, new)
        )
        plan.lines.append(Line(number, before, after, (why or {}).get(number, "")))
        goal = state.model_copy(update={"record": new})
        plan.changes.append(Change(number=number, before=state, after=goal))
    return plan


def size_of(layers: Layers) -> str:
    return f"{layers.size[0]}x{layers.size[1]}"
