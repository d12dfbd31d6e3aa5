"""Reads the world's tables (colours, looks, acts, widths, casts); knows nothing of drawing or of chance."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Colour = tuple[int, int, int]
Table = dict[str, Any]


@cache
def table(name: str) -> Table:
    """Return one of the TOML tables beside this module, read once."""
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def colour(family: str, name: str) -> Colour:
    """Return a colour of a family; cast-only colours answer in every family."""
    palette = table("palette")
    red, green, blue = palette[family].get(name) or palette["beyond"][name]
    return (red, green, blue)


def colours(family: str) -> list[str]:
    """Return the colour names of a family, in the order of the table."""
    return list(table("palette")[family])


def cover_of(kind: str) -> str:
    """Return what a kind is covered with: skin, fur or metal."""
    return str(table("looks")["kinds"][kind]["cover"])


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours; share 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def darker(base: Colour, share: float = 0.22) -> Colour:
    """Return a warm, darker shade; never towards pure black, which looks dirty."""
    return mix(base, (38, 18, 46), share)


def lighter(base: Colour, share: float = 0.4) -> Colour:
    """Return a lighter tint."""
    return mix(base, (255, 255, 255), share)


def is_light(base: Colour) -> bool:
    """Say whether a dark detail stands out better on this colour than a light one."""
    return sum(base) > 520
