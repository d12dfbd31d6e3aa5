"""The keys of other trainers' files: one table for all dialects; knows no values.

`keys.csv` says of every key where it occurs and what becomes of it. Dialects: `s` sd-scripts TOML,
`d` its data set file, `g` kohya_ss JSON, `e` LoRA_Easy TOML, `n` network_args, `o` optimizer_args.
Roles: `sets` a setting as it is, `reads` needs a look at other keys too, `machine` says how fast,
`unable` asks for what castmates has not, `ignored` has no effect. Where a key is no setting, the
note says why.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Literal, cast

from castmates.core.near import nearest

Role = Literal["sets", "reads", "machine", "unable", "ignored"]

OFF = ("", "0", "0.0", "false", "none", "[]")
"""What asks for nothing, in lower case; kohya_ss drops the same."""


@dataclass(frozen=True)
class Key:
    """One row of the table.

    Attributes:
        becomes: `section.setting`, for the role `sets`.
        kind: how its value is written (`kinds`).
        default: sd-scripts' own, as text; "": none.
        note: why it has no effect, for the other roles.
    """

    name: str
    dialects: str
    role: Role
    becomes: str
    kind: str
    default: str
    note: str

    def asks(self, value: object) -> bool:
        """Whether this value asks for anything: not off, and not the default."""
        text = str(value).strip().lower()
        if is_off(value) or text == self.default.lower():
            return False
        try:
            return float(text) != float(self.default)
        except ValueError:
            return True


def is_off(value: object) -> bool:
    """Whether a value is nothing, no or zero."""
    return str(value).strip().lower() in OFF


@cache
def table() -> tuple[Key, ...]:
    """All rows of `keys.csv`."""
    text = (files(__package__) / "keys.csv").read_text("utf-8")
    return tuple(
        Key(
            row["key"],
            row["dialects"],
            cast(Role, row["role"]),
            row["becomes"],
            row["kind"],
            row["default"],
            row["note"],
        )
        for row in csv.DictReader(StringIO(text))
    )


@cache
def keys_of(dialects: str) -> Mapping[str, Key]:
    """Name -> row of every key that one of these dialects (letters) knows."""
    return {key.name: key for key in table() if set(key.dialects) & set(dialects)}


def near(name: str, dialects: str) -> str:
    """The known key most like an unknown one; "": none is."""
    return nearest(name, keys_of(dialects)) or ""
