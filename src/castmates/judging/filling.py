"""Draws pictures that a folder lacks, each from its shot; knows no study and no axis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from castmates.core.errors import BadInput
from castmates.core.events import Tell, silent
from castmates.core.ports import Pixels
from castmates.core.types import Shot
from castmates.files import images

DIGEST_KEY = "castmates-cell"
"""The PNG text that says from which shot, adapter file and base a cell was drawn."""


@dataclass(frozen=True)
class Wanted:
    """A picture as it should be: its file's name, its shot, a digest of all that decides it."""

    name: str
    shot: Shot
    digest: str

    def is_drawn(self, folder: Path) -> bool:
        """Whether the picture is there, whole, and drawn from the same."""
        path = folder / self.name
        if not path.is_file():
            return False
        try:
            return images.read_text(path).get(DIGEST_KEY) == self.digest
        except BadInput:
            return False


class Drawing(Protocol):
    """What a painter yields for one shot."""

    @property
    def index(self) -> int:
        """Which of the shots given this is."""

    @property
    def pixels(self) -> Pixels:
        """The picture, (H, W, 3) uint8."""

    @property
    def texts(self) -> Mapping[str, str]:
        """What to write into a PNG, by key: the shot in A1111's words and in our own."""


class Artist(Protocol):
    """A painter, as a study sees it (castmates.drawing.painter.Painter is one)."""

    def draw(self, shots: Sequence[Shot], tell: Tell = ...) -> Iterator[Drawing]:
        """Draw the shots in mixed batches, in any order."""


def drawn(wanted: Sequence[Wanted], painter: Artist, folder: Path) -> Iterator[Wanted]:
    """Draw pictures together and write each as soon as it is ready; yields which."""
    for drawing in painter.draw([one.shot for one in wanted], tell=silent):
        one = wanted[drawing.index]
        texts = {**drawing.texts, DIGEST_KEY: one.digest}
        images.write_png(folder / one.name, drawing.pixels, texts)
        yield one
