"""Read what users call a model, `kind:place` as in yolo:people.onnx; opens none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.shelf import Shelf


def parted(name: str, shelf: Shelf[Any], places: Mapping[str, str]) -> tuple[str, str]:
    """The name on the shelf, and the place behind it ("" where there is none).

    Args:
        places: kind -> what a place of its looks like ("models/mine.onnx"); "": it stands alone.
            Kinds of other packages are not in it, and may have a place or not.

    Raises:
        BadInput: no such kind, a place alone, or one too many or too few; says how to write it.
    """
    kind, _, place = name.partition(":")
    one = shelf.kind.removesuffix("s")
    if kind not in shelf:
        if _is_place(name):
            ways = " or ".join(_ways(name, places))
            what = f"'{name}' says where a {one} lies, and not of what kind it is."
            raise BadInput(what, f"Write {ways}.")
        raise BadInput(f"No '{kind}' among the {shelf.kind}.", did_you_mean(kind, shelf))
    example = places.get(kind)
    if example == "" and place:
        raise BadInput(f"The {one} '{kind}' takes no path; found '{place}'.", f"Write {kind}.")
    if example and not place:
        raise BadInput(f"The {one} '{kind}' wants a path.", f"Write {kind}:{example}.")
    return kind, place


def _is_place(name: str) -> bool:
    path = Path(name)
    return len(path.parts) > 1 or bool(path.suffix) or path.expanduser().exists()


def _ways(name: str, places: Mapping[str, str]) -> list[str]:
    """How it could be meant: by kinds whose places end alike, else by its folder."""
    path = Path(name)
    kinds = {kind: Path(example).suffix for kind, example in places.items() if example}
    alike = [f"{kind}:{name}" for kind, suffix in kinds.items() if suffix == path.suffix]
    return alike or [f"{kind}:{path.parent if path.suffix else path}" for kind in kinds]
