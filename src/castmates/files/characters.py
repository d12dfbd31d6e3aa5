"""Where a character keeps its parts: `cast/<name>/`; knows no stage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.types import Character, Value
from castmates.files import settings
from castmates.files.reading import read_bytes, read_words
from castmates.files.runs import (
    RunFolder,
    StudyFolder,
    dated_folders,
    new_dated_folder,
    newest_with,
)
from castmates.files.trouble import in_words
from castmates.files.writing import made, write_bytes

_picture = re.compile(r"^(\d{4,})\.png$")


class PictureRecord(Value):
    """What is known of one picture beside its pixels and words: an entry of `pictures.toml`.

    Attributes:
        number: of its files, `0001.png` and `0001.txt`.
        source: the name of the file it came from.
        digest: SHA-256 (hex) of that file's bytes.
        width, height: in pixels, as kept here.
        group: "", or the quality group (high, medium, low).
        repeats: how often a round of training shows it, as kohya's folders `15_name` say.
        held_out: judged with, never trained on.
        made_from: the number of the picture that this one was cut or copied from.
    """

    number: int = Field(ge=1)
    source: str
    digest: str
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    group: str = ""
    outfit: str = ""
    view: str = ""
    held_out: bool = False
    notes: str = ""
    repeats: int = Field(default=1, ge=1)
    made_from: int | None = Field(default=None, ge=1)


class PictureList(Value):
    """What is known of every picture beside its pixels and words.

    group, repeats, outfit, view and notes are yours to fill in; held_out pictures are judged with,
    never trained on.
    """

    picture: tuple[PictureRecord, ...] = ()


@dataclass(frozen=True)
class PictureEntry:
    """A picture on disk. `caption` is its words, stripped; None when it has no caption file."""

    number: int
    path: Path
    caption_path: Path
    caption: str | None


@dataclass(frozen=True)
class CharacterFolder:
    """A character's folder. Everything is read anew from disk, so nothing can go stale."""

    path: Path

    @property
    def character(self) -> Character:
        """Who it is. Raises Missing or BadInput (`character.toml` is gone or does not fit)."""
        file = self.path / "character.toml"
        character = settings.load(file, Character)
        if character.name != self.path.name:
            raise BadInput(
                f"{file} says name = '{character.name}', but its folder is '{self.path.name}'.",
                "Make the two the same.",
            )
        return character

    def save(self, character: Character) -> None:
        """Write `character.toml`, atomically; its comments are kept."""
        settings.save(self.path / "character.toml", character)

    @property
    def pictures_dir(self) -> Path:
        return self.path / "pictures"

    @property
    def adapter_path(self) -> Path:
        """The chosen adapter; there only after the choice."""
        return self.path / f"{self.path.name}.safetensors"

    def pictures(self) -> list[PictureEntry]:
        """The numbered pictures in order, with their captions."""
        if not self.pictures_dir.is_dir():
            return []
        with in_words(self.pictures_dir, "read"):
            names = [(m, p) for p in self.pictures_dir.iterdir() if (m := _picture.match(p.name))]
        found = [_entry(int(match[1]), path) for match, path in names]
        return sorted(found, key=lambda entry: entry.number)

    def picture_path(self, number: int) -> Path:
        return self.pictures_dir / f"{number:04d}.png"

    def caption_path(self, number: int) -> Path:
        return self.pictures_dir / f"{number:04d}.txt"

    def mask_path(self, number: int) -> Path:
        """How opaque a picture was: 8-bit grey, of its size; there only when it was not opaque."""
        return self.pictures_dir / f"{number:04d}.mask.png"

    @property
    def originals_dir(self) -> Path:
        return self.path / "originals"

    def original(self, number: int) -> Path | None:
        """The file a picture came from, without the camera's notes; None: not kept."""
        return next(iter(sorted(self.originals_dir.glob(f"{number:04d}.*"))), None)

    def write_original(self, number: int, data: bytes, suffix: str) -> None:
        """Keep the file a picture came from, atomically. Errors as in `writing.replacing`."""
        write_bytes(made(self.originals_dir) / f"{number:04d}{suffix}", data)

    def clear(self, number: int) -> None:
        """Remove what a stopped import left of a picture that did not come in."""
        left = [self.caption_path(number), self.mask_path(number)]
        for path in (*left, *self.originals_dir.glob(f"{number:04d}.*")):
            with in_words(path, "removed"):
                path.unlink(missing_ok=True)

    def write_caption(self, number: int, text: str) -> None:
        """Write a picture's words beside it, atomically."""
        write_bytes(self.caption_path(number), self.caption_as_written(text))

    @staticmethod
    def caption_as_written(text: str) -> bytes:
        """The bytes of a caption file with these words: stripped, UTF-8, one newline at the end."""
        words = text.strip()
        return f"{words}\n".encode() if words else b""

    def caption_bytes(self, number: int) -> bytes | None:
        """A caption file as it is, whoever wrote it; None when there is none."""
        path = self.caption_path(number)
        return read_bytes(path) if path.is_file() else None

    def restore_caption(self, number: int, data: bytes | None) -> None:
        """Put a caption file back as it was; None takes it away."""
        path = self.caption_path(number)
        if data is not None:
            write_bytes(path, data)
            return
        with in_words(path, "removed"):
            path.unlink(missing_ok=True)

    @property
    def captions_written(self) -> Path:
        """Which captions a tagger wrote, so that those a person wrote or changed are kept."""
        return self.path / "captions.toml"

    @property
    def captions_history(self) -> Path:
        """What was changed in captions, step by step, so that it can be taken back."""
        return self.path / "captions-history.jsonl"

    @property
    def edits(self) -> Path:
        """The steps that pictures are redrawn by; see `pictures.edits`."""
        return self.path / "edits.toml"

    @property
    def edits_history(self) -> Path:
        """What was changed by edits, step by step, so that it can be taken back."""
        return self.path / "edits-history.jsonl"

    @property
    def kept_dir(self) -> Path:
        """What pictures, masks and captions were before an edit; they are redrawn from here."""
        return self.path / "kept"

    def records(self) -> list[PictureRecord]:
        """What `pictures.toml` says, in order of numbers; [] when there is none."""
        path = self.path / "pictures.toml"
        if not path.is_file():
            return []
        return sorted(settings.load(path, PictureList).picture, key=lambda record: record.number)

    def save_records(self, records: Sequence[PictureRecord]) -> None:
        """Write `pictures.toml`, atomically; its comments are kept."""
        ordered = sorted(records, key=lambda record: record.number)
        settings.save(self.path / "pictures.toml", PictureList(picture=tuple(ordered)))

    def runs(self) -> list[RunFolder]:
        """Oldest first."""
        return [RunFolder(path) for path in dated_folders(self.path / "runs")]

    def newest_run(self) -> RunFolder | None:
        return next(reversed(self.runs()), None)

    def new_run(self, digest: str = "", about: str = "") -> RunFolder:
        """Make the folder of a new run, begun with this digest of all that decides its result.

        Args:
            about: what sets it apart from other runs, behind its name.
        """
        return RunFolder(new_dated_folder(self.path / "runs", digest, about=about))

    def run_for(self, digest: str, about: str = "") -> RunFolder:
        """The newest run begun with this digest, to go on with; a new one when there is none."""
        found = newest_with(dated_folders(self.path / "runs"), digest)
        return RunFolder(found) if found else self.new_run(digest, about)

    def studies(self) -> list[StudyFolder]:
        """Oldest first."""
        return [StudyFolder(path) for path in dated_folders(self.path / "studies")]

    def newest_study(self) -> StudyFolder | None:
        """The newest grid that epoch and strength can be chosen from: no plot, and no race."""
        grids = (one for one in reversed(self.studies()) if not one.is_plot and not one.is_race)
        return next(grids, None)

    def new_study(self, digest: str = "") -> StudyFolder:
        """Make the folder of a new study, begun with this digest of all that decides its result."""
        return StudyFolder(new_dated_folder(self.path / "studies", digest))

    def study_for(self, digest: str) -> StudyFolder:
        """The newest study begun with this digest, to go on with; a new one when there is none."""
        found = newest_with(dated_folders(self.path / "studies"), digest)
        return StudyFolder(found) if found else self.new_study(digest)


def _entry(number: int, path: Path) -> PictureEntry:
    caption_path = path.with_suffix(".txt")
    caption = read_words(caption_path).text.strip() if caption_path.is_file() else None
    return PictureEntry(number=number, path=path, caption_path=caption_path, caption=caption)
