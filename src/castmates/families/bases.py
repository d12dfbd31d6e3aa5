"""What is known of bases by their family: licence, "may I sell it", usual settings; opens none.

The table is `bases.toml`, each entry with its source. For people who decide, not for courts.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import Field

from castmates.core.types import Value, WrittenSize


class Licence(Value):
    """A licence that models come under.

    Attributes:
        may_sell: whether pictures drawn with the model may be sold; None: not to be said in a word.
        limit: for whom, in a few words; "": for all.
        words: what that depends on.
        source: where its text is.
        spelt: how others write it, in lower case.
    """

    key: str
    name: str
    may_sell: bool | None = None
    limit: str = ""
    words: str
    source: str
    spelt: tuple[str, ...] = ()


class Advice(Value):
    """How a base likes to be drawn with; None: nothing is advised.

    Attributes: as in `castmates.core.types.Shot`.
    """

    size: WrittenSize | None = None
    guidance: float | None = Field(default=None, ge=0.0, le=100.0)
    sampler: str | None = None
    steps: int | None = Field(default=None, ge=1, le=1000)
    clip_skip: int | None = Field(default=None, ge=1, le=12)


class KnownBase(Advice):
    """A family, or one variant of it.

    Attributes:
        licence: the key of the licence of its own weights; "": not one for all of it.
        source: where that is stated.
        note: what one should know besides.
        advised: where the settings come from.
    """

    family: str
    variant: str = ""
    name: str
    licence: str = ""
    source: str
    note: str = ""
    advised: str = ""

    @property
    def advice(self) -> Advice:
        return Advice.model_validate({key: getattr(self, key) for key in Advice.model_fields})


class _Table(Value):
    licence: tuple[Licence, ...]
    base: tuple[KnownBase, ...]


def licence(key: str) -> Licence | None:
    """A licence by its key; None: not in the table."""
    return next((each for each in _table().licence if each.key == key), None)


def licence_called(text: str) -> Licence | None:
    """The licence that a header or a card names; None: in no spelling that is known here.

    >>> licence_called("CreativeML Open RAIL++-M License").key
    'openrail++'
    """
    plain = " ".join(text.casefold().split())
    return next((each for each in _table().licence if plain in (each.key, *each.spelt)), None)


def known_base(family: str, variant: str = "") -> KnownBase | None:
    """What is known of a family's variant; of the family where it has no entry; None: nothing."""
    own = [each for each in _table().base if each.family == family]
    exact = next((each for each in own if each.variant == variant), None)
    return exact or next((each for each in own if not each.variant), None)


def known_families() -> tuple[str, ...]:
    """The families in the table, in its order."""
    return tuple(dict.fromkeys(each.family for each in _table().base))


@cache
def _table() -> _Table:
    text = files("castmates.families").joinpath("bases.toml").read_text("utf-8")
    return _Table.model_validate(tomllib.loads(text))
