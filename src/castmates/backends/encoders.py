"""The shelf of encoders; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castmates.core.ports import Encoder
from castmates.core.shelf import Shelf

ENCODERS: Shelf[Callable[..., Encoder]] = Shelf(
    "encoders",
    {
        "storybook": "castmates.backends.onnx_encoder:storybook",
        "onnx": "castmates.backends.onnx_encoder:OnnxEncoder",
    },
)


def open_encoder(name: str) -> Encoder:
    """An encoder by name ("storybook") or by name and folder ("onnx:models/mine").

    Raises:
        BadInput: no such encoder, or a broken one.
        Missing: its package, folder or files are not there.
    """
    kind, _, folder = name.partition(":")
    maker = ENCODERS.take(kind)
    return maker(Path(folder)) if folder else maker()
