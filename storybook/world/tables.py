"""Reads the world's tables (colours, shapes, looks, acts…); knows nothing of drawing or chance."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

Colour = tuple[int, int, int]
Point = tuple[float, float]
Table = dict[str, Any]


@cache
def table(name: str) -> Table:
    """Return one of the TOML tables beside this module, read once."""
    path = files("storybook.world").joinpath(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def shape(group: str, name: str) -> tuple[tuple[float, ...], ...]:
    """Return an outline of the table of shapes, with whatever its points carry beside x and y."""
    shapes = table("shapes")[group]
    return tuple(tuple(float(value) for value in point) for point in shapes[name])


@cache
def outline(group: str, name: str) -> tuple[Point, ...]:
    """Return the plain points of an outline."""
    return tuple((point[0], point[1]) for point in shape(group, name))


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


def is_plain(scene: str) -> bool:
    """Say whether a scene is a plain coloured background."""
    return scene.endswith(" background")


def is_lit(scene: str) -> bool:
    """Say whether day and night differ in a scene."""
    return bool(table("acts")["scenes"].get(scene, {}).get("lit", False))


def prop_parts(prop: str) -> tuple[str, str]:
    """Split "red balloon" into thing and colour; things of one colour have an empty one."""
    if prop in table("acts")["props"]:
        return prop, ""
    tint, _, thing = prop.partition(" ")
    return thing, tint
