"""The named ways to enlarge a picture in two steps; draws nothing."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value


class Preset(Value):
    """A picture is enlarged and drawn over tile by tile, then enlarged once more.

    Attributes:
        redraw: times the size at which it is drawn over.
        strength: A1111's denoising strength of the tiles.
        overlap: of a tile's side, how much it shares with the next.
        enlarge: times the size that comes of that.
    """

    redraw: float = Field(ge=1.0, le=8.0)
    strength: float = Field(gt=0.0, lt=1.0)
    overlap: float = Field(gt=0.0, lt=0.5)
    enlarge: float = Field(ge=1.0, le=8.0)

    @property
    def scale(self) -> float:
        """Times the size in all."""
        return self.redraw * self.enlarge


def preset(name: str) -> Preset:
    """The preset of a name. Raises BadInput; the message offers the nearest."""
    text = (files("castmates.drawing") / "upscale_presets.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    if name not in known:
        raise BadInput(f"There is no preset '{name}'.", did_you_mean(name, known))
    return Preset.model_validate(known[name])
