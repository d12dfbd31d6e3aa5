"""Turn events into bars, plain lines or JSON lines; knows no verb."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from castmates.core.events import Began, Event, Made, Moved, Tell, Warned

SHORT_WORK = 2.0
"""Seconds under which a piece of work needs no line of its own when nobody watches a bar."""


@contextmanager
def listening(console: Console, as_json: bool) -> Iterator[Tell]:
    """A listener for the length of one verb: JSON lines, bars on a terminal, or plain lines."""
    if as_json:
        yield _json_lines
    elif console.is_terminal:
        bars = _Bars(console)
        with bars.progress:
            yield bars.tell
            bars.finish()
    else:
        lines = _Lines(console)
        yield lines.tell
        lines.finish()


def _json_lines(event: Event) -> None:
    sys.stderr.write(event.model_dump_json() + "\n")


class _Bars:
    """Progress bars with time left; finished work stays as a line with its time."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description:<34}", markup=False),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=console,
        )
        self._tasks: dict[str, TaskID] = {}

    def tell(self, event: Event) -> None:
        match event:
            case Began(what=what, total=total):
                self.finish()
                self._tasks[what] = self.progress.add_task(what, total=total, note="")
            case Moved(what=what, done=done, note=note) if what in self._tasks:
                self.progress.update(self._tasks[what], completed=done, note=note)
            case Warned():
                self.console.print(_warning(event))
            case _:
                pass

    def finish(self) -> None:
        """Tick off what is still open: the next piece of work has begun, or the verb is done."""
        for task in self._tasks.values():
            total = self.progress.tasks[task].total
            done = self.progress.tasks[task].completed
            self.progress.update(task, total=total or max(done, 1), completed=total or max(done, 1))
        self._tasks.clear()


class _Lines:
    """One line when a piece of work begins and, if it was long, one when it is done."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._work: str | None = None
        self._began = 0.0

    def tell(self, event: Event) -> None:
        match event:
            case Began(what=what, total=total, unit=unit):
                self.finish()
                self._work, self._began = what, time.monotonic()
                length = f" ({total} {unit})".replace(" )", ")") if total else ""
                self.console.print(f"{what}{length} …", highlight=False, markup=False)
            case Made(what=what, path=path):
                self.console.print(
                    f"  {what}: {path}", highlight=False, markup=False, soft_wrap=True
                )
            case Warned():
                self.console.print(_warning(event), soft_wrap=True)
            case _:
                pass

    def finish(self) -> None:
        seconds = time.monotonic() - self._began
        if self._work is not None and seconds >= SHORT_WORK:
            self.console.print(f"  done in {seconds:.0f} s", highlight=False)
        self._work = None


def _warning(event: Warned) -> str:
    return f"[yellow]Note:[/] {escape(event.what)} {escape(event.fix)}".rstrip()
