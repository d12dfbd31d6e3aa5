"""The words of a scene: of the whole picture, of each figure; in a base's own way to say it.

Nothing here draws; the templates are `wordings.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from castmates.core.types import Value

SIDES = {
    1: ("middle",),
    2: ("left", "right"),
    3: ("left", "middle", "right"),
    4: ("far left", "left", "right", "far right"),
}


class Wording(Value):
    """Templates of a base.

    Attributes:
        whole: the picture, with somebody of each kind in it.
        somebody: each of them by kind; somebody_named: each with its own words.
        one: what is heard in one figure's place.
        alone: somebody without the others.
    """

    whole: str
    somebody: str
    somebody_named: str
    one: str
    alone: str


@dataclass(frozen=True)
class Told:
    """Somebody in words.

    Attributes:
        kind: class word ("girl").
        own: trigger, looks, outfit.
        doing: action, expression.
    """

    kind: str
    own: tuple[str, ...] = ()
    doing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Texts:
    """The texts of a scene.

    Attributes:
        layout: the picture with kinds alone.
        plain: the picture with everybody's own words.
        each: what is heard in each one's place.
        alone: each one by itself.
    """

    layout: str
    plain: str
    each: tuple[str, ...]
    alone: tuple[str, ...]


def wording_for(base: str) -> Wording:
    """The templates of a base by name; the usual ones where it has none."""
    text = (files("castmates.scenes") / "wordings.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    return Wording.model_validate(known.get(base, known["default"]))


def texts_of(
    told: Sequence[Told], setting: str, across: Sequence[float], wording: Wording
) -> Texts:
    """All texts of a scene; somebody alone is told as such in all of them.

    Args:
        across: where everybody stands, 0..1: sides count from left to right.
    """
    order = sorted(range(len(told)), key=lambda i: across[i])
    sides = dict(zip(order, sides_of(len(told)), strict=True))
    common = {"n": str(len(told)), "kinds": counted([one.kind for one in told])}
    common["setting"] = setting

    def said(template: str, i: int, everybody: str = "", own: bool = True) -> str:
        one = told[i]
        return filled(
            template,
            **common,
            everybody=everybody,
            side=sides[i],
            kind=one.kind or "character",
            own=", ".join(one.own if own else ()),
            doing=", ".join(one.doing),
        )

    def whole(template: str) -> str:
        return said(wording.whole, order[0], ", ".join(said(template, i) for i in order))

    every = range(len(told))
    if len(told) == 1:
        alone = said(wording.alone, 0)
        return Texts(said(wording.alone, 0, own=False), alone, (alone,), (alone,))
    return Texts(
        layout=whole(wording.somebody),
        plain=whole(wording.somebody_named),
        each=tuple(said(wording.one, i) for i in every),
        alone=tuple(said(wording.alone, i) for i in every),
    )


def sides_of(count: int) -> tuple[str, ...]:
    """Words for the places of so many, from left to right."""
    if count in SIDES:
        return SIDES[count]
    inner = (f"{i} from the left" for i in range(2, count))
    return ("far left", *inner, "far right")


def counted(kinds: Sequence[str]) -> str:
    """Class words as taggers count them.

    >>> counted(["girl", "fox", "girl"])
    '2girls, 1fox'
    """
    found = Counter(kind for kind in kinds if kind)
    return ", ".join(f"{n}{kind}" + "s" * (n > 1) for kind, n in found.items())


def filled(template: str, **fields: str) -> str:
    """A template with its fields; what is empty takes its comma along."""
    text = template
    for name, value in fields.items():
        text = text.replace(f"{{{name}}}", value)
    parts = (re.sub(r"\s+", " ", part).strip() for part in text.split(","))
    return ", ".join(part for part in parts if part and not part.endswith(":"))
