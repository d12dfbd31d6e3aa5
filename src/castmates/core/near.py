"""Find the nearest known name to a misspelt one; knows nothing of what the names stand for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is near (ratio below .6)."""
    choices = {k.lower(): k for k in known}
    found = get_close_matches(name.lower(), list(choices), n=1, cutoff=0.6)
    return choices[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A short sentence for the end of a message: the nearest name, else what there is."""
    options = sorted(known)
    near = nearest(name, options)
    if near is not None:
        return f"Did you mean '{near}'?"
    if not options:
        return "There are none yet."
    shown = ", ".join(options[:12]) + (", …" if len(options) > 12 else "")
    return f"Known: {shown}."
