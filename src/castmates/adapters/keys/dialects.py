"""Recognise whose names an adapter file uses, from its keys and shapes; reads no file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Shapes = Mapping[str, tuple[int, ...]]

PICKLES = (".pt", ".pth", ".ckpt", ".bin")
"""Endings of files that are not read: they may run anything."""

# The width of the text that cross-attention reads tells bases apart that share their names.
_BY_TEXT_WIDTH = {1024: ("sd2", "Stable Diffusion 2"), 2048: ("sdxl", "Stable Diffusion XL")}
_TEXT_LAYER = re.compile(
    r"attn2[._](processor\.)?to_[kv][._](lora_down|lora_A|lora\.down|hada_w1_b)(\.\w+)*$"
    r"|attn2\.processor\.to_[kv]_lora\.down\.weight$"
)


@dataclass(frozen=True)
class Dialect:
    """A short name for machines, and what it is, in words.

    Attributes:
        reads: of a kind: castmates can draw with it.
    """

    name: str
    words: str
    reads: bool = False


@cache
def _table(which: str) -> tuple[tuple[re.Pattern[str], Dialect], ...]:
    text = files(__package__).joinpath("dialects.toml").read_text("utf-8")
    return tuple(
        (re.compile(line["pattern"]), Dialect(line["name"], line["is"], line.get("reads", False)))
        for line in tomllib.loads(text)[which]
    )


def _first(which: str, shapes: Shapes) -> Dialect | None:
    for pattern, dialect in _table(which):
        if any(pattern.search(key) for key in shapes):
            return dialect
    return None


def dialect_of(shapes: Shapes) -> Dialect | None:
    """Whose names the keys are; None: nobody's that castmates knows."""
    return _first("dialect", shapes)


def foreign_kind(shapes: Shapes) -> Dialect | None:
    """What the file is when it is no lora or locon; None: it may well be."""
    return _first("kind", shapes)


def family_of(shapes: Shapes) -> Dialect | None:
    """The base family that the names, or the width of the text, belong to; None: unknown."""
    for key, shape in shapes.items():
        if _TEXT_LAYER.search(key) and len(shape) > 1 and shape[1] in _BY_TEXT_WIDTH:
            return Dialect(*_BY_TEXT_WIDTH[shape[1]])
    return _first("family", shapes)
