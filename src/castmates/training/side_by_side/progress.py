"""What a cast tells while it learns: one piece of work for all; knows no training."""

from __future__ import annotations

from collections.abc import Mapping

from castmates.core.events import Began, Event, Measured, Moved, Tell, Warned

_ONE = "training"
"""What a run calls its steps."""


class Progress:
    """Turns what each member tells into what is told of all.

    Steps are counted together, and told when the member with the most to go has done one: one line
    a round. Other work, warnings and figures carry the member's label. What a member leaves is told
    as it is.

    Args:
        steps: label -> updates in all.
    """

    def __init__(self, tell: Tell, steps: Mapping[str, int]) -> None:
        self._tell, self._steps = tell, dict(steps)
        self._done = dict.fromkeys(steps, 0)
        self._what = f"training {len(steps)} side by side"
        self._began = False
        self._narrator = ""

    def finished(self, label: str) -> None:
        """This one was done before."""
        self._done[label] = self._steps[label]

    def of(self, label: str) -> Tell:
        """The listener of one member."""

        def tell(event: Event) -> None:
            self._hear(label, event)

        return tell

    def _hear(self, label: str, event: Event) -> None:
        match event:
            case Began(what=what) if what == _ONE:
                if not self._began:
                    total = sum(self._steps.values())
                    self._tell(Began(what=self._what, total=total, unit="steps"))
                self._began = True
            case Moved(what=what, done=done, note=note) if what == _ONE:
                self._done[label] = done
                if not self._left(self._narrator):
                    self._narrator = max(self._steps, key=self._left)
                if label == self._narrator or not self._left(label):
                    together = sum(self._done.values())
                    self._tell(Moved(what=self._what, done=together, note=f"{label}: {note}"))
            case Began(what=what) | Moved(what=what):
                self._tell(event.model_copy(update={"what": f"{what}, {label}"}))
            case Measured(name=name):
                self._tell(event.model_copy(update={"name": f"{label}/{name}"}))
            case Warned(what=what):
                self._tell(event.model_copy(update={"what": f"{label}: {what}"}))
            case _:
                self._tell(event)

    def _left(self, label: str) -> int:
        """Steps that a member still has to do."""
        return self._steps.get(label, 0) - self._done.get(label, 0)
