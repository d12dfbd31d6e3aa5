"""Caption a character's pictures by a tagger; never loses what a person wrote."""

from __future__ import annotations

from castmates.captions.compose import caption_of
from castmates.captions.looks import class_of, looks_of, shares
from castmates.captions.memory import change, is_own, remembered
from castmates.core.errors import Missing
from castmates.core.events import Began, Moved, Tell, Warned, silent
from castmates.core.ports import Tagger
from castmates.core.types import Tag, Value
from castmates.files import images
from castmates.files.studio import CharacterFolder, PictureEntry

_AT_A_TIME = 16


class Captioned(Value):
    """What tagging did.

    Attributes:
        looks: the tags left out of the captions, so that the trigger stands for them.
        class_word: what the character is; "" when the tagger does not know.
        written: captions written by this call or an earlier one, and not changed by a person since.
        changed: how many of them are different now.
        kept: captions that a person wrote or changed; they were not touched.
        seen: tag -> share of the pictures, for the tags that could be looks.
    """

    looks: tuple[str, ...]
    class_word: str
    written: int
    changed: int
    kept: int
    seen: dict[str, float]


def tag_pictures(
    folder: CharacterFolder, tagger: Tagger, *, overwrite: bool = False, tell: Tell = silent
) -> Captioned:
    """Write a caption beside every picture: trigger, count tag, tags without the looks.

    The looks are the character's own when it has some, else proposed from the pictures; saving them
    is the caller's. What stood there before can be brought back (`history.undo`).

    Args:
        overwrite: replace captions that a person wrote or changed, too.

    Raises:
        Missing: there are no pictures.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    entries = folder.pictures()
    if not entries:
        raise Missing(f"'{folder.path.name}' has no pictures yet.", "Run: castmates new")
    character = folder.character
    tagged = _tagged(entries, tagger, tell)
    looks = character.looks or looks_of(tagged)
    class_word = character.class_word or class_of(tagged)
    memory = remembered(folder)
    own = {e.number for e in entries if not overwrite and is_own(memory, e)}
    captions = {
        entry.number: caption_of(character.trigger, class_word, tags, looks)
        for entry, tags in zip(entries, tagged, strict=True)
        if entry.number not in own
    }
    changed = change(folder, captions, "tag")
    _warn_of_own(entries, own, character.trigger, tell)
    return Captioned(
        looks=looks,
        class_word=class_word,
        written=len(captions),
        changed=changed,
        kept=len(own),
        seen={name: round(share, 3) for name, share in shares(tagged).items()},
    )


def _tagged(entries: list[PictureEntry], tagger: Tagger, tell: Tell) -> list[list[Tag]]:
    tell(Began(what="tagging", total=len(entries), unit="pictures"))
    found: list[list[Tag]] = []
    for start in range(0, len(entries), _AT_A_TIME):
        some = [images.read(entry.path) for entry in entries[start : start + _AT_A_TIME]]
        found += tagger.tags(some)
        tell(Moved(what="tagging", done=len(found)))
    return found


def _warn_of_own(entries: list[PictureEntry], own: set[int], trigger: str, tell: Tell) -> None:
    silent_ones = [
        e.path.with_suffix(".txt").name
        for e in entries
        if e.number in own and trigger.casefold() not in (e.caption or "").casefold()
    ]
    if silent_ones:
        shown = ", ".join(silent_ones[:4]) + (", …" if len(silent_ones) > 4 else "")
        what = f"{len(silent_ones)} captions of your own do not say '{trigger}': {shown}."
        tell(Warned(what=what, fix=f"Put '{trigger}' first, or run tag with --overwrite."))
