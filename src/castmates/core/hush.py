"""Keep loading libraries from drawing bars and writing remarks; knows none of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def hushed(*theirs: Any) -> Iterator[None]:
    """Inside, libraries say nothing; below the doors nobody prints.

    Args:
        theirs: their logging modules, as those of Hugging Face have them: `get_verbosity`,
            `set_verbosity`, `is_progress_bar_enabled`, `enable_progress_bar`, `disable_…`.
    """
    levels = [one.get_verbosity() for one in theirs]
    bars = [one.is_progress_bar_enabled() for one in theirs]
    for one in theirs:
        one.set_verbosity(logging.ERROR)
        one.disable_progress_bar()
    try:
        yield
    finally:
        for one, level, bar in zip(theirs, levels, bars, strict=True):
            one.set_verbosity(level)
            if bar:
                one.enable_progress_bar()
