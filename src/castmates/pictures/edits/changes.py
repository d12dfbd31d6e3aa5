"""What an edit makes of pictures, as data: each one's state before and after; does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from castmates.core.types import Value
from castmates.files.studio import PictureRecord
from castmates.pictures.edits.entries import Entry
from castmates.pictures.edits.keeping import Kind, name_of


class Files(Value):
    """The digests of a picture's files; "": there is none, None: it is yet to be drawn."""

    picture: str | None = ""
    mask: str | None = ""
    caption: str = ""

    def of(self, kind: Kind) -> str | None:
        return {"picture": self.picture, "mask": self.mask, "caption": self.caption}[kind]


TO_BE_DRAWN: dict[str, None] = {"picture": None, "mask": None}


class State(Value):
    """A picture at one time: its files, how it is redrawn (None: it is untouched), its record."""

    files: Files = Files()
    entry: Entry | None = None
    record: PictureRecord | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether its picture comes from its steps, and not from a person."""
        if self.entry is None or self.files.picture == "":
            return False
        return self.files.picture is None or self.entry.drawn == self.files.picture

    def drawn_as(self, picture: str, mask: str) -> State:
        """The same state with the digests that drawing it gave."""
        assert self.entry is not None
        files = self.files.model_copy(update={"picture": picture, "mask": mask})
        entry = self.entry.model_copy(update={"drawn": picture})
        return self.model_copy(update={"files": files, "entry": entry})


class Change(Value):
    """One picture before and after an edit."""

    number: int
    before: State
    after: State

    def between(self, back: bool) -> tuple[State, State]:
        """Where it comes from and where it goes to."""
        return (self.after, self.before) if back else (self.before, self.after)

    def arrived(self, state: State, back: bool) -> Change:
        return self.model_copy(update={"before" if back else "after": state})


class EditStep(Value):
    """One edit of any number of pictures.

    Attributes:
        id: counts up; the history of captions names it.
        asked: a digest of what was asked for, so that a stopped edit is told from a new one.
        settled: which of its states the pictures are in; "": it was stopped on the way.
        lists: `pictures.toml` and `edits.toml` -> the kept file with its bytes before ("": there
            was none), and its digest after.
    """

    id: int
    what: str
    asked: str
    changes: tuple[Change, ...]
    settled: Literal["", "before", "after"] = ""
    lists: dict[str, tuple[str, str]] = Field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, ...]:
        return tuple(change.number for change in self.changes)


def same(entry: Entry | None, other: Entry | None) -> bool:
    """Whether two entries say the same, however their pictures were drawn last."""
    if entry is None or other is None:
        return entry is other
    return entry.model_copy(update={"drawn": other.drawn}) == other


def merged(
    now: PictureRecord | None, source: PictureRecord | None, target: PictureRecord | None
) -> PictureRecord | None:
    """The record with what changed between two states; what was changed since by hand stays."""
    if now is None or source is None or target is None or now == source:
        return target
    before, after = source.model_dump(), target.model_dump()
    differing = {k: v for k, v in after.items() if v != before[k]}
    mine = now.model_dump()
    kept = {k: v for k, v in differing.items() if mine[k] in (before[k], v)}
    return now.model_copy(update=kept)


def names_used(entries: Mapping[int, Entry]) -> set[str]:
    """The kept files that entries name."""
    each = (name for e in entries.values() for name in (e.untouched, e.mask, *e.maps))
    return {name for name in each if name}


def kept_name(number: int, state: State, kind: Kind) -> str:
    """What a file of this state is called in `kept/`; "" when there is none."""
    return name_of(number, state.files.of(kind) or "", kind)
