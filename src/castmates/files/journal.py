"""Keep what long work told, line by line, so that others can follow it; knows no work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from castmates.core.events import Event, event_from_json
from castmates.files.trouble import in_words


class Journal:
    """A listener that appends every event to a file (`events.jsonl`), one JSON line each.

    A line is the event's own JSON with one more key, `time` (UTC, ISO 8601). A crash can tear the
    last line only; the next event starts on a line of its own.

    Raises (from `tell`):
        CastmatesError: the disk is full, read-only or forbidden.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self._mended = False

    def tell(self, event: Event) -> None:
        """Append one event."""
        moment = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"time": moment, **event.model_dump(mode="json")}, ensure_ascii=False)
        start = "" if self._mended or not _is_torn(self.path) else "\n"
        with in_words(self.path, "written"), self.path.open("a", encoding="utf-8") as stream:
            stream.write(f"{start}{line}\n")
        self._mended = True


def replay(path: Path) -> Iterator[tuple[datetime, Event]]:
    """What was told, in order, with its time; lines torn by a crash are left out.

    Raises:
        Missing: there is no such journal.
    """
    with in_words(path, "read"), path.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            told = _read(line)
            if told is not None:
                yield told


def _read(line: str) -> tuple[datetime, Event] | None:
    try:
        data = json.loads(line)
        moment = datetime.fromisoformat(data.pop("time"))
        return moment, event_from_json(json.dumps(data))
    except (ValueError, ValidationError, KeyError, AttributeError, TypeError):
        return None


def _is_torn(path: Path) -> bool:
    """Whether the file ends in the middle of a line."""
    try:
        with path.open("rb") as stream:
            if stream.seek(0, 2) == 0:
                return False
            stream.seek(-1, 2)
            return stream.read(1) != b"\n"
    except OSError:
        return False
