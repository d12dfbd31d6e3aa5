"""Remember which captions a tagger wrote and what stood there before; knows no tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from castmates.core.errors import Missing
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


class EarlierCaption(Value):
    """A picture's words as they were; without `text`, it had none."""

    number: int
    text: str | None = None


class EarlierCaptions(Value):
    """The captions before the last change, which `undo` brings back."""

    caption: tuple[EarlierCaption, ...] = ()


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


def change(folder: CharacterFolder, captions: Mapping[int, str]) -> int:
    """Write captions by number, remembering them and what stood there before.

    Returns how many differ from what was there. What is already as wanted is not touched, and when
    nothing differs, the earlier captions that `undo` knows stay as they are.
    """
    entries = {entry.number: entry for entry in folder.pictures()}
    differing = {n: text for n, text in captions.items() if entries[n].caption != text}
    memory = remembered(folder)
    for number, text in captions.items():
        old = [d for d in memory.get(number, ()) if d != _digest(text)]
        memory[number] = (_digest(text), *old)[:_REMEMBERED]
    if differing:
        _keep_earlier(folder, list(entries.values()))
    # Before the captions themselves: stopped in between, they must not look like a person's.
    known = [WrittenCaption(number=n, digests=d) for n, d in sorted(memory.items())]
    settings.save(folder.captions_written, WrittenCaptions(caption=tuple(known)))
    for number, text in differing.items():
        folder.write_caption(number, text)
    return len(differing)


def undo(folder: CharacterFolder) -> int:
    """Bring back the captions from before the last change; undone twice, it is as it was.

    Returns how many captions changed.

    Raises:
        Missing: nothing was changed yet.
    """
    if not folder.captions_before.is_file():
        raise Missing(
            f"There is nothing to take back for '{folder.path.name}'.", "No caption was changed."
        )
    earlier = {
        e.number: e.text for e in settings.load(folder.captions_before, EarlierCaptions).caption
    }
    entries = folder.pictures()
    _keep_earlier(folder, entries)
    changed = 0
    for entry in entries:
        text = earlier.get(entry.number, entry.caption)
        if text == entry.caption:
            continue
        changed += 1
        if text is None:
            folder.remove_caption(entry.number)
        else:
            folder.write_caption(entry.number, text)
    return changed


def _keep_earlier(folder: CharacterFolder, entries: Sequence[PictureEntry]) -> None:
    earlier = [EarlierCaption(number=e.number, text=e.caption) for e in entries]
    settings.save(folder.captions_before, EarlierCaptions(caption=tuple(earlier)))


def _digest(text: str) -> str:
    return sha256(text.strip().encode("utf-8")).hexdigest()
