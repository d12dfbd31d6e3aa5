"""Caption a character's pictures by a tagger; never loses what a person wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from castmates.captions.compose import caption_of
from castmates.captions.looks import LOOKS, class_of, looks_of, shares
from castmates.captions.memory import change, is_own, remembered
from castmates.captions.sentences import Style, styled
from castmates.captions.spelling import key
from castmates.core.errors import Missing
from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Value
from castmates.files.studio import CharacterFolder, PictureEntry
from castmates.pictures.goals import aims
from castmates.pictures.ratings import passes
from castmates.pictures.tagging import Asking, Heard, heard

_MOSTLY = 0.6
"""Share of the pictures from which a known character's name is its name."""


@dataclass(frozen=True)
class Writing:
    """How captions are written.

    Attributes:
        style: tags, a sentence, or both.
        overwrite: replace captions that a person wrote or changed, too.
        gate: leave pictures without a caption that the tagger rates unfit (`pictures.ratings`).
    """

    style: Style = "tags"
    overwrite: bool = False
    gate: bool = True


class Captioned(Value):
    """What tagging did.

    Attributes:
        looks: the tags left out of the captions, so that the trigger stands for them.
        class_word: what the character is; "" when the tagger does not know.
        written: captions written by this call or an earlier one, and not changed by a person since.
        changed: how many of them are different now.
        kept: captions that a person wrote or changed; they were not touched.
        seen: tag -> share of the pictures, for the tags that could be looks.
        held_back: numbers of the pictures that the gate did not let through.
        own: numbers of those that were kept.
        known_as: the tagger's own name for the character; "": it knows none.
    """

    looks: tuple[str, ...]
    class_word: str
    written: int
    changed: int
    kept: int
    seen: dict[str, float]
    held_back: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    known_as: str = ""


def tag_pictures(
    folder: CharacterFolder, asking: Asking, how: Writing | None = None, tell: Tell = silent
) -> Captioned:
    """Write a caption beside every picture: trigger, count tag, tags without the looks.

    What stood there before can be brought back (`history.undo`). Errors as in `planned`, and
    CastmatesError: the disk is full, read-only or forbidden.
    """
    captions, done = planned(folder, asking, how, tell)
    return done.model_copy(update={"changed": change(folder, captions, "tag")})


def planned(
    folder: CharacterFolder, asking: Asking, how: Writing | None = None, tell: Tell = silent
) -> tuple[dict[int, str], Captioned]:
    """Number -> the caption that a picture would get, and what is known of them; writes none.

    The looks are the character's own when it has some, else proposed from the pictures; saving them
    is the caller's.

    Raises:
        Missing: there are no pictures.
        BadInput: the tagger, or a kept picture, is broken.
    """
    how = how or Writing()
    entries = folder.pictures()
    if not entries:
        raise Missing(f"'{folder.path.name}' has no pictures yet.", "Run: castmates new")
    character = folder.character
    said = heard(folder, asking, tell)
    tagged = [one.tags for one in said]
    aim = aims()[character.goal]
    among = LOOKS if aim.looks is None else aim.looks
    looks = character.looks or looks_of(tagged, among=among)
    class_word = character.class_word or (class_of(tagged) if aim.counted else "")
    held = _held_back(entries, said, how, tell)
    memory = remembered(folder)
    own = {e.number for e in entries if not how.overwrite and is_own(memory, e)}
    captions = {
        entry.number: styled(
            caption_of(character.trigger, class_word, tags, looks, counted=aim.counted),
            character.trigger,
            how.style,
            somebody=aim.counted,
        )
        for entry, tags in zip(entries, tagged, strict=True)
        if entry.number not in own and entry.number not in held
    }
    _warn_of_own(entries, own, character.trigger, tell)
    done = Captioned(
        looks=looks,
        class_word=class_word,
        written=len(captions),
        changed=0,
        kept=len(own),
        own=tuple(sorted(own)),
        seen={name: round(share, 3) for name, share in shares(tagged, among).items()},
        held_back=held,
        known_as=known_as(said, character.trigger),
    )
    return captions, done


def known_as(said: Sequence[Heard], trigger: str) -> str:
    """The name by which the tagger knows the character, if it is not the trigger; else ""."""
    counts = Counter(tag.name for one in said for tag in one.tags if tag.family == "character")
    name, count = counts.most_common(1)[0] if counts else ("", 0)
    return name if count >= _MOSTLY * len(said) and key(name) != key(trigger) else ""


def _held_back(
    entries: Sequence[PictureEntry], said: Sequence[Heard], how: Writing, tell: Tell
) -> tuple[int, ...]:
    """The numbers that the gate holds back; they are told by name."""
    if not how.gate:
        return ()
    held = [(e, h.rating) for e, h in zip(entries, said, strict=True) if not passes(h.rating)]
    if held:
        shown = ", ".join(f"{e.path.name} ({rating})" for e, rating in held[:4])
        shown += ", …" if len(held) > 4 else ""
        what = f"The tagger finds {len(held)} pictures unfit, and they get no caption: {shown}."
        fix = "Take them out; where the tagger is wrong, run tag with --no-rating-gate."
        tell(Warned(what=what, fix=fix))
    return tuple(entry.number for entry, _ in held)


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
