"""What is kept of a picture's edits: `edits.toml`; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from castmates.core.types import Value
from castmates.files import settings
from castmates.files.studio import CharacterFolder
from castmates.pictures.edits.steps import ONCE, Box, Inpaint, Step


class Entry(Value):
    """How one picture is redrawn.

    Attributes:
        number: of the picture.
        untouched: the file in `kept/` that the steps begin with.
        mask: the file in `kept/` with how opaque it was; "": all over.
        figures: the file in `kept/` that says where everybody is; "": only boxes are known.
        boxes: of everybody, in pixels of the untouched picture, the largest first.
        whom: whom the steps mean: 1, 2 …, by size; 0: everybody.
        drawn: the first digits of the SHA-256 of the picture as it was drawn last. Another one
            means that you changed the picture yourself; it is then taken as it is.
        step: what is done, in order.
    """

    number: int = Field(ge=1)
    untouched: str
    mask: str = ""
    figures: str = ""
    boxes: tuple[Box, ...] = ()
    whom: int = Field(default=0, ge=0)
    drawn: str = ""
    step: tuple[Step, ...] = ()

    @property
    def maps(self) -> tuple[str, ...]:
        """The files in `kept/` that say where figures are, and what was painted over."""
        holes = (step.mask for step in self.step if isinstance(step, Inpaint))
        return tuple(name for name in (self.figures, *holes) if name)

    def with_step(self, step: Step) -> Entry:
        """With one step more; of some kinds the new one takes the old one's place."""
        kept = [old for old in self.step if old.do != step.do or step.do not in ONCE]
        return self.model_copy(update={"step": (*kept, step)})


class EditList(Value):
    """How pictures are redrawn from what they were; the files are in kept/.

    The steps are yours to change; then: castmates edit NAME redraw --write
    """

    picture: tuple[Entry, ...] = ()


def entries_of(folder: CharacterFolder) -> dict[int, Entry]:
    """Number -> entry. Raises BadInput when the file does not fit."""
    if not folder.edits.is_file():
        return {}
    return {entry.number: entry for entry in settings.load(folder.edits, EditList).picture}


def save_entries(folder: CharacterFolder, entries: Mapping[int, Entry]) -> None:
    """Write `edits.toml`, atomically; its comments are kept. Nothing is made for nothing."""
    if not entries and not folder.edits.is_file():
        return
    settings.save(folder.edits, EditList(picture=tuple(e for _, e in sorted(entries.items()))))
