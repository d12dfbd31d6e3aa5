"""What a set of pictures is for, and what that makes of a check; knows no pixels.

The table is `goals.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import Field, TypeAdapter

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Goal, Value
from castmates.pictures.absorption import Meaning
from castmates.pictures.habits import Rule
from castmates.pictures.report import Finding, Level, Twins

LIKENESS: Goal = "likeness"


class Said(Value):
    """What a finding says instead. "", None: as it does. `{count}` pictures `{of}` all.

    Attributes:
        fix: `{keeper}` is the one of twins to keep.
    """

    level: Level | None = None
    what: str = ""
    fix: str = ""


class Aim(Value):
    """One goal.

    Attributes:
        about: what is to be learned, to finish the sentence "The goal is …".
        axes: of `coverage.toml` that are counted.
        few: under so many pictures they are few; `good` says how many are not.
        counted: it is somebody: captions count it ("1girl, solo") as what it is.
        looks: families of tags that captions leave to the trigger, most telling first; None: those
            of somebody (`captions.looks`).
        asks: the answers (fields of `Character`) that are worth asking for.
        silent: codes of findings that say nothing here.
        says: code -> what it says instead.
        one: name -> what should not be on nearly all pictures, besides what `habits.toml` says.
    """

    about: str
    axes: tuple[str, ...]
    few: int
    good: str
    counted: bool
    asks: tuple[str, ...]
    looks: tuple[str, ...] | None = None
    silent: tuple[str, ...] = ()
    says: dict[str, Said] = Field(default_factory=dict)
    one: dict[str, Rule] = Field(default_factory=dict)
    absorbed: Meaning = Meaning()

    def heard(
        self, findings: Sequence[Finding], of: int, twins: Sequence[Twins] = ()
    ) -> list[Finding]:
        """The findings that say something for this goal, in its words."""
        keepers = {kin.pictures: kin.keeper for kin in twins}
        found = []
        for finding in findings:
            said = self.says.get(finding.code)
            if finding.code in self.silent:
                continue
            if said is not None:
                facts = {"count": len(finding.pictures), "of": of}
                keeper = keepers.get(finding.pictures, "one")
                update = {
                    "level": said.level or finding.level,
                    "what": said.what.format(**facts) or finding.what,
                    "fix": said.fix.format(**facts, keeper=keeper) or finding.fix,
                }
                finding = finding.model_copy(update=update)
            found.append(finding)
        return found


@cache
def aims() -> dict[Goal, Aim]:
    """Goal -> what it makes of a check."""
    text = (files("castmates.pictures") / "goals.toml").read_text(encoding="utf-8")
    return TypeAdapter(dict[Goal, Aim]).validate_python(tomllib.loads(text))


def goal_named(wanted: str) -> Goal:
    """A goal by its name, however it is capitalised. Raises BadInput; the nearest is offered."""
    plain = wanted.strip().casefold()
    for goal in aims():
        if goal == plain:
            return goal
    raise BadInput(f"There is no goal '{wanted}'.", did_you_mean(plain, aims()))
