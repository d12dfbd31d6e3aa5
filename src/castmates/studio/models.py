"""Which base, tagger and encoder a studio works with; knows no stage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from castmates.backends.encoders import ENCODERS
from castmates.backends.taggers import TAGGERS
from castmates.core.events import Began, Tell, Warned
from castmates.core.ports import Encoder, Tagger
from castmates.core.types import Character
from castmates.families.shelf import STORYBOOK, notes_of, open_base, take_vae
from castmates.families.vocabulary import looking_in
from castmates.files.studio import Studio
from castmates.studio.base_terms import note_of
from castmates.studio.library import Library

if TYPE_CHECKING:
    from castmates.families.base import Base


def base_name(studio: Studio | None, character: Character | None, wanted: str | None) -> str:
    """What was asked for, else what the character was trained on, else the studio's default.

    Without a studio it is the embedded one. In a studio, a base may be given by the name of a model
    in the folders that it knows.

    Raises:
        BadInput: several models have the name.
    """
    own = character.base if character is not None else None
    name = wanted or own or (studio.settings.base if studio is not None else STORYBOOK)
    if studio is None or name == STORYBOOK or Path(name).expanduser().exists():
        return name
    return Library.of(studio).base(name)


def take_base(
    name: str, tell: Tell, studio: Studio | None = None, vae: Path | str | None = None
) -> Base:
    """Open a base model by name, folder or file. Errors as in `families.shelf.open_base`.

    Args:
        studio: its folders of models may hold the vocabulary that a single file lacks.
        vae: to draw with instead of the base's own: a file, a folder, or the name of one in the
            studio's folders.
    """
    tell(Began(what=f"Opening the base model{note_of(name, studio)}"))
    for note in notes_of(name):
        tell(Warned(what=note))
    with looking_in(studio.model_folders() if studio is not None else ()):
        opened = open_base(name)
    if vae:
        with_vae(opened, vae, studio)
    return opened


def with_vae(base: Base, vae: Path | str, studio: Studio | None = None) -> None:
    """Put another VAE into an opened base. Errors as in `families.shelf.take_vae`."""
    path = Path(vae).expanduser()
    if not path.exists() and studio is not None:
        found = [m for m in Library.of(studio).models.named(str(vae), "vae") if m.kind == "vae"]
        path = Path(found[0].path) if len(found) == 1 else path
    take_vae(base, path)


def reference(base: Base) -> str:
    """How a character remembers its base: "storybook", or the path of the folder or file."""
    return base.name if base.name == STORYBOOK else str(base.path.resolve())


def take_tagger() -> Tagger:
    return TAGGERS.take("storybook")()


def take_encoder() -> Encoder:
    return ENCODERS.take("storybook")()
