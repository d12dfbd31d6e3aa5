"""Events survive the way through a journal line."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from castmates.core.events import (
    Began,
    Event,
    Made,
    Measured,
    Moved,
    Warned,
    both,
    event_from_json,
)

EVENTS: list[Event] = [
    Began(what="Training", total=8, unit="steps"),
    Moved(what="Training", done=3, note="loss .2"),
    Made(what="adapter", path="a.safetensors"),
    Measured(name="loss", value=0.25, at=3),
    Warned(what="One picture is broken.", fix="Look at 7.jpg."),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_an_event_comes_back_from_its_json(event: Event) -> None:
    assert event_from_json(event.model_dump_json()) == event


def test_a_line_that_is_no_event_is_refused() -> None:
    with pytest.raises(ValidationError):
        event_from_json('{"type": "sang"}')


def test_both_listeners_hear_in_order() -> None:
    heard: list[str] = []
    tell = both(lambda e: heard.append("first"), lambda e: heard.append("second"))
    tell(EVENTS[0])
    assert heard == ["first", "second"]
