"""Hold a set of pictures against a plan of what it should show; knows no pixels.

The plans are `plans.toml`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import Field, TypeAdapter

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Goal, Value
from castmates.pictures.coverage import Shows
from castmates.pictures.report import Coverage, Finding, ShotCount

_SAYING = 0.5
"""Share of the pictures that must tell their framing before a plan says anything."""


class PlannedShot(Value):
    """One kind of picture. `view`, `framing`, `subject`: any of these categories; (): any at all.

    Attributes:
        varied: an axis; counted are the pictures that are not like most others on it.
    """

    name: str
    words: str
    wanted: int = Field(ge=1)
    view: tuple[str, ...] = ()
    framing: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    varied: str = ""


class Plan(Value):
    """Shots in order of worth, and how many pictures they make together.

    Attributes:
        from_pictures: sets of so many pictures, and more, are held against it unless another is
            named.
        goals: what it is for; it is taken unasked for these alone.
        told_by: the axis that most pictures must tell before it says anything.
    """

    about: str
    goals: tuple[Goal, ...] = ("likeness",)
    told_by: str = "framing"
    from_pictures: int
    wanted: int
    shot: tuple[PlannedShot, ...]


@cache
def plans() -> dict[str, Plan]:
    """Name -> plan."""
    text = (files("castmates.pictures") / "plans.toml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Plan]).validate_python(tomllib.loads(text))


def plan_name(wanted: str, pictures: int, goal: Goal = "likeness") -> str:
    """The plan that was asked for, else the goal's one for so many pictures.

    Raises:
        BadInput: no plan of that name; the message offers the nearest.
    """
    if wanted and wanted not in plans():
        raise BadInput(f"There is no plan '{wanted}'.", did_you_mean(wanted, plans()))
    fitting = [
        name
        for name, plan in plans().items()
        if goal in plan.goals and plan.from_pictures <= pictures
    ]
    return wanted or max(fitting, key=lambda name: plans()[name].from_pictures)


def held_against(name: str, shows: Sequence[Shows]) -> Coverage | None:
    """What a set has of a plan and what is missing; None when most pictures do not say."""
    plan = plans()[name]
    saying = sum(bool(each[plan.told_by]) for each in shows)
    if not shows or saying < _SAYING * len(shows):
        return None
    shots = tuple(
        ShotCount(name=s.name, words=s.words, wanted=s.wanted, have=_have(s, shows))
        for s in plan.shot
        if not s.varied or any(each[s.varied] for each in shows)
    )
    return Coverage(
        plan=name, about=plan.about, shots=shots, next=_next(shots, len(shows), plan.wanted)
    )


def _have(shot: PlannedShot, shows: Sequence[Shows]) -> int:
    if shot.varied:
        poses = Counter(name for each in shows for name in each[shot.varied])
        most = poses.most_common(1)[0][0]
        return sum(any(name != most for name in each[shot.varied]) for each in shows)
    return sum(
        all(
            not wanted or set(wanted) & set(each[axis])
            for axis in ("view", "framing", "subject")
            for wanted in [getattr(shot, axis)]
        )
        for each in shows
    )


def _next(shots: Sequence[ShotCount], pictures: int, wanted: int) -> str:
    """ "add 2 from behind, 1 full body"; "" when nothing is missing."""
    parts = [f"{shot.missing} {shot.words}" for shot in shots if shot.missing]
    more = wanted - pictures - sum(shot.missing for shot in shots)
    if more > 0:
        parts.append(f"{more} of your choice")
    return f"add {', '.join(parts)}" if parts else ""


def finding_of(coverage: Coverage | None) -> list[Finding]:
    """What to photograph next, in words."""
    if coverage is None or not coverage.next:
        return []
    missing = sum(shot.missing for shot in coverage.shots)
    lacks = f"is {missing} short of" if missing else "is smaller than"
    what = f"The set {lacks} the plan '{coverage.plan}' ({coverage.about})."
    fix = f"{coverage.next[:1].upper()}{coverage.next[1:]}."
    return [Finding(code="plan-gaps", level="note", what=what, fix=fix)]
