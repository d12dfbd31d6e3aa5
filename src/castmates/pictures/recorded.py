"""What is recorded of kept pictures, also after an import that was stopped; brings nothing in.

The records are in `pictures.toml`, which is written now and then; each picture carries its own
entry inside, so that nothing is lost in between.
"""

from __future__ import annotations

from hashlib import sha256

from castmates.core.ports import Pixels
from castmates.files import images
from castmates.files.reading import read_bytes
from castmates.files.studio import CharacterFolder, PictureRecord

_SOURCE, _DIGEST = "castmates.source", "castmates.digest"
_REPEATS, _GROUP = "castmates.repeats", "castmates.group"


def recorded(folder: CharacterFolder) -> list[PictureRecord]:
    """The records, and one for each numbered picture that has none: what a stopped import left."""
    records = folder.records()
    numbers = {record.number for record in records}
    for entry in folder.pictures():
        if entry.number in numbers:
            continue
        texts = images.read_text(entry.path)
        digest = texts.get(_DIGEST) or sha256(read_bytes(entry.path)).hexdigest()
        source = texts.get(_SOURCE, entry.path.name)
        record = record_of(entry.number, source, digest, images.read(entry.path))
        repeats = texts.get(_REPEATS, "")
        said = {
            "repeats": int(repeats) if repeats.isdecimal() and int(repeats) else 1,
            "group": texts.get(_GROUP, ""),
        }
        records.append(record.model_copy(update=said))
    return records


def record_of(number: int, source: str, digest: str, pixels: Pixels) -> PictureRecord:
    """A fresh record of a picture as it is kept."""
    height, width = pixels.shape[:2]
    return PictureRecord(number=number, source=source, digest=digest, width=width, height=height)


def texts_of(record: PictureRecord) -> dict[str, str]:
    """What the picture itself carries of its record."""
    texts = {_SOURCE: record.source, _DIGEST: record.digest}
    if record.repeats != 1:
        texts[_REPEATS] = str(record.repeats)
    if record.group:
        texts[_GROUP] = record.group
    return texts
