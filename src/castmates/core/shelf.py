"""A shelf of named makers: lazy, helps with near names, open to third parties; knows no maker."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from typing import Generic, TypeVar, cast

from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean

T = TypeVar("T")


class Shelf(Generic[T]):
    """Maps names to things that are imported only when taken.

    A line on the shelf is `name: "package.module:attribute"`. Third parties add theirs by an entry
    point of the group `castmates.<kind>`.

    Args:
        kind: the plural that entry points and messages use ("taggers").
        lines: name -> "module:attribute".
        extras: name -> the pip extra that brings what the maker imports ("cuda").
    """

    def __init__(
        self, kind: str, lines: dict[str, str], extras: dict[str, str] | None = None
    ) -> None:
        self.kind = kind
        self._lines = dict(lines)
        self._extras = extras or {}

    def _all(self) -> dict[str, str]:
        found = {e.name: e.value for e in entry_points(group=f"castmates.{self.kind}")}
        return {**found, **self._lines}

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._all()))

    def __contains__(self, name: object) -> bool:
        return name in self._all()

    def take(self, name: str) -> T:
        """Import and return what stands under `name`.

        Raises:
            BadInput: no such name; the message offers the nearest.
            Missing: the name is known, but its package is not installed.
        """
        lines = self._all()
        if name not in lines:
            raise BadInput(f"No '{name}' among the {self.kind}.", did_you_mean(name, lines))
        module, _, attribute = lines[name].partition(":")
        try:
            return cast(T, getattr(import_module(module), attribute))
        except ModuleNotFoundError as error:
            if error.name and error.name.startswith("castmates"):
                raise
            extra = self._extras.get(name)
            line = f"castmates[{extra}]" if extra else str(error.name)
            raise Missing(
                f"'{name}' needs the package '{error.name}', which is not installed.",
                f"Run: pip install '{line}'",
            ) from error
