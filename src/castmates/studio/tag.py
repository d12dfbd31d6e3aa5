"""The verb `tag`: captions by a tagger; keeps the looks it left out in character.toml."""

from __future__ import annotations

from castmates.captions.write import tag_pictures
from castmates.core.events import Tell, silent
from castmates.core.types import Value
from castmates.files.studio import Studio
from castmates.studio.models import pictures_of, take_tagger


class Tagged(Value):
    """What the captions became: the trigger, the looks left out, and the counts."""

    trigger: str
    class_word: str
    looks: tuple[str, ...]
    written: int
    kept: int


def tag(studio: Studio, name: str, *, overwrite: bool = False, tell: Tell = silent) -> Tagged:
    """Caption a character's pictures. Captions that the user brought or edited are kept.

    Raises:
        Missing: no such character, or it has no pictures.
    """
    folder = studio.character(name)
    pictures_of(folder)
    result = tag_pictures(folder, take_tagger(), overwrite=overwrite, tell=tell)
    character = folder.character.model_copy(
        update={
            "looks": folder.character.looks or result.looks,
            "class_word": folder.character.class_word or result.class_word,
        }
    )
    folder.save(character)
    return Tagged(
        trigger=character.trigger,
        class_word=character.class_word,
        looks=character.looks,
        written=result.written,
        kept=result.kept,
    )
