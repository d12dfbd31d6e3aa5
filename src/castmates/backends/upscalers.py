"""The shelf of upscalers; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castmates.core.ports import Upscaler
from castmates.core.shelf import Shelf

UPSCALERS: Shelf[Callable[..., Upscaler]] = Shelf(
    "upscalers",
    {
        "storybook": "castmates.backends.esrgan_upscaler:storybook",
        "esrgan": "castmates.backends.esrgan_upscaler:EsrganUpscaler",
    },
)


def open_upscaler(name: str) -> Upscaler:
    """An upscaler by name ("storybook") or by name and file ("esrgan:models/4x.safetensors").

    Raises:
        BadInput: no such upscaler, a kind that wants a file and got none, or a broken file.
        Missing: its package or file is not there.
        Unfit: the file holds a network of another kind.
    """
    kind, _, file = name.partition(":")
    maker = UPSCALERS.take(kind)
    return maker(Path(file)) if file else maker()
