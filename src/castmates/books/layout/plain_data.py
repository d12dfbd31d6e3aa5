"""Pages as plain data for the typesetter's templates; sets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from castmates.books.layout.fonts import Typeface
from castmates.books.layout.items import (
    Item,
    OrnamentItem,
    PanelItem,
    PictureItem,
    Sheet,
    Words,
    WordsItem,
)


def type_data(face: Typeface, language: str) -> dict[str, Any]:
    """A book's type and language as the templates read them."""
    return {"face": face.model_dump(), "language": language.lower().split("-")[0]}


def words_data(words: Words) -> dict[str, Any]:
    """Words as the templates read them."""
    return asdict(words)


def sheet_data(sheet: Sheet, pictures: Mapping[int, str]) -> dict[str, Any]:
    """A page as the templates read it.

    Args:
        pictures: key of a picture -> its file's name.
    """
    return {"fill": sheet.fill, "items": [_item(item, pictures) for item in sheet.items]}


def _item(item: Item, pictures: Mapping[int, str]) -> dict[str, Any]:
    match item:
        case PictureItem():
            return {
                "kind_of": "picture",
                "file": pictures[item.key],
                "frame": asdict(item.crop.frame),
                "whole": asdict(item.crop.whole),
                "radius": item.radius,
                "alt": item.alt,
            }
        case PanelItem():
            return {"kind_of": "panel", **asdict(item)}
        case WordsItem():
            return {"kind_of": "words", **asdict(item)}
        case OrnamentItem():
            return {"kind_of": "ornament", **asdict(item)}
