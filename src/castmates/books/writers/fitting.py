"""Ask a writer again until the story fits its readers; writes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.books.story.cast import Member
from castmates.books.story.level import levels, too_hard
from castmates.books.story.reading import parse_story
from castmates.books.story.story import Story
from castmates.books.writers.order import Order, Writer
from castmates.core.errors import BadInput, Refused
from castmates.core.events import Measured, Tell, Warned, silent

_MOST_TOLD = 8


@dataclass(frozen=True)
class Written:
    """A story, its Markdown, and how it came to be.

    Attributes:
        misfits: what still does not fit the readers, in sentences; (): all does.
        asked: how often the writer was asked.
        notes: what the writer says about it.
    """

    story: Story
    text: str
    misfits: tuple[str, ...]
    asked: int
    notes: tuple[str, ...] = ()


def written(
    writer: Writer,
    order: Order,
    cast: Sequence[Member] = (),
    rounds: int = 3,
    tell: Tell = silent,
) -> Written:
    """The story of an order that fits best, of at most `rounds` tries.

    Each further order says which pages did not fit, and why.

    Raises:
        Refused: as `Writer.write`; or what came back is no story, every time.
    """
    best: Written | None = None
    trouble: BadInput | None = None
    for asked in range(1, rounds + 1):
        draft = writer.write(order)
        try:
            story = parse_story(draft.text, "The writer's story", order.age, order.pages)
        except BadInput as error:
            trouble = error
            order = order.model_copy(update={"again": (error.what,)})
            continue
        misfits = _misfits(story, order, cast)
        tell(Measured(name="pages that do not fit", value=float(len(misfits)), at=asked))
        found = Written(story, draft.text, misfits, asked, draft.notes)
        if best is None or len(misfits) < len(best.misfits):
            best = found
        if not misfits:
            break
        order = order.model_copy(update={"again": misfits[:_MOST_TOLD]})
    if best is None:
        what = trouble.what if trouble else "nothing came back."
        raise Refused(f"{rounds} times the writer's answer was no story: {what}", "Try another.")
    for misfit in best.misfits:
        tell(Warned(what=misfit, fix="Edit the story, or ask with another seed."))
    return best


def _misfits(story: Story, order: Order, cast: Sequence[Member]) -> tuple[str, ...]:
    """What a story should have been and is not."""
    found = []
    if len(story.pages) != order.pages:
        found.append(f"It has {len(story.pages)} pages; wanted {order.pages}.")
    names = (order.hero, *order.cast)
    for level in levels(story, order.age, cast, names):
        if reason := too_hard(level, order.age):
            found.append(f"Page {level.page} is too hard for age {order.age}: {reason}.")
    return tuple(found)
