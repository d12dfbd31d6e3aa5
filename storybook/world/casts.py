"""The casts: characters outside the training range, with their right tags; knows no pixels."""

from __future__ import annotations

from storybook.world.tables import Table, table
from storybook.world.values import Character


def _character(name: str, values: Table) -> Character:
    settings = dict(values)
    settings["marks"] = tuple(values.get("marks", {}).items())
    settings["words"] = tuple(values["words"].items())
    return Character(name=name, **settings)


def _cast(which: str) -> dict[str, Character]:
    return {name: _character(name, values) for name, values in table("casts")[which].items()}


EXAMPLE: dict[str, Character] = _cast("example")
DEVELOPMENT: dict[str, Character] = _cast("development")
EVALUATION: dict[str, Character] = _cast("evaluation")
