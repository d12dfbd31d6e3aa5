"""The casts: characters outside the training range, with the tags that are right for them; knows no pixels."""

from __future__ import annotations

from storybook.world.tables import Table, table
from storybook.world.values import Character


def _character(name: str, values: Table) -> Character:
    settings = dict(values)
    settings["marks"] = tuple((mark, tint) for mark, tint in values.get("marks", {}).items())
    settings["looks"] = tuple(values["looks"])
    settings["prune"] = tuple(values["prune"])
    return Character(name=name, **settings)


def _cast(which: str) -> dict[str, Character]:
    return {name: _character(name, values) for name, values in table("casts")[which].items()}


EXAMPLE: dict[str, Character] = _cast("example")
DEVELOPMENT: dict[str, Character] = _cast("development")
EVALUATION: dict[str, Character] = _cast("evaluation")
