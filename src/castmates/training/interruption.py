"""Ctrl-C in long work: finish the step, then stop; knows no training."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def noted() -> Iterator[Callable[[], bool]]:
    """Inside, the first Ctrl-C (or polite kill) is only noted; a second Ctrl-C stops at once.

    Yields a function that tells whether a stop was asked for. Outside of the main thread signals
    cannot be caught; there it never tells so.
    """
    asked = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        if asked.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked.is_set
        return
    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
