"""What was told comes back in order, with its time, also after a crash tore the last line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from castmates.core.errors import Missing
from castmates.core.events import Began, Made, Measured, Moved, Warned
from castmates.files.journal import Journal, replay

EVENTS = [
    Began(what="träining", total=3, unit="steps"),
    Moved(what="träining", done=1, note="0.5"),
    Measured(name="loss", value=0.5, at=1),
    Warned(what="hm"),
    Made(what="adapter", path="a b.safetensors"),
]


def test_events_come_back_in_order_with_their_time(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    before = datetime.now(UTC)
    for event in EVENTS:
        journal.tell(event)
    told = list(replay(journal.path))
    assert [event for _, event in told] == EVENTS
    assert all(abs((moment - before).total_seconds()) < 60 for moment, _ in told)


def test_a_torn_last_line_is_left_out_and_does_not_swallow_the_next(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    Journal(path).tell(EVENTS[0])
    Journal(path).tell(EVENTS[1])
    path.write_bytes(path.read_bytes()[:-9])
    assert [event for _, event in replay(path)] == EVENTS[:1]
    Journal(path).tell(EVENTS[2])
    assert [event for _, event in replay(path)] == [EVENTS[0], EVENTS[2]]


def test_lines_of_another_kind_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text('[1]\n{"time": "x"}\n{"time": "2026-01-01", "type": "dreamt"}\n\n')
    assert list(replay(path)) == []
    with pytest.raises(Missing):
        list(replay(tmp_path / "nothing.jsonl"))
