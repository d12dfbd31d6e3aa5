"""The verb `new`: a character from folders of pictures, or more pictures for one that is there."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.events import Tell, silent
from castmates.core.types import Character
from castmates.files.studio import CharacterFolder, Studio, slug
from castmates.pictures.bring import Brought, bring
from castmates.pictures.sources import find


@dataclass(frozen=True)
class New:
    """The character's folder, and what came in."""

    folder: CharacterFolder
    brought: Brought


def name_from(sources: Sequence[Path]) -> str:
    """A character's name from the first folder's; kohya's `15_pip` gives `pip`."""
    stem = sources[0].resolve().name if sources[0].is_dir() else sources[0].resolve().parent.name
    head, _, rest = stem.partition("_")
    name = slug(rest if head.isdigit() and rest else stem)
    if not name:
        raise BadInput(f"No name can be made from '{stem}'.", "Give one with --name.")
    return name


def new(
    studio: Studio,
    name: str,
    sources: Sequence[Path],
    *,
    trigger: str | None = None,
    class_word: str = "",
    tell: Tell = silent,
) -> New:
    """Bring pictures into `cast/<name>/`, which is made when it is not there.

    The same pictures again add nothing; a new character that gets no picture is not made at all.
    Errors as in `pictures.bring.bring`.
    """
    if name in studio.characters():
        folder = studio.character(name)
        return New(folder, bring(folder, sources, tell))
    find(sources, keep_out=studio.path / "cast")
    folder = studio.add_character(
        Character(name=name, trigger=trigger or name, class_word=class_word)
    )
    try:
        return New(folder, bring(folder, sources, tell))
    except CastmatesError:
        if not folder.pictures():
            shutil.rmtree(folder.path)
        raise
