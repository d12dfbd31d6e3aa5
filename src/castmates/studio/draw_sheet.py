"""What stands on a character's sheet: views, expressions, poses, as data; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import as_file, files
from pathlib import PurePath

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value
from castmates.files.settings import load

GENERAL = "default"
"""The vocabulary of bases that have none of their own here."""


class SheetCell(Value):
    """One place of a sheet: how people call it, and its words in each vocabulary."""

    label: str = Field(min_length=1)
    words: Mapping[str, str]


class SheetKind(Value):
    """A sheet.

    Attributes:
        title: its name in headings; axis: what its cells differ in.
        common: words of every cell, in each vocabulary.
        unstyled: words that join them where no style was asked for.
    """

    title: str
    axis: str
    common: Mapping[str, str]
    unstyled: Mapping[str, str] = Field(default_factory=dict)
    cells: tuple[SheetCell, ...] = Field(min_length=1)

    def prompts(self, words: str, base: str, styled: bool) -> dict[str, str]:
        """Label -> prompt, of the cells that a base has words for.

        Args:
            words: whom to draw, and what is the same in all cells.
            base: its name or folder.
        """
        own = self._vocabulary(base)
        behind = [self.common[own], "" if styled else self.unstyled.get(own, "")]
        return {
            cell.label: ", ".join(part for part in (words, cell.words[own], *behind) if part)
            for cell in self.cells
            if own in cell.words
        }

    def without(self, base: str) -> list[str]:
        """The labels of the cells that a base has no words for."""
        own = self._vocabulary(base)
        return [cell.label for cell in self.cells if own not in cell.words]

    def _vocabulary(self, base: str) -> str:
        name = PurePath(base).name
        return name if name in self.common else GENERAL


class _Sheets(Value):
    turnaround: SheetKind
    expressions: SheetKind
    poses: SheetKind


@cache
def sheet_kinds() -> dict[str, SheetKind]:
    """All sheets, by name."""
    with as_file(files("castmates.studio") / "draw_sheets.toml") as path:
        return dict(load(path, _Sheets))


def sheet_kind(name: str) -> SheetKind:
    """A sheet by its name. Raises BadInput with the nearest."""
    known = sheet_kinds()
    wanted = name.strip().lower()
    if wanted not in known:
        raise BadInput(f"There is no sheet '{name}'.", did_you_mean(wanted, known))
    return known[wanted]
