"""How far `make` goes, as data; knows no stage."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value


class Journey(Value):
    """The measure of a journey.

    Attributes:
        recipe: training preset; empty: the one named after the base, else after its family.
        strengths: the columns of the grid.
        seeds: pictures per prompt in every cell of the grid.
        pictures: how many lines of the suite are drawn at the end.
    """

    recipe: str = ""
    strengths: tuple[float, ...] = Field(min_length=1)
    seeds: int = Field(ge=1, le=16)
    pictures: int = Field(ge=1, le=48)


def journey(name: str) -> Journey:
    """A journey by name. Raises BadInput with the nearest name."""
    text = (files("castmates.studio") / "journeys.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    if name not in known:
        raise BadInput(f"No journey '{name}'.", did_you_mean(name, known))
    return Journey.model_validate(known[name])
