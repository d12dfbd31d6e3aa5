"""What is told of a model beside its weights, and where the embedded ones lie; opens no model."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from castmates.core.errors import BadInput, Missing
from castmates.files.embedded import mend


class ModelCard(BaseModel):
    """What is told of a model beside its weights.

    Attributes:
        size: the side of its square input, in pixels; None: as the ONNX file says.
        threshold: the confidence from which a tag counts; None: the usual one.
    """

    # A card may tell more (figures, hours, data); people read that, nobody here does.
    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = "unnamed"
    licence: str = "unknown"
    may_sell: bool = False
    size: int | None = Field(default=None, ge=8, le=4096)
    threshold: float | None = Field(default=None, ge=0.0, le=1.0)


def embedded(kind: str) -> Traversable:
    """The folder of an embedded model ("tagger", "encoder", "finder").

    Raises:
        Missing: this installation came without it.
    """
    try:
        folder = files("castmates.embedded") / kind
    except ModuleNotFoundError:
        folder = None
    if folder is None or not (folder / "model.onnx").is_file():
        raise Missing(f"The embedded {kind} is not in this installation.", mend())
    return folder


def read_card(folder: Path | Traversable) -> ModelCard:
    """A model's card; the usual values when there is none. Raises Missing or BadInput."""
    if not folder.is_dir():
        raise Missing(f"There is no model folder {folder}.", "Check the path.")
    file = folder / "card.toml"
    if not file.is_file():
        return ModelCard()
    try:
        return ModelCard.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError) as error:
        raise BadInput(f"{file} does not fit: {error}", "Mend the card.") from error
