"""Recipes that people published, by name: TOML data in the neutral value's words; trains nothing.

One file each in `configs/presets/`. A preset may have several stages; each later one changes some
settings of the stage before it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Size, Value
from castmates.files import settings as toml
from castmates.training.configs.neutral import TrainingSettings
from castmates.training.configs.sets import changed


class Preset(Value):
    """A published recipe.

    Attributes:
        about: what it is for, and whose numbers it has.
        family: it was made for; other sizes are needed elsewhere.
        strength: its author draws with; None: not told.
        pictures: its author had.
        repeats: looks per epoch of each picture, by quality group; "" stands for all others.
        first: the settings of the (first) stage.
        then: for each later stage what changes, by the settings' names; it goes on from the
            adapter of the stage before.
        train_on: for each stage which pictures; empty: the character's.
    """

    about: str
    family: str = "sd15"
    strength: float | None = None
    pictures: int | None = Field(default=None, ge=1)
    repeats: dict[str, int] = Field(default_factory=dict)
    first: TrainingSettings
    then: tuple[dict[str, str], ...] = ()
    train_on: tuple[str, ...] = ()

    @property
    def stages(self) -> tuple[TrainingSettings, ...]:
        """The settings of every stage."""
        found = [self.first]
        for changes in self.then:
            found.append(changed(found[-1], changes))
        return tuple(found)

    @property
    def looks_per_epoch(self) -> int | None:
        """Looks of the author's own epoch; None: it depends on the pictures' quality groups."""
        if self.pictures is None or set(self.repeats) != {""}:
            return None
        return self.pictures * self.repeats[""]

    def repeats_of(self, group: str) -> int:
        """Looks per epoch of a picture of that quality group ("", high, medium, low)."""
        return self.repeats.get(group, self.repeats.get("", 1))


def scaled(settings: TrainingSettings, factor: float, multiple: int = 64) -> TrainingSettings:
    """The settings for a base of another native size: storybook's 128 of SD 1.5's 512 is 0.25.

    Sizes, those of samples too, and the limits of buckets move with it and stay multiples; all else
    is left, and the base is the one that is there.

    Args:
        multiple: of every side, and the step of buckets when theirs is larger.
    """
    pictures = settings.pictures
    changes: dict[str, object] = {
        "bucket_smallest": _near(pictures.bucket_smallest * factor, multiple),
        "bucket_largest": _near(pictures.bucket_largest * factor, multiple),
        "bucket_step": min(pictures.bucket_step, multiple),
    }
    if pictures.size is not None:
        width = _near(pictures.size.width * factor, multiple)
        changes["size"] = Size(width=width, height=_near(pictures.size.height * factor, multiple))
    prompts = settings.samples.sample_prompts
    if factor != 1:
        prompts = _side.sub(lambda m: f"{m[1]}{_near(int(m[2]) * factor, multiple)}", prompts)
    return settings.model_copy(
        update={
            "pictures": pictures.model_copy(update=changes),
            "samples": settings.samples.model_copy(update={"sample_prompts": prompts}),
            "base": settings.base.model_copy(update={"family": "", "model": ""}),
        }
    )


_side = re.compile(r"(--[wh][ =]*)(\d+)", re.IGNORECASE)
"""A sample's width or height in kohya's prompt lines."""


def _near(pixels: float, multiple: int) -> int:
    return max(multiple, round(pixels / multiple) * multiple)


@cache
def names() -> tuple[str, ...]:
    """The presets there are, in alphabetical order."""
    folder = files(__package__) / "presets"
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if ".toml" in file.name)
    )


def preset(name: str) -> Preset:
    """The preset of that name; spaces and capitals do not matter (`likeness 42`).

    Raises:
        BadInput: there is none; the nearest is offered.
    """
    plain = "-".join(name.lower().split())
    if plain not in names():
        raise BadInput(f"No preset '{name}'.", did_you_mean(plain, names()))
    text = (files(__package__) / "presets" / f"{plain}.toml").read_text("utf-8")
    return toml.parse(text, Preset, f"the preset '{plain}'")
