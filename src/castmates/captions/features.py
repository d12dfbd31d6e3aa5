"""Recognise the tags that are a character's own traits; takes nothing out of a caption.

The families are `features.toml`. What a guide calls "replacing the features by the trigger word":
a trait that no caption names can only be explained by the trigger, which therefore learns it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from castmates.captions.spelling import key
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value


class Feature(Value):
    """One family of traits.

    Attributes:
        usual: pruned when nobody says which families.
        becomes: what pruning a tag of it means for the character, as half a sentence.
        ends, starts, names: last words, first words, the whole of a tag.
        but: tags that are none, although they fit.
    """

    usual: bool
    becomes: str
    ends: tuple[str, ...]
    starts: tuple[str, ...]
    names: tuple[str, ...]
    but: tuple[str, ...]

    def holds(self, tag: str) -> bool:
        """Whether a tag (as `spelling.key` gives it) is of this family; whole words count."""
        if tag in self.but:
            return False
        if tag in self.names or tag in self.ends:
            return True
        padded = f" {tag} "
        return any(padded.endswith(f" {end} ") for end in self.ends) or any(
            padded.startswith(f" {start} ") for start in self.starts
        )


@cache
def features() -> dict[str, Feature]:
    """Name -> family, in the order in which a tag is asked."""
    text = (files("castmates.captions") / "features.toml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Feature]).validate_python(tomllib.loads(text))


def usual() -> frozenset[str]:
    """The families that are pruned when nobody names any: the body's, nothing that is worn."""
    return frozenset(name for name, feature in features().items() if feature.usual)


def families_of(names: Iterable[str]) -> frozenset[str]:
    """The named families.

    Raises:
        BadInput: a name that is none; the message offers the nearest.
    """
    wanted = frozenset(names)
    for name in sorted(wanted - features().keys()):
        raise BadInput(f"No family of traits is called '{name}'.", did_you_mean(name, features()))
    return wanted


@cache
def feature_of(tag: str) -> str | None:
    """The family of a tag as it is written, or None: "very long hair" -> "hair"."""
    name = key(tag)
    return next((family for family, feature in features().items() if feature.holds(name)), None)
