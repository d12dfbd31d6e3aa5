"""Bring OpenCV, or say how to get it; draws nothing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from castmates.core.errors import Missing


def opencv(what: str) -> Any:
    """The module `cv2`.

    Args:
        what: is wanted of it, to begin the sentence of the refusal.

    Raises:
        Missing: it is not installed.
    """
    try:
        return import_module("cv2")
    except ImportError as error:
        raise Missing(
            f"{what} needs the package OpenCV, which is not installed.",
            "Run: pip install 'castmates[edit]'",
        ) from error
