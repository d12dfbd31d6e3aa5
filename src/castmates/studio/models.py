"""Which base, tagger and encoder a studio works with; knows no stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from castmates.backends.encoders import ENCODERS
from castmates.backends.taggers import TAGGERS
from castmates.core.events import Began, Tell
from castmates.core.ports import Encoder, Tagger
from castmates.core.types import Character
from castmates.families.shelf import STORYBOOK, open_base
from castmates.files.studio import Studio

if TYPE_CHECKING:
    from castmates.families.base import Base


def base_name(studio: Studio | None, character: Character | None, wanted: str | None) -> str:
    """What was asked for, else what the character was trained on, else the studio's default.

    Without a studio it is the embedded one.
    """
    own = character.base if character is not None else None
    return wanted or own or (studio.settings.base if studio is not None else STORYBOOK)


def take_base(name: str, tell: Tell) -> Base:
    """Open a base model by name or folder. Errors as in `families.shelf.open_base`."""
    tell(Began(what="Opening the base model"))
    return open_base(name)


def reference(base: Base) -> str:
    """How a character remembers its base: "storybook", or the path of the folder."""
    return base.name if base.name == STORYBOOK else str(base.path.resolve())


def take_tagger() -> Tagger:
    return TAGGERS.take("storybook")()


def take_encoder() -> Encoder:
    return ENCODERS.take("storybook")()
