"""The shelf of encoders; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castmates.backends.naming import parted
from castmates.core.ports import Encoder
from castmates.core.shelf import Shelf

ENCODERS: Shelf[Callable[..., Encoder]] = Shelf(
    "encoders",
    {
        "storybook": "castmates.backends.onnx_encoder:storybook",
        "onnx": "castmates.backends.onnx_encoder:OnnxEncoder",
    },
)


_PLACES = {"storybook": "", "onnx": "models/mine"}
"""What a name of ours is followed by; nothing: it stands alone."""


def open_encoder(name: str) -> Encoder:
    """An encoder by name ("storybook") or by name and folder ("onnx:models/mine").

    Raises:
        BadInput: no such encoder, or a broken one.
        Missing: its package, folder or files are not there.
    """
    kind, folder = parted(name, ENCODERS, _PLACES)
    maker = ENCODERS.take(kind)
    return maker(Path(folder).expanduser()) if folder else maker()
