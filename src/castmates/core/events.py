"""What long work tells while it runs; knows nothing of who listens.

A stage calls `tell(event)`. The terminal turns events into bars, the journal into lines of
`events.jsonl`, the web follows those lines. Nobody below the doors prints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Began(_Event):
    """A piece of work starts: `what` (its name), of `total` units (None: unknown)."""

    type: Literal["began"] = "began"
    what: str
    total: int | None = None
    unit: str = ""


class Moved(_Event):
    """`done` units of `what` are done; `note` is a short word beside the bar (a loss, a name)."""

    type: Literal["moved"] = "moved"
    what: str
    done: int
    note: str = ""


class Made(_Event):
    """A thing came into being: `what` kind of thing, and where it lies."""

    type: Literal["made"] = "made"
    what: str
    path: str


class Measured(_Event):
    """A figure: `name`, its `value`, at which step (None: once)."""

    type: Literal["measured"] = "measured"
    name: str
    value: float
    at: int | None = None


class Warned(_Event):
    """Something deserves a look, but nothing stops: what, and what can be done."""

    type: Literal["warned"] = "warned"
    what: str
    fix: str = ""


Event = Began | Moved | Made | Measured | Warned
Tell = Callable[[Event], None]

_any_event: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def silent(event: Event) -> None:
    """A listener that listens to nothing: the default where nobody watches."""


def event_from_json(line: str) -> Event:
    """Read one journal line. Raises pydantic's ValidationError if it is not an event."""
    return _any_event.validate_json(line)


def both(first: Tell, second: Tell) -> Tell:
    """One listener that passes every event to two, in order."""

    def tell(event: Event) -> None:
        first(event)
        second(event)

    return tell
