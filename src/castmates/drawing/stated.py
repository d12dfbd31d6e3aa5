"""What a shot's adapters state of how they were trained, where the shot leaves it open."""

from __future__ import annotations

from castmates.adapters.header import clip_skip_of
from castmates.core.types import Shot
from castmates.drawing.infotext import adapters_of
from castmates.families.base import Base


def as_trained(shot: Shot, base: Base) -> Shot:
    """The shot with the clip skip that its adapters were trained with, where they agree on one.

    A base that knows one layer only, and a shot that says its own, stay as they are.
    """
    if shot.clip_skip is not None or base.facts.fixed_layer:
        return shot
    names = [name for name in adapters_of(shot) if name in base.bank.names]
    said = {clip_skip_of(base.bank.metadata(name)) for name in names} - {None}
    if len(said) != 1:
        return shot
    return shot.model_copy(update={"clip_skip": said.pop()})
