"""Find which keys a settings class knows at a place inside it; knows no files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel


def known_keys(kind: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that the value at `place` (("paper", 0, "size")) may have; [] when unknown."""
    kinds: list[type[BaseModel]] = [kind]
    for part in place:
        deeper = [
            inner
            for outer in kinds
            if isinstance(part, str) and part in outer.model_fields
            for inner in _models_in(outer.model_fields[part].annotation)
        ]
        # A number is a place in a list, and the class of its items is found already; any other
        # word is the name of a union's branch.
        kinds = deeper or kinds
    return [name for each in kinds for name in each.model_fields]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
