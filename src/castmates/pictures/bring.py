"""Bring a user's pictures into a character's folder; never touches the originals.

Numbered, lossless, upright, in sRGB, of working size, and without the camera's notes (EXIF). Each
kept picture carries the digest of its original inside, so that an import that was stopped goes on
where it stood and the same pictures never come in twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.core.events import Began, Moved, Tell, Warned, silent
from castmates.core.ports import Pixels
from castmates.core.types import Value
from castmates.files import images
from castmates.files.reading import read_bytes, read_words
from castmates.files.studio import CharacterFolder, PictureRecord
from castmates.files.writing import made
from castmates.pictures.fingerprints import fingerprint, twin_groups
from castmates.pictures.hold_out import held_out
from castmates.pictures.sources import caption_beside, find

FEWEST = 3
LONGEST = 2048
"""The long side of kept pictures, in pixels; larger ones are shrunk."""

_SOURCE, _DIGEST = "castmates.source", "castmates.digest"
_SAVED_EVERY = 50


class Brought(Value):
    """What an import did.

    Attributes:
        added: how many pictures came in.
        skipped: how many were there already.
        broken: the names of files that could not be read.
        captions: how many captions came along.
    """

    added: int = 0
    skipped: int = 0
    broken: tuple[str, ...] = ()
    captions: int = 0


@dataclass(frozen=True)
class _Coming:
    source: Path
    digest: str
    pixels: Pixels


@dataclass
class _Import:
    """The state of one import: what is recorded, and what waits until there are enough."""

    folder: CharacterFolder
    tell: Tell
    records: list[PictureRecord]
    waiting: list[_Coming] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    added: int = 0
    skipped: int = 0
    captions: int = 0

    @property
    def known(self) -> set[str]:
        return {r.digest for r in self.records} | {c.digest for c in self.waiting}


def bring(folder: CharacterFolder, sources: Path | Sequence[Path], tell: Tell = silent) -> Brought:
    """Bring pictures, and the captions beside them, into `cast/<name>/pictures/`.

    The same call again adds only what is new. Some pictures are marked as held out
    (`hold_out.held_out`).

    Args:
        sources: folders (with their sub-folders) and single files.

    Raises:
        Missing: a source is not there.
        BadInput: no picture at all, or fewer than 3 with those that are there already; then
            nothing is written.
        CastmatesError: the disk is full, read-only or forbidden; what came in is kept.
    """
    found = find([sources] if isinstance(sources, Path) else sources, keep_out=folder.path)
    for suffix, count in found.unreadable.items():
        fix = "Export them as PNG or JPEG."
        tell(Warned(what=f"{count} {suffix} files cannot be read; they are left out.", fix=fix))
    coming = _Import(folder, tell, _recorded(folder))
    there = len(folder.pictures())
    tell(Began(what="bringing pictures in", total=len(found.pictures), unit="pictures"))
    for done, path in enumerate(found.pictures, 1):
        _take(coming, path)
        if there + len(coming.waiting) + coming.added >= FEWEST:
            _keep_waiting(coming)
        tell(Moved(what="bringing pictures in", done=done, note=path.name))
    if there + coming.added < FEWEST:
        raise _too_few(coming, there)
    if coming.added or len(folder.records()) != len(coming.records):
        folder.save_records(_marked(folder, coming.records))
    return Brought(
        added=coming.added,
        skipped=coming.skipped,
        broken=tuple(coming.broken),
        captions=coming.captions,
    )


def _take(coming: _Import, path: Path) -> None:
    """Read one source; a broken one is told and left out."""
    try:
        data = read_bytes(path)
        digest = sha256(data).hexdigest()
        if digest in coming.known:
            coming.skipped += 1
            return
        pixels = images.shrunk(images.decoded(data, path), LONGEST)
    except BadInput as error:
        coming.broken.append(path.name)
        coming.tell(Warned(what=error.what, fix="It is left out."))
        return
    coming.waiting.append(_Coming(path, digest, pixels))


def _keep_waiting(coming: _Import) -> None:
    made(coming.folder.pictures_dir)
    for one in coming.waiting:
        number = max((record.number for record in coming.records), default=0) + 1
        picture = coming.folder.picture_path(number)
        texts = {_SOURCE: one.source.name, _DIGEST: one.digest}
        # The picture is the last to be written: once it is there, its caption is there too.
        caption = _caption_of(coming, one.source)
        if caption:
            coming.folder.write_caption(number, caption)
            coming.captions += 1
        images.write_png(picture, one.pixels, texts)
        coming.records.append(_record(number, one.source.name, one.digest, one.pixels))
        coming.added += 1
        if coming.added % _SAVED_EVERY == 0:
            coming.folder.save_records(coming.records)
    coming.waiting.clear()


def _caption_of(coming: _Import, picture: Path) -> str:
    path = caption_beside(picture)
    if path is None:
        return ""
    words = read_words(path)
    if words.encoding not in ("utf-8", "utf-8 with BOM"):
        what = f"{path.name} is not UTF-8; it was read as {words.encoding}."
        coming.tell(Warned(what=what, fix="Look whether its letters are right."))
    return words.text.strip()


def _recorded(folder: CharacterFolder) -> list[PictureRecord]:
    """The records, and one for each numbered picture that has none: what a stopped import left."""
    records = folder.records()
    numbers = {record.number for record in records}
    for entry in folder.pictures():
        if entry.number in numbers:
            continue
        texts = images.read_text(entry.path)
        digest = texts.get(_DIGEST) or sha256(read_bytes(entry.path)).hexdigest()
        source = texts.get(_SOURCE, entry.path.name)
        records.append(_record(entry.number, source, digest, images.read(entry.path)))
    return records


def _record(number: int, source: str, digest: str, pixels: Pixels) -> PictureRecord:
    height, width = pixels.shape[:2]
    return PictureRecord(number=number, source=source, digest=digest, width=width, height=height)


def _marked(folder: CharacterFolder, records: Sequence[PictureRecord]) -> list[PictureRecord]:
    entries = folder.pictures()
    groups = twin_groups([fingerprint(images.read(entry.path)) for entry in entries])
    twins = [[entries[index].number for index in group] for group in groups]
    return held_out(records, twins)


def _too_few(coming: _Import, there: int) -> BadInput:
    count = there + len(coming.waiting)
    pictures = "1 picture" if count == 1 else f"{count} pictures"
    broken = f" ({len(coming.broken)} broken: {', '.join(coming.broken[:3])})"
    return BadInput(
        f"Only {pictures} can be used{broken if coming.broken else ''}; a character wants "
        f"{FEWEST} or more, each of them once.",
        "Add some: other views, other faces, the whole figure. 15 to 30 are good.",
    )
