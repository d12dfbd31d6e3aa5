"""A character's pictures as edits see them, and what each is drawn from; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import numpy as np

from castmates.core.ports import Finder
from castmates.files import images
from castmates.files.colours import Alpha
from castmates.files.reading import read_bytes
from castmates.files.studio import CharacterFolder, PictureRecord
from castmates.pictures.edits.changes import Files, State
from castmates.pictures.edits.entries import Entry, entries_of
from castmates.pictures.edits.figures import Figures, figures_of
from castmates.pictures.edits.keeping import (
    MAPS,
    digest_of,
    figures_name,
    hole_name,
    kept_bytes,
    kept_file,
    name_of,
    present,
)
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.replay import replayed
from castmates.pictures.recorded import record_of

_AT_A_TIME = 8


@dataclass
class Desk:
    """What is known of a character's pictures, and what was found since.

    Attributes:
        fresh: names in `kept/` -> maps of figures and holes that are not written yet, as PNG: pixel
            by pixel those of a thousand photographs would fill the memory.
    """

    folder: CharacterFolder
    entries: dict[int, Entry]
    records: dict[int, PictureRecord]
    fresh: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, folder: CharacterFolder) -> Desk:
        """Raises BadInput: `pictures.toml` or `edits.toml` does not fit."""
        return cls(folder, entries_of(folder), {r.number: r for r in folder.records()})

    def state(self, number: int) -> State:
        """A picture as it is now."""
        kept = {kind: present(self.folder, number, kind) for kind in ("picture", "mask", "caption")}
        return State(
            files=Files.model_validate(kept),
            entry=self.entries.get(number),
            record=self.records.get(number),
        )

    def opened(self, number: int, state: State) -> Entry:
        """What more steps are added to.

        A picture that somebody changed by hand since it was drawn is taken as it is.
        """
        entry = state.entry
        if entry is not None and entry.drawn == state.files.picture:
            return entry
        picture, mask = state.files.picture or "", state.files.mask or ""
        return Entry(
            number=number,
            untouched=name_of(number, picture, "picture"),
            mask=name_of(number, mask, "mask"),
        )

    def record(self, number: int) -> PictureRecord:
        """What is recorded of a picture; a fresh record for one that somebody put there."""
        known = self.records.get(number)
        if known is not None:
            return known
        path = self.folder.picture_path(number)
        data = read_bytes(path)
        pixels = images.decoded(data, path)
        return record_of(number, path.name, sha256(data).hexdigest(), pixels)

    def figures(self, entry: Entry) -> Figures:
        """Whom a finder found in the untouched picture."""
        if not entry.figures:
            return Figures(entry.boxes)
        return Figures(entry.boxes, self.kept_mask(entry.figures))

    def base(self, entry: Entry) -> Layers:
        """The untouched picture with its masks; a picture without figures has its own alpha.

        Raises:
            Missing: the untouched picture was deleted. BadInput: it is broken.
        """
        path, data = kept_file(self.folder, entry.untouched)
        pixels = images.decoded(data, path)
        alpha = self.kept_mask(entry.mask) if entry.mask else None
        height, width = pixels.shape[:2]
        figures = self.figures(entry)
        mask = figures.mask(entry.whom, width, height)
        everybody = figures.mask(0, width, height) if entry.whom else None
        return Layers(pixels, alpha, alpha if mask is None else mask, everybody)

    def drawn(self, entry: Entry) -> Layers:
        """The picture by its steps. Errors as in `base` and `replay.replayed`."""
        return replayed(self.base(entry), entry.step, self.kept_mask)

    def kept_mask(self, name: str) -> Alpha:
        """A mask or map of `kept/`, or one that waits to be. Raises Missing or BadInput."""
        data = self.fresh.get(name) or kept_bytes_or_file(self.folder, name)
        return images.decoded(data, self.folder.kept_dir / name)[..., 0].copy()

    def search(self, entries: Mapping[int, Entry], finder: Finder) -> dict[int, Entry]:
        """The same entries with whom the finder found in the untouched pictures."""
        numbers = list(entries)
        known: dict[int, Entry] = {}
        for at in range(0, len(numbers), _AT_A_TIME):
            some = numbers[at : at + _AT_A_TIME]
            pixels = [self.base(entries[n].model_copy(update=_NOBODY)).pixels for n in some]
            for number, picture, found in zip(some, pixels, finder.find(pixels), strict=True):
                height, width = picture.shape[:2]
                known[number] = self.found(entries[number], figures_of(found, width, height))
        return known

    def found(self, entry: Entry, figures: Figures) -> Entry:
        """An entry with these figures."""
        name = ""
        if figures.labels is not None:
            name = figures_name(entry.number, figures.labels)
            self._keep(name, figures.labels)
        return entry.model_copy(update={"boxes": figures.boxes, "figures": name})

    def hole(self, number: int, hole: Alpha) -> str:
        """Keep a mask of what is painted over in a picture; returns its name in `kept/`."""
        name = hole_name(number, hole)
        self._keep(name, hole)
        return name

    def _keep(self, name: str, values: Alpha) -> None:
        self.fresh[name] = images.as_png(np.repeat(values[..., None], 3, axis=2))


_NOBODY: dict[str, object] = {"boxes": (), "figures": ""}


def kept_bytes_or_file(folder: CharacterFolder, name: str) -> bytes:
    """A kept mask or map; maps lie in `kept/` alone. Errors as in `kept_bytes`."""
    path = folder.kept_dir / name
    if name.endswith(MAPS) and path.is_file():
        return read_bytes(path)
    return kept_bytes(folder, name)


def captions_of(folder: CharacterFolder, numbers: Sequence[int]) -> dict[int, bytes]:
    """The caption files of pictures that have one."""
    found = {number: folder.caption_bytes(number) for number in numbers}
    return {number: data for number, data in found.items() if data is not None}


def caption_digest(data: bytes | None) -> str:
    return digest_of(data) if data is not None else ""
