"""The verb `tag`: captions by a tagger; keeps the looks it left out in character.toml."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.backends.providers import CPU, providers_of
from castmates.backends.taggers import (
    STORYBOOK,
    demand_tagger,
    identity,
    open_tagger,
    thresholds_of,
)
from castmates.captions.memory import change
from castmates.captions.sentences import STYLES, Style
from castmates.captions.write import Captioned, Writing
from castmates.captions.write import planned as plan_captions
from castmates.core.errors import BadInput
from castmates.core.events import Tell, silent
from castmates.core.near import did_you_mean
from castmates.core.types import Character, Value
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.tagging import Asking
from castmates.studio.filled import demand_pictures


@dataclass(frozen=True)
class Tagging:
    """How a character is tagged.

    Attributes:
        tagger: "storybook", or "wd:FOLDER" or "wd:OWNER/NAME" for a WD tagger.
        threshold: from which confidence tags count; alone it is for names of known characters as
            well; None: as the tagger's card says.
        character_threshold: for names alone.
        provider: what computes (`backends.providers`).
        style: "tags", "sentence" or "both"; "": as the base likes its captions.
        base: the base whose liking that is; None: the character's, else the studio's.
        overwrite: write over captions of your own, too.
        gate: leave pictures without a caption that the tagger rates unfit.
    """

    tagger: str = STORYBOOK
    threshold: float | None = None
    character_threshold: float | None = None
    provider: str = CPU
    style: str = ""
    base: str | None = None
    overwrite: bool = False
    gate: bool = True


class Tagged(Value):
    """What the captions became: the trigger, the looks left out, the style, and the counts.

    Attributes:
        held_back: numbers of pictures that the gate left without a caption.
        known_as: the tagger's own name for the character, when it is not the trigger.
        changes: number, caption before and after, of those that differ, in a preview.
        preview: nothing was written; `written` would be.
    """

    trigger: str
    class_word: str
    looks: tuple[str, ...]
    written: int
    kept: int
    style: Style = "tags"
    held_back: tuple[int, ...] = ()
    known_as: str = ""
    changes: tuple[tuple[int, str, str], ...] = ()
    preview: bool = False


def tag(
    studio: Studio,
    name: str,
    how: Tagging | None = None,
    *,
    overwrite: bool = False,
    write: bool = True,
    tell: Tell = silent,
) -> Tagged:
    """Caption a character's pictures. Captions that the user brought or edited are kept.

    Args:
        overwrite: the same as in `how`, for those who say nothing else.
        write: else nothing is written, and the result is a preview.

    Raises:
        Missing: no such character, it has no pictures, or the tagger is not there.
        BadInput: an unknown tagger, style or provider, or a threshold that is none.
    """
    how = how or Tagging(overwrite=overwrite)
    folder = studio.character(name)
    demand_pictures(folder)
    style = _style(studio, folder.character, how)
    demand_tagger(how.tagger)
    if how.provider != CPU:
        # Remembered answers ask nobody, and would let a wrong word pass.
        providers_of(how.provider)
    captions, result = planned(studio, name, how, style, tell)
    before = {entry.number: entry.caption or "" for entry in folder.pictures()}
    changes = tuple((n, before[n], said) for n, said in captions.items() if before[n] != said)
    if write:
        change(folder, captions, "tag")
        save_looks(folder, result)
    character = folder.character
    return Tagged(
        trigger=character.trigger,
        class_word=character.class_word or result.class_word,
        looks=character.looks or result.looks,
        written=result.written,
        kept=result.kept,
        style=style,
        held_back=result.held_back,
        known_as=result.known_as,
        changes=() if write else changes,
        preview=not write,
    )


def planned(
    studio: Studio, name: str, how: Tagging, style: Style, tell: Tell
) -> tuple[dict[int, str], Captioned]:
    """What a tagging would write, and what it knows; writes nothing. Errors as in `tag`."""
    asking = Asking(
        lambda: open_tagger(how.tagger, how.provider),
        identity(how.tagger),
        thresholds_of(how.tagger, how.threshold, how.character_threshold),
    )
    writing = Writing(style, how.overwrite, how.gate)
    return plan_captions(studio.character(name), asking, writing, tell)


def save_looks(folder: CharacterFolder, found: Captioned) -> None:
    """Keep what was left out of the captions, where the character says nothing of its own."""
    character = folder.character
    kept = {
        "looks": character.looks or found.looks,
        "class_word": character.class_word or found.class_word,
    }
    folder.save(character.model_copy(update=kept))


def _style(studio: Studio, character: Character, how: Tagging) -> Style:
    """What is asked for, else what the base's facts say that it was trained on."""
    wanted: str = how.style
    if not wanted:
        # Bases bring torch along, which takes longer than tagging; who says a style waits not.
        from castmates.families.shelf import facts_of
        from castmates.studio.models import base_name

        wanted = facts_of(base_name(studio, character, how.base)).caption_style
    return style_named(wanted)


def style_named(wanted: str) -> Style:
    """A style by its name. Raises BadInput; the message offers the nearest."""
    for style in STYLES:
        if style == wanted:
            return style
    raise BadInput(f"There is no caption style '{wanted}'.", did_you_mean(wanted, STYLES))
