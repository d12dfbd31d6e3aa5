"""The shelf of writers; knows none before it is taken. Nothing is sent unasked."""

from __future__ import annotations

from collections.abc import Callable

from castmates.books.writers.order import Writer
from castmates.core.shelf import Shelf

PATTERNS = "patterns"
"""The writer that is used when none is asked for: it runs here and sends nothing."""

WRITERS: Shelf[Callable[..., Writer]] = Shelf(
    "writers",
    {
        PATTERNS: "castmates.books.writers.patterns:PatternsWriter",
        "openai": "castmates.books.writers.openai:OpenAiWriter",
    },
)
