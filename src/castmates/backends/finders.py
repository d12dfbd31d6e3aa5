"""The shelf of finders; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.core.ports import Finder
from castmates.core.shelf import Shelf

FINDERS: Shelf[Callable[..., Finder]] = Shelf(
    "finders",
    {
        "storybook": "castmates.backends.onnx_finder:storybook",
        "onnx": "castmates.backends.onnx_finder:OnnxFinder",
        "yolo": "castmates.backends.yolo_finder:YoloFinder",
    },
)

_PATHS = {"storybook": "", "onnx": "models/mine", "yolo": "models/mine.onnx"}
"""What a name of ours is followed by; nothing: it stands alone."""


def open_finder(name: str) -> Finder:
    """A finder by name ("storybook"), or by name and path ("onnx:models/mine", "yolo:mine.onnx").

    Raises:
        BadInput: no such finder, a path too many or too few, or a broken model.
        Missing: its package, folder or files are not there.
        Unfit: the model is sound, but no finder of this kind.
    """
    kind, _, path = name.partition(":")
    maker = FINDERS.take(kind)
    wanted = _PATHS.get(kind)
    if wanted == "" and path:
        raise BadInput(f"The finder '{kind}' takes no path; found '{path}'.", f"Write {kind}.")
    if wanted and not path:
        raise BadInput(f"The finder '{kind}' wants a path.", f"Write {kind}:{wanted}.")
    return maker(Path(path)) if path else maker()
