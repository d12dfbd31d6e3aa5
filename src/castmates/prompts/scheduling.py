"""Which words hold in which steps: `[from:to:when]`, `[a|b]`; knows no weights and no tokens.

Steps are counted from 1, as A1111's settings count them. (Rules of A1111 1.8 to 1.10; the timelines
before 1.6 by `Pass.old`.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.prompts.nodes import (
    Alternate,
    Node,
    Piece,
    Switch,
    Tag,
    layout,
    walk,
)


@dataclass(frozen=True, slots=True)
class Pass:
    """One walk from noise to picture.

    Attributes:
        steps: calls of the network: a second-order sampler makes two a step.
        after: steps of the pass before, if this is the second pass of hires fix.
        old: timelines of A1111 before 1.6: below 1 a fraction, else a step, in every pass alike.
    """

    steps: int
    after: int | None = None
    old: bool = False

    def place(self, written: str) -> int:
        """The last step of `from`: 0 and below: never; `steps`: all along."""
        value = float(written)
        # Bounded first: nobody's infinity is a step.
        value = max(-1e9, min(1e9, value))
        if self.old:
            return min(self.steps, int(value * self.steps if value < 1.0 else value))
        if "." in written:
            value = (value - (0.0 if self.after is None else 1.0)) * self.steps
        elif self.after is not None:
            value -= self.after
        return min(self.steps, int(value))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A text that holds from step `first` to step `last`, both included."""

    first: int
    last: int
    text: str


def stretches(content: Sequence[Node], course: Pass) -> list[Stretch]:
    """The texts of a pass in order, schedules resolved and tags cut; equal neighbours are one."""
    found: list[Stretch] = []
    first = 1
    for last in _ends(content, course):
        text = text_at(content, last, course)
        if found and found[-1].text == text:
            found[-1] = Stretch(found[-1].first, last, text)
        else:
            found.append(Stretch(first, last, text))
        first = last + 1
    return found


def text_at(content: Sequence[Node], step: int, course: Pass) -> str:
    """The text of one step, 1 .. course.steps."""
    said: list[str] = []
    waiting: list[Piece] = [*content]
    waiting.reverse()
    while waiting:
        piece = waiting.pop()
        match piece:
            case str():
                said.append(piece)
            case Tag():
                pass
            case Switch(before=before, after=after, when=when):
                held = (before or ()) if step <= course.place(when) else after
                waiting += held[::-1]
            case Alternate(options=options):
                waiting += options[(step - 1) % len(options)][::-1]
            case _:
                waiting += layout(piece)[::-1]
    return "".join(said)


def _ends(content: Sequence[Node], course: Pass) -> list[int]:
    """The last steps of all stretches, in order."""
    ends = {course.steps}
    for node in walk(content):
        if isinstance(node, Alternate):
            return [*range(1, course.steps + 1)]
        if isinstance(node, Switch):
            place = course.place(node.when)
            ends |= {place} if place >= 1 else set()
    return sorted(ends)
