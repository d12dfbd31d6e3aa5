"""Obedience by yes/no checks: what a prompt asks for is there, and only because it is asked for.

Every check is held against the base alone: 1 is how often the base draws the thing when asked, 0
how often it stands there unasked (the negative control: pictures of the other prompts). A thing
that the adapter draws unasked counts for nothing where it is asked. Checks that the base itself
hardly passes are dropped: no adapter is blamed for what the base cannot draw or the tagger not see.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.judging.cells import Study
from castmates.judging.measures.looks import plain
from castmates.judging.measures.port import Measured, Need
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import CellScore, MeasureNote

APART = 0.3
"""A check is dropped if the base passes it less than this more often than unasked."""


@dataclass(frozen=True)
class Check:
    """One yes/no question of a prompt.

    Attributes:
        wanted: whether the tag must be there, else that it must not.
        asked, unasked: how often the base alone has it right with the words and without.
    """

    prompt: str
    tag: str
    wanted: bool
    asked: float
    unasked: float

    @property
    def usable(self) -> bool:
        """Whether the base shows a difference at all."""
        return self.asked - self.unasked >= APART

    def kept(self, some: Sequence[CellScore], controls: Sequence[str]) -> float:
        """How much of what the base does is left, 0..1, in an arm's cells.

        Args:
            some: all cells of the arm. controls: labels of the prompts that do not ask for it.
        """
        rate = passed(self, some)
        if rate is None:
            return float("nan")
        if self.wanted:
            here = [self.tag in cell.unasked for cell in some if cell.prompt in controls]
            bottom = max(self.unasked, float(np.mean(here)) if here else 0.0)
        else:
            bottom = self.unasked
        return float(min(1.0, max(0.0, (rate - bottom) / (self.asked - self.unasked))))


def passed(check: Check, some: Sequence[CellScore]) -> float | None:
    """How often a check is passed; None where its prompt is not among the cells."""
    own = [cell for cell in some if cell.prompt == check.prompt]
    if not own:
        return None
    hits = [check.tag in cell.found if check.wanted else check.tag not in cell.present
            for cell in own]  # fmt: skip
    return float(np.mean(hits))


def controls(study: Study, tag: str) -> tuple[str, ...]:
    """Labels of the prompts whose words do not speak of a tag."""
    return tuple(
        p.label
        for p in study.prompts
        if p.family != "leak" and tag not in p.wants and plain(tag) not in plain(p.words)
    )


def checks(study: Study, base: Sequence[CellScore]) -> list[Check]:
    """Every check of a study, with what the base alone makes of it."""
    found = []
    for prompt in study.prompts:
        if prompt.family == "leak":
            continue
        for tag in (*prompt.wants, *prompt.avoids):
            wanted = tag in prompt.wants
            blank = Check(prompt.label, tag, wanted, 0.0, 0.0)
            elsewhere = controls(study, tag)
            free = [tag in cell.unasked for cell in base if cell.prompt in elsewhere]
            unasked = float(np.mean(free)) if free and wanted else 0.0
            found.append(Check(prompt.label, tag, wanted, passed(blank, base) or 0.0, unasked))
    return found


def flexibility(
    study: Study, asked: Sequence[Check], some: Sequence[CellScore]
) -> dict[str, float]:
    """Prompt -> mean over its usable checks of what is left of the base's ability."""
    found: dict[str, list[float]] = {}
    for check in asked:
        if check.usable:
            value = check.kept(some, controls(study, check.tag))
            if not np.isnan(value):
                found.setdefault(check.prompt, []).append(value)
    return {prompt: float(np.mean(values)) for prompt, values in found.items()}


@dataclass(frozen=True)
class Obedience:
    """The share of a prompt's list that one picture fulfils, 0..1; NaN without a list."""

    name: str = "obedience"
    needs: frozenset[Need] = frozenset({"tagger"})

    def read(self, seen: Seen) -> Measured:
        """Wanted tags that are there and unwanted ones that are not, of all."""
        values = np.full(len(seen.cells), np.nan)
        for i, (prompt, tags) in enumerate(zip(seen.prompts, seen.drawn.seen, strict=True)):
            hits = [plain(tag) in tags for tag in prompt.wants]
            hits += [plain(tag) not in tags for tag in prompt.avoids]
            if hits and prompt.family != "leak":
                values[i] = float(np.mean(hits))
        what = "the share of what was asked for that the tagger finds"
        return Measured(values, MeasureNote(name=self.name, what=what))
