"""The studio on disk: its settings, its characters, its drawings; knows no stage.

This floor is the only one that knows where things lie in a studio (docs/studio.md).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from castmates.core.errors import BadInput, Missing
from castmates.core.near import did_you_mean
from castmates.core.types import Character, Value
from castmates.files import settings
from castmates.files.characters import CharacterFolder, PictureEntry, PictureRecord
from castmates.files.runs import RunFolder, StudyFolder
from castmates.files.trouble import in_words
from castmates.files.writing import made

__all__ = [
    "CharacterFolder",
    "PictureEntry",
    "PictureRecord",
    "RunFolder",
    "Studio",
    "StudioSettings",
    "StudyFolder",
    "slug",
]


def _several(value: object) -> object:
    """One folder may be written without brackets."""
    return tuple(filter(None, (value,))) if isinstance(value, str) else value


class StudioSettings(Value):
    """A castmates studio: its characters are in cast/, its pictures in drawings/.

    Attributes:
        base: the base model that is used when none is asked for: a name, or the path of a folder.
        models: folders with more models, and single files; without any, only the embedded ones.
            Nothing is written into them.
    """

    base: str = "storybook"
    models: Annotated[tuple[str, ...], BeforeValidator(_several)] = ()


def slug(text: str) -> str:
    """A name for a folder out of any text: lower case, a-z 0-9 _ -; "" when nothing is left.

    >>> slug("Zoë's Fox!")
    'zoes-fox'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"['’`]", "", plain)
    return re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")


@dataclass(frozen=True)
class Studio:
    """A studio folder; make one with `init`, open one with `open`."""

    path: Path

    @classmethod
    def init(cls, path: Path) -> Studio:
        """Make a studio, or open the one that is there.

        Raises:
            BadInput: `path` is a file, or a folder with other things in it.
            CastmatesError: the disk is full, read-only or forbidden.
        """
        path = Path(path)
        if (path / "studio.toml").is_file():
            return cls.open(path)
        made(path)
        with in_words(path, "read"):
            others = sorted(p.name for p in path.iterdir() if not p.name.startswith("."))
        if others:
            shown = ", ".join(others[:3]) + (", …" if len(others) > 3 else "")
            raise BadInput(
                f"{path} has other things in it ({shown}); a studio wants a folder of its own.",
                "Give a new folder: castmates init my-studio",
            )
        settings.save(path / "studio.toml", StudioSettings())
        made(path / "cast")
        made(path / "drawings")
        return cls(path)

    @classmethod
    def open(cls, path: Path) -> Studio:
        """Open a studio.

        Raises:
            Missing: there is no studio; says how to make one.
            BadInput: its `studio.toml` does not fit.
        """
        path = Path(path)
        if not (path / "studio.toml").is_file():
            what = "has no studio.toml" if path.is_dir() else "is not there"
            raise Missing(
                f"'{path}' is no studio: it {what}.",
                f"Make one: castmates init {path}; or name yours: --studio FOLDER",
            )
        studio = cls(path)
        _ = studio.settings
        return studio

    @property
    def settings(self) -> StudioSettings:
        return settings.load(self.path / "studio.toml", StudioSettings)

    def save_settings(self, value: StudioSettings) -> None:
        """Write `studio.toml`, atomically; its comments are kept."""
        settings.save(self.path / "studio.toml", value)

    def model_folders(self) -> list[Path]:
        """Where more models lie: the studio's own `models/`, and what `studio.toml` names.

        Relative paths count from the studio.
        """
        own = self.path / "models"
        named = [self.path / Path(folder).expanduser() for folder in self.settings.models]
        return [own, *named] if own.is_dir() else named

    @property
    def drawings(self) -> Path:
        """Where drawn pictures go; made when it is not there (git keeps no empty folders)."""
        return made(self.path / "drawings")

    def characters(self) -> list[str]:
        """The names of the cast, in alphabetical order."""
        return sorted(path.parent.name for path in (self.path / "cast").glob("*/character.toml"))

    def character(self, name: str) -> CharacterFolder:
        """A character's folder. Raises Missing when there is none of that name."""
        known = self.characters()
        if name not in known:
            raise Missing(f"No character '{name}' in {self.path}.", did_you_mean(name, known))
        return CharacterFolder(self.path / "cast" / name)

    def adapters(self) -> dict[str, Path]:
        """Every adapter by name: chosen ones win over saved epochs of the same name."""
        found: dict[str, Path] = {}
        for name in self.characters():
            folder = self.character(name)
            for run in folder.runs():
                found.update({path.stem: path for _, path in run.checkpoints()})
            if folder.adapter_path.is_file():
                found[name] = folder.adapter_path
        return found

    def add_character(self, character: Character) -> CharacterFolder:
        """Make a character's folder. Raises BadInput when the name is taken."""
        if character.name in self.characters():
            raise BadInput(
                f"There is a character '{character.name}' in {self.path} already.",
                "Use another name.",
            )
        folder = CharacterFolder(self.path / "cast" / character.name)
        made(folder.pictures_dir)
        folder.save(character)
        return folder
