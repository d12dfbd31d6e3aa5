"""What should be known of a base that is not the studio's usual one, in a line; opens none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from castmates.core.errors import CastmatesError
from castmates.families.shelf import STORYBOOK, folder_of
from castmates.files.model_tree import look_through
from castmates.files.studio import Studio
from castmates.studio.model_card import ModelCard, card_of
from castmates.studio.model_scan import look_at, memory_of


def note_of(name: str, studio: Studio | None) -> str:
    """The terms of a base, and how it likes to be drawn with, to stand behind "the base model".

    Nothing of the studio's usual one, and of what cannot be looked at (who opens it says why).

    Args:
        name: a name or path that `families.shelf.open_base` takes.
    """
    usual = studio.settings.base if studio is not None else STORYBOOK
    if name in (usual, STORYBOOK) or _path(name) == _path(usual):
        return ""
    card = card_at(name, studio)
    if card is None:
        return ""
    terms = card.terms
    licence = terms.licence or "licence not known"
    said = f" {card.model.name} ({licence}; pictures may be sold: {terms.sale}"
    settings = ", ".join(f"{key} {value}" for key, value in card.advice if value is not None)
    likes = f"; it likes {settings.replace('_', ' ')}" if settings else ""
    return f"{said}{likes})"


def card_at(name: str, studio: Studio | None) -> ModelCard | None:
    """All that is known of a base by its name or path; None: it cannot be looked at."""
    try:
        folder, _ = folder_of(name)
        return card_of(look_at(look_through(folder).found[0], memory_of(studio)))
    except (CastmatesError, IndexError):
        return None


def terms_data(name: str) -> dict[str, Any]:
    """A base's name, terms and preferences, as JSON."""
    card = card_at(name, None)
    if card is None:
        return {"base": name}
    settings = card.advice.model_dump(mode="json", exclude_none=True)
    return {"base": card.model.name, **card.terms.model_dump(mode="json"), "likes": settings}


def _path(name: str) -> Path:
    return Path(name).expanduser().resolve()
