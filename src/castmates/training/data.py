"""The pictures of a run: which, how often, with which words; knows no tensors."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from castmates.core.errors import BadInput
from castmates.files.decoding import size_in
from castmates.training.caption_rules import CaptionRules

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
        size: width and height in pixels, as it is seen; None: not known yet.
        mask: how much each of its pixels counts, 8-bit grey of its size; None: there is none.
        mask_digest: SHA-256 of that file's bytes, hex.
        regularization: it shows the class, not the character: its loss has a weight of its own.
        rules: how its caption is read on each visit; None: as the recipe says.
        of: whose picture it is, where several characters are trained in one adapter.
        names: (trigger, class word) of everybody in it, for the words of the class; empty: the
            character's.
    """

    path: Path
    caption: str
    repeats: int
    digest: str
    size: tuple[int, int] | None = None
    mask: Path | None = None
    mask_digest: str = ""
    regularization: bool = False
    rules: CaptionRules | None = None
    of: str = ""
    names: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def read(
        path: Path,
        caption: str,
        repeats: int = 1,
        mask: Path | None = None,
        *,
        regularization: bool = False,
        rules: CaptionRules | None = None,
    ) -> Item:
        """The item of a picture file.

        Raises:
            BadInput: a file cannot be read, or repeats is below 1.
        """
        if repeats < 1:
            raise BadInput(f"{path} has repeats {repeats}; wanted 1 or more.")
        data = _bytes(path)
        return Item(
            path,
            caption,
            repeats,
            sha256(data).hexdigest(),
            size_in(data),
            mask,
            sha256(_bytes(mask)).hexdigest() if mask else "",
            regularization,
            rules,
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The picture {path} cannot be read ({error.strerror}).",
            "Put it back, or take it out of the character's pictures.",
        ) from error


def items_of(folder: CharacterFolder, *, all_pictures: bool = False) -> list[Item]:
    """A character's pictures to train on: all but those held out in `pictures.toml`.

    A picture without a caption gets the trigger word alone; repeats are those of `pictures.toml`.

    Args:
        all_pictures: those held out, too; nothing is left to measure on.
    """
    return _read(folder, (False, True) if all_pictures else (False,))


def held_out_of(folder: CharacterFolder) -> list[Item]:
    """The pictures that training never sees, and is measured on."""
    return _read(folder, (True,))


def _read(folder: CharacterFolder, held_out: tuple[bool, ...]) -> list[Item]:
    records = {record.number: record for record in folder.records()}
    held = {number for number, record in records.items() if record.held_out}
    trigger = folder.character.trigger
    return [
        Item.read(
            entry.path,
            entry.caption or trigger,
            records[entry.number].repeats if entry.number in records else 1,
            mask if (mask := folder.mask_path(entry.number)).is_file() else None,
        )
        for entry in folder.pictures()
        if (entry.number in held) in held_out
    ]
