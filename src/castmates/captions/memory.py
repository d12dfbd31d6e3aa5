"""Remember which captions a tagger wrote, so that a person's are kept; knows no tags."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from castmates.captions.history import record
from castmates.core.types import Value
from castmates.files import settings
from castmates.files.studio import CharacterFolder, PictureEntry

_REMEMBERED = 4


class WrittenCaption(Value):
    """SHA-256 of the captions that were last written beside a picture, newest first."""

    number: int
    digests: tuple[str, ...]


class WrittenCaptions(Value):
    """Captions that a tagger wrote. Those you change are yours, and kept."""

    caption: tuple[WrittenCaption, ...] = ()


def is_own(folder_memory: Mapping[int, tuple[str, ...]], entry: PictureEntry) -> bool:
    """Whether a person wrote or changed this caption; an empty one belongs to nobody."""
    if not entry.caption:
        return False
    return _digest(entry.caption) not in folder_memory.get(entry.number, ())


def remembered(folder: CharacterFolder) -> dict[int, tuple[str, ...]]:
    """Number -> digests of captions written there by a tagger."""
    if not folder.captions_written.is_file():
        return {}
    known = settings.load(folder.captions_written, WrittenCaptions)
    return {each.number: each.digests for each in known.caption}


def change(folder: CharacterFolder, captions: Mapping[int, str], what: str) -> int:
    """Write captions by number, remembering that a tagger wrote them, as a step to be taken back.

    Args:
        what: the name of the step.

    Returns:
        how many differ from what was there.
    """
    memory = remembered(folder)
    for number, text in captions.items():
        old = [d for d in memory.get(number, ()) if d != _digest(text)]
        memory[number] = (_digest(text), *old)[:_REMEMBERED]
    # Before the captions themselves: stopped in between, they must not look like a person's.
    known = [WrittenCaption(number=n, digests=d) for n, d in sorted(memory.items())]
    settings.save(folder.captions_written, WrittenCaptions(caption=tuple(known)))
    return record(folder, what, captions)


def _digest(text: str) -> str:
    return sha256(text.strip().encode("utf-8")).hexdigest()
