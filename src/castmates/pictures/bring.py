"""Bring a user's pictures into a character's folder; never touches the originals.

Numbered, lossless, upright, in sRGB, of working size, and without the camera's notes (EXIF). Each
kept picture carries the digest of its original inside, so that an import that was stopped goes on
where it stood and the same pictures never come in twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.events import Began, Moved, Tell, Warned, silent
from castmates.core.types import Value
from castmates.files import images
from castmates.files.decoding import Decoded, decode, taken_at
from castmates.files.metadata import stripped
from castmates.files.studio import CharacterFolder, PictureRecord
from castmates.files.writing import made
from castmates.pictures.hold_out import held_out
from castmates.pictures.moments import Burst, bursts
from castmates.pictures.prints import Print, print_of
from castmates.pictures.recorded import record_of, recorded, texts_of
from castmates.pictures.sources import Found, Skipped, Source, find, way_out
from castmates.pictures.twins import clusters

FEWEST = 3
LONGEST = 2048
"""The long side of kept pictures, in pixels; larger ones are shrunk."""

_SAVED_EVERY = 50
_WORK = "bringing pictures in"


@dataclass(frozen=True)
class Bringing:
    """How pictures are kept.

    Attributes:
        longest: the long side, in pixels; larger pictures are shrunk to it.
        originals: keep the files they came from as well, without the camera's notes.
    """

    longest: int = LONGEST
    originals: bool = True


class Brought(Value):
    """What an import did.

    Attributes:
        added: how many pictures came in.
        there: how many were there already.
        skipped: the files that were left out, and why.
        captions, masks, originals: how many came along.
        bursts: pictures of one moment, all of which came in.
    """

    added: int = 0
    there: int = 0
    skipped: tuple[Skipped, ...] = ()
    captions: int = 0
    masks: int = 0
    originals: int = 0
    bursts: tuple[Burst, ...] = ()


@dataclass(frozen=True, eq=False)
class _Coming:
    source: Source
    digest: str
    data: bytes
    picture: Decoded


@dataclass
class _Import:
    """The state of one import: what is recorded, and what waits until there are enough."""

    folder: CharacterFolder
    tell: Tell
    how: Bringing
    records: list[PictureRecord]
    numbers: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, _Coming] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)
    moving: list[str] = field(default_factory=list)
    taken: dict[int, datetime] = field(default_factory=dict)
    added: list[int] = field(default_factory=list)
    prints: dict[int, Print] = field(default_factory=dict)
    there: int = 0
    captions: int = 0
    masks: int = 0
    originals: int = 0

    def __post_init__(self) -> None:
        self.numbers = {record.digest: record.number for record in self.records}


def bring(
    folder: CharacterFolder,
    sources: Path | Sequence[Path],
    tell: Tell = silent,
    how: Bringing | None = None,
) -> Brought:
    """Bring pictures, and the captions beside them, into `cast/<name>/pictures/`.

    The same call again adds only what is new. Some pictures are marked as held out
    (`hold_out.held_out`).

    Args:
        sources: folders (with their sub-folders), zips and single files.

    Raises:
        Missing: a source is not there.
        BadInput: no picture at all, a zip that is refused, or fewer than 3 pictures with those
            that are there already; then nothing is written.
        CastmatesError: the disk is full, read-only or forbidden; what came in is kept.
    """
    found = find([sources] if isinstance(sources, Path) else sources, keep_out=folder.path)
    coming = _Import(folder, tell, how or Bringing(), recorded(folder))
    coming.skipped += found.skipped
    _tell_of(found, tell)
    there = len(folder.pictures())
    with closing(found):
        tell(Began(what=_WORK, total=len(found.pictures), unit="pictures"))
        for done, source in enumerate(found.pictures, 1):
            _take(coming, source)
            if there + len(coming.waiting) + len(coming.added) >= FEWEST:
                _keep_waiting(coming)
            tell(Moved(what=_WORK, done=done, note=source.name))
        if there + len(coming.added) < FEWEST:
            raise _too_few(coming, there)
    if coming.added or len(folder.records()) != len(coming.records):
        folder.save_records(_marked(coming))
    return _told(coming)


def _take(coming: _Import, source: Source) -> None:
    """Read one source; one that cannot be read is told and left out."""
    try:
        data = source.read()
        digest = sha256(data).hexdigest()
        if digest in coming.numbers or digest in coming.waiting:
            coming.there += 1
            moment = taken_at(data) if digest in coming.numbers else None
            if moment:
                coming.taken[coming.numbers[digest]] = moment
            return
        picture = decode(data, Path(source.shown))
    except CastmatesError as error:
        coming.skipped.append(Skipped(file=str(source.inner), why=error.what))
        coming.tell(Warned(what=error.what, fix="It is left out."))
        return
    if picture.moving:
        coming.moving.append(source.name)
    coming.waiting[digest] = _Coming(source, digest, data, picture)


def _keep_waiting(coming: _Import) -> None:
    made(coming.folder.pictures_dir)
    for one in coming.waiting.values():
        number = max(coming.numbers.values(), default=0) + 1
        coming.folder.clear(number)
        _keep(coming, one, number)
        coming.numbers[one.digest] = number
        coming.added.append(number)
        if one.picture.taken:
            coming.taken[number] = one.picture.taken
        if len(coming.added) % _SAVED_EVERY == 0:
            coming.folder.save_records(coming.records)
    coming.waiting.clear()


def _keep(coming: _Import, one: _Coming, number: int) -> None:
    """Write one picture last: once it is there, all that belongs to it is there too."""
    folder, longest = coming.folder, coming.how.longest
    if coming.how.originals:
        bare = stripped(one.data, one.picture.orientation)
        if bare is not None:
            folder.write_original(number, bare.data, bare.suffix)
            coming.originals += 1
    if one.picture.alpha is not None:
        images.write_mask(folder.mask_path(number), images.shrunk(one.picture.alpha, longest))
        coming.masks += 1
    caption = _caption_of(coming, one.source)
    if caption:
        folder.write_caption(number, caption)
        coming.captions += 1
    pixels = images.shrunk(one.picture.pixels, longest)
    record = record_of(number, one.source.name, one.digest, pixels)
    place = one.source.place
    record = record.model_copy(update={"repeats": place.repeats, "group": place.group})
    images.write_png(folder.picture_path(number), pixels, texts_of(record))
    coming.records.append(record)
    coming.prints[number] = print_of(pixels)


def _caption_of(coming: _Import, source: Source) -> str:
    try:
        found = source.caption()
    except CastmatesError as error:
        coming.tell(Warned(what=error.what, fix="The picture comes in without its caption."))
        return ""
    if found is None:
        return ""
    name, words = found
    if words.encoding not in ("utf-8", "utf-8 with BOM"):
        what = f"{name} is not UTF-8; it was read as {words.encoding}."
        coming.tell(Warned(what=what, fix="Look whether its letters are right."))
    return words.text.strip()


def _marked(coming: _Import) -> list[PictureRecord]:
    """The records, with some held out; what came in now is not read again for it."""
    entries = coming.folder.pictures()
    prints = [coming.prints.get(e.number) or print_of(images.read(e.path)) for e in entries]
    twins = [[entries[index].number for index in group] for group, _ in clusters(prints)]
    return held_out(coming.records, twins)


def _tell_of(found: Found, tell: Tell) -> None:
    for suffix, count in found.unreadable.items():
        what = f"{count} {suffix} files cannot be read; they are left out."
        tell(Warned(what=what, fix=way_out(suffix)))
    if found.beside:
        names = ", ".join(found.beside)
        tell(Warned(what=f"Left out, as it stands beside a kohya layout's images: {names}."))


def _told(coming: _Import) -> Brought:
    """What the import did; what is said once for all pictures is said here."""
    if coming.moving:
        what = f"More than one frame or page: {', '.join(coming.moving)}."
        coming.tell(Warned(what=what, fix="The first of each came in."))
    return Brought(
        added=len(coming.added),
        there=coming.there,
        skipped=tuple(coming.skipped),
        captions=coming.captions,
        masks=coming.masks,
        originals=coming.originals,
        bursts=tuple(bursts(coming.folder, coming.taken, coming.added)),
    )


def _too_few(coming: _Import, there: int) -> BadInput:
    count = there + len(coming.waiting)
    pictures = "1 picture" if count == 1 else f"{count} pictures"
    names = ", ".join(one.file for one in coming.skipped[:3])
    left = f" ({len(coming.skipped)} left out: {names})" if coming.skipped else ""
    return BadInput(
        f"Only {pictures} can be used{left}; a character wants {FEWEST} or more, "
        "each of them once.",
        "Add some: other views, other faces, the whole figure. 15 to 30 are good.",
    )
