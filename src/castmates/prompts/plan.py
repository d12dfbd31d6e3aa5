"""What a prompt asks for, step by step: texts to encode, in chunks, and adapters; encodes nothing.

The order is A1111's: tags are cut, `AND` divides, schedules are resolved, brackets become weights,
words are cut into chunks. Each picture has its own plan; A1111 takes the first picture's tags for a
whole batch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from castmates.prompts.checks import problems_of, problems_of_negative
from castmates.prompts.chunks import Chunk, Cutter
from castmates.prompts.emphasis import MOST, Mode, runs
from castmates.prompts.nodes import Part, Tag, Tree, nodes_of
from castmates.prompts.problems import Problem, counted
from castmates.prompts.reading import read
from castmates.prompts.scheduling import Pass, Stretch, stretches
from castmates.prompts.tags import Mention, mentions_of


@dataclass(frozen=True, slots=True)
class Condition:
    """One text to encode: a row of the U-Net, with its share of the guidance (1: all of it)."""

    weight: float
    chunks: tuple[Chunk, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """Steps `first` to `last`, both included and counted from 1, and what holds in them."""

    first: int
    last: int
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a prompt decides of one picture.

    Attributes:
        steps: in order, without gaps.
        negative: the same of the negative words; always one condition.
        adapters: in the order of the text; a name may occur twice.
        emphasis: how weights act on encodings.
    """

    steps: tuple[Step, ...]
    negative: tuple[Step, ...]
    adapters: tuple[Mention, ...] = ()
    emphasis: Mode = "original"
    problems: tuple[Problem, ...] = ()

    @property
    def inversions(self) -> tuple[str, ...]:
        """The textual inversions that are named, each once; those of negative words last."""
        steps = (*self.steps, *self.negative)
        pieces = (p for s in steps for c in s.conditions for chunk in c.chunks for p in chunk)
        return tuple(dict.fromkeys(piece.embedding for piece in pieces if piece.embedding))

    def at_call(self, call: int) -> Step:
        """What holds in a call of the network, counted from 0.

        As in A1111, which compares this count with the last step: "switch at 10" gives the first
        text for 11 calls.
        """
        return next((step for step in self.steps if call <= step.last), self.steps[-1])


@dataclass(frozen=True, slots=True)
class Habits:
    """How a base and its user want prompts read.

    Attributes:
        emphasis: see `emphasis.Mode`. "comfy" reads ComfyUI's grammar, in which only round brackets
            mean anything.
        weighs: whether the base's family can weight words; else weights are left out and told.
        cutter: the tokenizer and its chunks.
    """

    emphasis: Mode = "original"
    weighs: bool = True
    cutter: Cutter = field(default_factory=Cutter)


def plan(prompt: str, negative: str, course: Pass, habits: Habits | None = None) -> Plan:
    """Read a prompt whose `{…}` and `__…__` are expanded (`castmates.prompts.expansion`).

    Never refuses a text: what is not as it should be is among the plan's problems.
    """
    habits = habits or Habits()
    # Textual inversions are found among tokens, behind all brackets: the cutter's affair.
    tree = read(prompt, names=False)
    away = read(negative, negative=True, names=False)
    mentions, said = mentions_of(node for node in nodes_of(tree) if isinstance(node, Tag))
    planner = _Planner(course, habits)
    if habits.emphasis == "comfy":
        steps = planner.whole(without_tags(prompt, tree))
        aways = planner.whole(negative)
    else:
        steps, aways = planner.steps(tree), planner.steps(away)
    problems = [*problems_of(tree, prompt, course, habits.emphasis), *said]
    problems += problems_of_negative(away, negative, course)
    problems += planner.problems()
    return Plan(steps, aways, tuple(mentions), habits.emphasis, tuple(counted(problems)))


def without_tags(text: str, tree: Tree) -> str:
    """The source of a tree with its tags cut out."""
    at, kept = 0, []
    for first, last in (node.span for node in nodes_of(tree) if isinstance(node, Tag)):
        kept.append(text[at:first])
        at = last
    return "".join([*kept, text[at:]])


class _Planner:
    """Resolves trees into conditions; equal texts are cut once."""

    def __init__(self, course: Pass, habits: Habits) -> None:
        self.course, self.habits = course, habits
        self.known: dict[str, tuple[Chunk, ...]] = {}
        self.stripped = self.held = False

    def whole(self, text: str) -> tuple[Step, ...]:
        """A text that is the same in all steps."""
        return (Step(1, self.course.steps, (Condition(1.0, self._chunks(text)),)),)

    def steps(self, tree: Tree) -> tuple[Step, ...]:
        """What each stretch of steps holds; neighbours that hold the same are one."""
        joined = len(tree.parts) > 1
        courses = [stretches(part.content, self.course) for part in tree.parts]
        weights = [_weight(part) for part in tree.parts]
        texts = [[(s.text.rstrip() if joined else s.text) for s in course] for course in courses]
        found: list[Step] = []
        first = 1
        at = [0] * len(courses)
        for last in sorted({stretch.last for course in courses for stretch in course}):
            _advance(at, courses, last)
            conditions = tuple(
                Condition(weight, self._chunks(said[index]))
                for weight, said, index in zip(weights, texts, at, strict=True)
            )
            found.append(Step(first, last, conditions))
            first = last + 1
        return tuple(found)

    def _chunks(self, text: str) -> tuple[Chunk, ...]:
        if text not in self.known:
            found = runs(text, self.habits.emphasis)
            self.held = self.held or any(abs(run.weight) >= MOST for run in found)
            if not self.habits.weighs:
                bare = runs(text, "ignore")
                weighted = any(run.weight != 1.0 and not run.is_break for run in found)
                self.stripped = self.stripped or weighted
                found = bare
            self.known[text] = self.habits.cutter.cut(found)
        return self.known[text]

    def problems(self) -> list[Problem]:
        found = []
        if self.held:
            what = f"A weight is beyond ±{MOST:g} and held to it."
            found.append(Problem("warning", what, "Take some brackets away."))
        if self.stripped:
            what = "This base cannot weight words; brackets and their numbers are left out."
            found.append(Problem("warning", what, "Say what matters first, or say it twice."))
        return found


def _advance(at: list[int], courses: Sequence[Sequence[Stretch]], last: int) -> None:
    """Move every part on to the stretch that holds at step `last`."""
    for index, course in enumerate(courses):
        while course[at[index]].last < last:
            at[index] += 1


def _weight(part: Part) -> float:
    """A part's own weight: 1 without one."""
    match = re.search(r"[+-]?[\d.]+", part.number[:64])
    return float(match[0]) if match else 1.0
