"""Whether shots can be drawn on a base, told before anything is drawn; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing, Unfit
from castmates.core.events import Warned
from castmates.core.near import did_you_mean
from castmates.core.types import Size
from castmates.drawing.batches import Job
from castmates.drawing.samplers import SAMPLERS
from castmates.families.base import Base


def check(jobs: Sequence[Job], base: Base) -> None:
    """Find everything that cannot be drawn, before anything is.

    Raises:
        BadInput: an unknown sampler, or a size that the base cannot draw.
        Missing: an adapter that is not in the base's bank.
        Unfit: negative words for a base that takes none.
    """
    misfits = Misfits()
    seen: set[str] = set()
    for at in jobs:
        for error in _misfits(at, base):
            if str(error) not in seen:
                seen.add(str(error))
                misfits.add(error)
    misfits.raise_if_any()


def _misfits(at: Job, base: Base) -> Iterator[CastmatesError]:
    facts = base.facts
    if at.sampler not in SAMPLERS:
        yield BadInput(f"No '{at.sampler}' among the samplers.", did_you_mean(at.sampler, SAMPLERS))
    step = facts.size_multiple
    if at.size.width % step or at.size.height % step:
        fitting = Size(width=_near(at.size.width, step), height=_near(at.size.height, step))
        yield BadInput(
            f"{base.name} draws sizes that are multiples of {step}, not {at.size}.",
            f"Take {fitting}.",
        )
    for use in at.shot.adapters:
        if use.name not in base.bank.names:
            yield Missing(
                f"No adapter '{use.name}' is loaded.", did_you_mean(use.name, base.bank.names)
            )
    if at.shot.negative and not facts.takes_negative:
        yield Unfit(f"{base.name} takes no negative words.", "Leave them out.")


def notes(jobs: Sequence[Job], base: Base) -> list[Warned]:
    """What deserves a look, each once: words beyond what the base reads, adapters named twice."""
    found: dict[str, Warned] = {}
    for text in dict.fromkeys(t for at in jobs for t in (at.shot.words, at.shot.negative)):
        length = base.count_tokens(text) if text else 0
        if length > base.facts.max_tokens:
            what = (
                f"'{text[:40]}…' has {length} tokens; {base.name} reads {base.facts.max_tokens}, "
                "the rest is not seen."
            )
            found[what] = Warned(what=what, fix="Say the most important things first.")
    for at in jobs:
        names = [use.name for use in at.shot.adapters]
        for name in {name for name in names if names.count(name) > 1}:
            what = f"'{name}' is named more than once in one prompt; its strengths add up."
            found[what] = Warned(what=what)
    return list(found.values())


def _near(length: int, step: int) -> int:
    return max(step, round(length / step) * step)
