"""Trains a member of the world as `castmates make` does, without the grid; judges nothing."""

from __future__ import annotations

from castmates.core.events import Tell, silent
from castmates.families.base import Base
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.journey import journey as journey_by_name
from castmates.studio.new import new
from castmates.studio.tag import tag
from castmates.studio.train import recipe_of, train_on
from storybook import album
from storybook.world.values import Character


def trained(
    base: Base,
    studio: Studio,
    who: Character,
    journey: str = "full",
    class_word: str = "",
    tell: Tell = silent,
) -> CharacterFolder:
    """The character's folder with a finished run; what is finished already is kept.

    Args:
        journey: whose recipe is taken. class_word: empty: guessed from the pictures.
    """
    name = who.name
    if name not in studio.characters():
        source = studio.path / "albums" / name
        if not source.exists():
            album.write(who, source)
        new(studio, name, [source], class_word=class_word)
        tag(studio, name)
    folder = studio.character(name)
    if not any((run.path / f"{name}.safetensors").exists() for run in folder.runs()):
        train_on(base, folder, recipe_of(base, journey_by_name(journey).recipe), tell)
    return folder
