"""The shelf of taggers; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castmates.core.ports import Tagger
from castmates.core.shelf import Shelf

TAGGERS: Shelf[Callable[..., Tagger]] = Shelf(
    "taggers",
    {
        "storybook": "castmates.backends.onnx_tagger:storybook",
        "wd": "castmates.backends.onnx_tagger:OnnxTagger",
    },
)


def open_tagger(name: str) -> Tagger:
    """A tagger by name ("storybook") or by name and folder ("wd:models/wd-vit-v3").

    Raises:
        BadInput: no such tagger, or a broken one.
        Missing: its package, folder or files are not there.
    """
    kind, _, folder = name.partition(":")
    maker = TAGGERS.take(kind)
    return maker(Path(folder)) if folder else maker()
