"""What a shot asks of text encoder and U-Net at each call of the network; encodes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from castmates.core.types import AdapterUse, Shot
from castmates.core.weighting import row_of
from castmates.prompts.chunks import Cutter, Token
from castmates.prompts.curves import constant
from castmates.prompts.emphasis import Run
from castmates.prompts.plan import Condition, Habits, Plan, Step, plan
from castmates.prompts.scheduling import Pass
from castmates.prompts.tags import Mention

_MARKS = 2


@dataclass(frozen=True)
class Asked:
    """The plan of one shot on one base.

    Attributes:
        plan: its words, over the steps.
        adapters: those of the words, and the shot's own.
        calls: of the network.
    """

    plan: Plan
    adapters: tuple[Mention, ...]
    calls: int

    @property
    def parts(self) -> int:
        """Rows of the U-Net that the words take: one, or as many as `AND` joins."""
        return len(self.plan.steps[0].conditions)

    @property
    def is_plain(self) -> bool:
        """Whether guidance 1 is the words alone."""
        return all([c.weight for c in step.conditions] == [1.0] for step in self.plan.steps)

    def towards(self, call: int) -> tuple[Condition, ...]:
        """The words at a call, counted from 0."""
        return self.plan.at_call(call).conditions

    def away(self, call: int) -> Condition:
        """The negative words at a call."""
        steps = self.plan.negative
        return next((step for step in steps if call <= step.last), steps[-1]).conditions[0]

    def on_text(self, call: int) -> dict[str, float]:
        """Adapter -> weight on the text encoder at a call."""
        return row_of((one.name, one.te_at(call, self.calls)) for one in self.adapters)

    def on_unet(self, call: int) -> dict[str, float]:
        """Adapter -> weight on the U-Net at a call."""
        return row_of((one.name, one.unet_at(call, self.calls)) for one in self.adapters)


def cutter_of(
    tokens: Callable[[str], Sequence[tuple[int, int, int]]],
    max_tokens: int,
    inversions: Mapping[str, int] | None = None,
) -> Cutter:
    """A base's chunks: its tokenizer, and what its text encoder reads with both end marks.

    Args:
        inversions: textual inversion -> number of its vectors.
    """

    def tokenize(text: str) -> list[Token]:
        return [Token(*one) for one in tokens(text)]

    return Cutter(tokenize, max_tokens - _MARKS, embeddings=inversions or {})


def asked_of(shot: Shot, cutter: Cutter, course: Pass, calls: int, weighs: bool = True) -> Asked:
    """Read a shot for a base.

    Args:
        course: that schedules in the words are about: calls of the network as A1111 counts them.
        calls: how often the network is really called.
        weighs: whether the base can weight words.
    """
    if shot.reading == "prompt":
        made = plan(shot.words, shot.negative, course, Habits(shot.emphasis, weighs, cutter))
    else:
        steps = course.steps
        made = Plan(_plain(shot.words, steps, cutter), _plain(shot.negative, steps, cutter))
    mentions = (*map(_mention, shot.adapters), *made.adapters)
    if course.after is not None:
        mentions = tuple(replace(one, te=one.hires_te, unet=one.hires_unet) for one in mentions)
    return Asked(made, mentions, calls)


def _plain(words: str, steps: int, cutter: Cutter) -> tuple[Step, ...]:
    """Words that no rule of the grammar touches."""
    return (Step(1, steps, (Condition(1.0, cutter.cut([Run(words)])),)),)


def _mention(use: AdapterUse) -> Mention:
    weight = constant(use.strength)
    return Mention(use.name, weight, weight, weight, weight)
