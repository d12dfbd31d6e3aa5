"""The shelf of finders; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from castmates.backends.naming import parted
from castmates.core.errors import Missing
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
    kind, path = parted(name, FINDERS, _PATHS)
    maker = FINDERS.take(kind)
    return maker(Path(path).expanduser()) if path else maker()


def demand_finder(name: str) -> None:
    """Refuse, before long work begins, a finder that cannot be opened for its name alone.

    Raises:
        BadInput: no such finder, or a path too many or too few. Missing: nothing lies there.
    """
    kind, path = parted(name, FINDERS, _PATHS)
    if path and kind in _PATHS and not Path(path).expanduser().exists():
        raise Missing(f"There is no {path} for the finder '{name}'.", "Check the path.")
