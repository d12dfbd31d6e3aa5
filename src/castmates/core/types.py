"""The values that floors hand to each other; knows neither disk nor models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


class Value(BaseModel):
    """A frozen, validated value; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _read_size(value: object) -> object:
    if isinstance(value, int):
        return {"width": value, "height": value}
    if isinstance(value, str):
        parts = value.lower().replace("×", "x").split("x")
        if len(parts) not in (1, 2) or not all(p.strip().isdigit() for p in parts):
            raise ValueError(f"'{value}' is not a size; wanted '640x768' or '512'")
        return {"width": int(parts[0]), "height": int(parts[-1])}
    return value


class Size(Value):
    """Width and height in pixels."""

    width: int = Field(ge=8, le=8192)
    height: int = Field(ge=8, le=8192)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


WrittenSize = Annotated[Size, BeforeValidator(_read_size), PlainSerializer(str)]
"""A Size that settings files and command lines write as text: `640x768`, or `512` for a square."""


class AdapterUse(Value):
    """One adapter in a shot: a name that the bank knows, and how much of it."""

    name: str
    strength: float = Field(default=1.0, ge=-4.0, le=4.0)


Rng = Literal["cpu", "nv"]
"""Whose random numbers: torch's on a CPU, or those of an NVIDIA GPU (computed anywhere)."""
Reading = Literal["plain", "prompt"]
"""How words are read: letter by letter, or as A1111's users write them (docs/prompts.md)."""
Emphasis = Literal["original", "no norm", "comfy", "ignore", "none"]
"""How weights of words act (castmates.prompts.emphasis.Mode)."""


class Shot(Value):
    """Everything that decides one drawn picture; the same shot is the same picture.

    `None` in size, sampler, schedule, steps, guidance or clip_skip means: as the base prefers.

    Attributes:
        reading: of `words` and `negative`. In a prompt, `words` may hold `<lora:…>` tags; they
            join `adapters`.
        emphasis: for prompts.
        schedule: the layout of noise levels (castmates.drawing.layouts).
        rng: where the seed's numbers come from.
        clip_skip: which layer of the text encoder speaks: 1 the last, 2 the one before.
    """

    words: str
    negative: str = ""
    reading: Reading = "plain"
    emphasis: Emphasis = "original"
    seed: int = Field(default=0, ge=0, lt=2**63)
    size: WrittenSize | None = None
    sampler: str | None = None
    schedule: str | None = None
    rng: Rng = "cpu"
    clip_skip: int | None = Field(default=None, ge=1, le=12)
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0.0, le=100.0)
    adapters: tuple[AdapterUse, ...] = ()


class Tag(Value):
    """A tagger's word for a picture, its confidence 0..1 and its family (kind, hair, scene, …)."""

    name: str
    confidence: float = Field(ge=0.0, le=1.0)
    family: str = "general"


Goal = Literal["likeness", "object", "style", "concept"]
"""What a set of pictures is for (castmates.pictures.goals)."""


class Character(Value):
    """Who is kept the same: `cast/<name>/character.toml`.

    Attributes:
        name: folder and display name, lower case.
        trigger: the word that calls the character in prompts and starts every caption.
        class_word: what the character is ("girl", "fox"): the noun the base knows.
        goal: what is to be learned: somebody's likeness, an object, a style, or a concept.
        looks: tags that belong to the character and are left out of captions, so that the
            trigger absorbs them.
        negative: words that the character's drawings should avoid.
        adapter: the chosen adapter's file name beside character.toml; None before the choice.
        strength: the chosen strength.
        base: the base model that the adapter was trained on.
        likeness: whose likeness it is: own drawing, game or film art, or real person.
        consent: who allowed it, in your own words.
        asymmetric: left and right differ (a scar, a side parting), so nothing is mirrored.
        colours_matter: its exact colours are part of it, so they are never shifted.
        height_cm: how tall it is, beside others.
        age: in years.
        members: of a group, who shares its adapter; empty: it is one character.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    trigger: str = Field(min_length=1)
    class_word: str = ""
    goal: Goal = "likeness"
    looks: tuple[str, ...] = ()
    negative: str = ""
    adapter: str | None = None
    strength: float | None = Field(default=None, ge=0.0, le=2.0)
    base: str | None = None
    likeness: Literal["", "own drawing", "game or film art", "real person"] = ""
    consent: str = ""
    asymmetric: bool = False
    colours_matter: bool = False
    height_cm: float | None = Field(default=None, gt=0.0, le=1_000_000.0)
    age: int | None = Field(default=None, ge=0, le=1_000_000)
    members: tuple[str, ...] = ()


class Choice(Value):
    """The recommended epoch and strength, with the reasons said in words."""

    adapter: str
    epoch: int = Field(ge=1)
    strength: float
    likeness: float
    likeness_interval: tuple[float, float]
    obedience: float
    obedience_interval: tuple[float, float]
    reasons: tuple[str, ...] = ()
    verdict: Literal["good", "fair", "poor"] = "fair"
