"""Events become plain lines, JSON lines or bars."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from castmates.cli.listener import listening
from castmates.core.events import Began, Event, Made, Moved, Warned, event_from_json

EVENTS: list[Event] = [
    Began(what="training", total=3, unit="steps"),
    Moved(what="training", done=3, note="loss .1"),
    Warned(what="One picture is broken.", fix="It is left out."),
    Began(what="judging"),
    Made(what="grid", path="grid.png"),
]


def told(terminal: bool) -> str:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=160, no_color=True)
    with listening(console, as_json=False) as tell:
        for event in EVENTS:
            tell(event)
    return stream.getvalue()


def test_without_a_terminal_work_is_plain_lines() -> None:
    assert told(terminal=False).splitlines() == [
        "training (3 steps) …",
        "Note: One picture is broken. It is left out.",
        "judging …",
        "  grid: grid.png",
    ]


def test_on_a_terminal_work_is_bars() -> None:
    seen = told(terminal=True)
    assert "training" in seen
    assert "3/3" in seen
    assert "One picture is broken." in seen


def test_machines_get_the_events_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    with listening(Console(), as_json=True) as tell:
        for event in EVENTS:
            tell(event)
    lines = capsys.readouterr().err.splitlines()
    assert [event_from_json(line) for line in lines] == EVENTS


@pytest.mark.parametrize("terminal", [False, True])
def test_signs_in_names_stay_as_they_are(terminal: bool) -> None:
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=160, no_color=True)
    with listening(console, as_json=False) as tell:
        tell(Began(what="[b]reading", total=1, unit="pictures"))
        tell(Moved(what="[b]reading", done=1, note="x[/red].png"))
        tell(Warned(what="x[/red].png is broken.", fix="[left] out."))
        tell(Made(what="page", path="a[/b].html"))
    said = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert "x[/red].png is broken. [left] out." in said
    assert "[b]reading" in said
