"""The pictures of a run: which, how often, with which words; knows no tensors."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from castmates.core.errors import BadInput

if TYPE_CHECKING:
    from castmates.files.studio import CharacterFolder


@dataclass(frozen=True)
class Item:
    """One training picture.

    Attributes:
        path: the picture's file.
        caption: its full words, the trigger first; what a visit reads is sampled from them.
        repeats: visits per epoch.
        digest: SHA-256 of the file's bytes, hex.
    """

    path: Path
    caption: str
    repeats: int
    digest: str

    @staticmethod
    def read(path: Path, caption: str, repeats: int = 1) -> Item:
        """The item of a picture file.

        Raises:
            BadInput: the file cannot be read, or repeats is below 1.
        """
        if repeats < 1:
            raise BadInput(f"{path} has repeats {repeats}; wanted 1 or more.")
        try:
            digest = sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise BadInput(
                f"The picture {path} cannot be read ({error.strerror}).",
                "Put it back, or take it out of the character's pictures.",
            ) from error
        return Item(path, caption, repeats, digest)


def items_of(folder: CharacterFolder) -> list[Item]:
    """A character's pictures to train on: all but those held out in `pictures.toml`.

    A picture without a caption gets the trigger word alone; repeats are those of `pictures.toml`.
    """
    return _read(folder, held_out=False)


def held_out_of(folder: CharacterFolder) -> list[Item]:
    """The pictures that training never sees, and is measured on."""
    return _read(folder, held_out=True)


def _read(folder: CharacterFolder, held_out: bool) -> list[Item]:
    records = {record.number: record for record in folder.records()}
    held = {number for number, record in records.items() if record.held_out}
    trigger = folder.character.trigger
    return [
        Item.read(
            entry.path,
            entry.caption or trigger,
            records[entry.number].repeats if entry.number in records else 1,
        )
        for entry in folder.pictures()
        if (entry.number in held) == held_out
    ]
