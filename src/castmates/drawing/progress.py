"""Tell how far a drawing job is; knows no picture."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.core.events import Began, Moved, Tell
from castmates.drawing.batches import Job

WORK = "Drawing"


class Progress:
    """Counts steps of single pictures, so that a bar moves within long batches too.

    Attributes:
        steps: done so far; may be set back where a batch has to be drawn again.
    """

    def __init__(self, tell: Tell, jobs: Sequence[Job]) -> None:
        self._tell = tell
        self._pictures = len(jobs)
        self._finished = 0
        self.steps = 0
        passes = [one for at in jobs for one in (at, at.second) if one is not None]
        tell(Began(what=WORK, total=sum(at.drawn_steps for at in passes), unit="steps"))

    def move(self, rows: int) -> None:
        """Every row of a batch has gone one step."""
        self.steps += rows
        self._say()

    def finish(self, pictures: int) -> None:
        """These pictures are ready."""
        self._finished += pictures
        self._say()

    def _say(self) -> None:
        note = f"{self._finished} of {self._pictures} pictures"
        self._tell(Moved(what=WORK, done=self.steps, note=note))
