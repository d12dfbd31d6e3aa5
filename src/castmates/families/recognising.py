"""Tell what a file of weights is by the names and shapes in its header; opens no file, no model.

The tables are `recognising.toml`, and for adapters `castmates.adapters.keys`. A kind is what the
file is for (checkpoint, lora, vae, …), a family which bases it belongs to.
"""

from __future__ import annotations

import tomllib
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal

from castmates.adapters.keys.dialects import Shapes, dialect_of, family_of, foreign_kind
from castmates.core.types import Value

Kind = Literal[
    "checkpoint",
    "network",
    "lora",
    "vae",
    "text-encoder",
    "vision-encoder",
    "embedding",
    "upscaler",
    "controlnet",
    "ip-adapter",
    "motion",
    "hypernetwork",
    "preview",
    "unknown",
]
"""A network is a checkpoint's denoiser without VAE and text encoder; a preview a tiny VAE."""


class Recognised(Value):
    """What a file is.

    Attributes:
        families: which bases it belongs to; several: its weights do not tell which, or it is for
            all of them; none: unknown.
        variant: which of the family ("dev", "refiner"), or of the kind ("loha", "esrgan").
        traits: what else deserves to be known.
        problem: why castmates cannot work with it; "": nothing known against it.
    """

    kind: Kind
    families: tuple[str, ...] = ()
    variant: str = ""
    traits: tuple[str, ...] = ()
    problem: str = ""


class _Sign(Value):
    """A tensor whose presence says something."""

    key: str = ""
    under: tuple[str, ...] = ("",)
    shape: tuple[int, ...] = ()
    also: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    tensors: int | None = None

    def is_in(self, shapes: Shapes) -> bool:
        if self.tensors is not None:
            return len(shapes) == self.tensors and all(map(self._fits, shapes.values()))
        return any(self._is_under(beginning, shapes) for beginning in self.under)

    def _is_under(self, beginning: str, shapes: Shapes) -> bool:
        shape = shapes.get(beginning + self.key)
        return (
            shape is not None
            and self._fits(shape)
            and all(beginning + key in shapes for key in self.also)
            and not any(beginning + key in shapes for key in self.unless)
        )

    def _fits(self, shape: tuple[int, ...]) -> bool:
        if not self.shape:
            return True
        pairs = zip(self.shape, shape, strict=False)
        return len(shape) == len(self.shape) and all(want in (0, has) for want, has in pairs)


class _Part(_Sign):
    part: str
    families: tuple[str, ...] = ()
    variant: str = ""


class _Trait(_Sign):
    trait: str


class _Made(Value):
    kind: Kind
    has: tuple[str, ...]


class _Table(Value):
    part: tuple[_Part, ...]
    kind: tuple[_Made, ...]
    trait: tuple[_Trait, ...]


def recognise(shapes: Shapes) -> Recognised | None:
    """What tensors of these names and shapes are; None: nothing that is known here."""
    found: dict[str, _Part] = {}
    for part in _table().part:
        if part.part not in found and part.is_in(shapes):
            found[part.part] = part
    made = next((k for k in _table().kind if all(p in found for p in k.has)), None)
    if made is None:
        return _adapter(shapes)
    told = [found[name] for name in (*made.has, "network") if name in found]
    return Recognised(
        kind=made.kind,
        families=next((part.families for part in told if part.families), ()),
        variant=next((part.variant for part in told if part.variant), ""),
        traits=tuple(t.trait for t in _table().trait if t.is_in(shapes)),
    )


def _adapter(shapes: Shapes) -> Recognised | None:
    if dialect_of(shapes) is None:
        return None
    kind, family = foreign_kind(shapes), family_of(shapes)
    reads = kind is None or kind.reads
    return Recognised(
        kind="lora",
        families=(family.name,) if family else (),
        variant=kind.name if kind else "lora",
        problem="" if reads or kind is None else f"castmates cannot draw with {kind.words}.",
    )


@cache
def edition() -> str:
    """Changes when the tables do: what was recognised by another edition is looked at anew."""
    tables = (("families", "recognising.toml"), ("adapters.keys", "dialects.toml"))
    summed = sha256(b"1")
    for place, name in tables:
        summed.update(files(f"castmates.{place}").joinpath(name).read_bytes())
    return summed.hexdigest()[:12]


@cache
def _table() -> _Table:
    text = files("castmates.families").joinpath("recognising.toml").read_text("utf-8")
    return _Table.model_validate(tomllib.loads(text))
