"""Keep diffusers and transformers from drawing bars and writing remarks; knows no model."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, the loading libraries say nothing; below the doors nobody prints."""
    theirs = (diffusers_logging, transformers_logging)
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
