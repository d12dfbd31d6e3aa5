"""Say what the captions leave to the trigger word, and what they keep changeable; knows no pixels.

What (nearly) every picture shows and no caption names can only be explained by the trigger, which
learns it. The table of words is `absorption.toml`.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cache
from importlib.resources import files

from pydantic import Field, TypeAdapter

from castmates.backends.tag_families import family_of
from castmates.core.types import Value
from castmates.pictures.coverage import FEWEST
from castmates.pictures.looking import Look
from castmates.pictures.report import Absorbed, Changeable, Finding

NEARLY = 0.8
"""Share of the pictures from which something is (nearly) always there."""
_SHOWING = 0.3
"""Share of all pictures that must show a family that can be hidden."""
_LISTED = 4


class _Family(Value):
    says: str
    wanted: bool = False
    hidden: bool = False


class Meaning(Value):
    """What it means for a goal that something is always there (`goals.toml`).

    Attributes:
        wanted: families of tags that the trigger is meant to stand for; None: as the table says.
        always: family -> what is said of `who`, where that differs from the table.
        who: of whom it is said. part: what it becomes part of.
    """

    wanted: tuple[str, ...] | None = None
    always: dict[str, str] = Field(default_factory=dict)
    who: str = "{name}"
    part: str = "{name}"

    def is_wanted(self, family: str) -> bool:
        return _family(family).wanted if self.wanted is None else family in self.wanted

    def says(self, tag: str, family: str, name: str) -> str:
        """`pip always has green eyes`."""
        always = self.always.get(family) or _always(tag, family)
        return f"{self.who.format(name=name)} {always.format(tag=tag)}"


@cache
def _families() -> dict[str, _Family]:
    return TypeAdapter(dict[str, _Family]).validate_python(_table()["families"])


@cache
def _table() -> dict[str, dict[str, object]]:
    text = (files("castmates.pictures") / "absorption.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _ignored() -> tuple[str, ...]:
    return TypeAdapter(tuple[str, ...]).validate_python(_table()["ignored"]["families"])


def absorbed(
    looks: Sequence[Look],
    name: str,
    keep: Collection[str] = (),
    implied: Callable[[str], frozenset[str]] = lambda _: frozenset(),
    meaning: Meaning | None = None,
) -> tuple[Absorbed, ...]:
    """What the trigger will stand for, most certain first.

    Args:
        looks: with captions and the tagger's tags; those without a caption do not count.
        keep: tags that belong to the character, as they are compared.
        implied: tag -> what it says besides itself: a caption with "red scarf" names the scarf.
        meaning: what that means; None: as for a likeness.
    """
    meaning = meaning or Meaning()
    told = [look for look in looks if look.tags and look.seen]
    if len(told) < FEWEST:
        return ()
    families = {tag.name: tag.family for look in told for tag in look.seen}
    shown = Counter(family for look in told for family in {tag.family for tag in look.seen})
    silent: Counter[str] = Counter()
    for look in told:
        said = set(look.tags).union(*(implied(tag) for tag in look.tags))
        silent.update(sorted(set(look.families) - said))
    found = []
    for tag, count in silent.items():
        family = families[tag]
        if family in _ignored():
            continue
        hidden = _family(family).hidden and shown[family] >= _SHOWING * len(told)
        of = shown[family] if hidden else len(told)
        if count >= NEARLY * of:
            wanted = tag in keep or meaning.is_wanted(family)
            preview = _preview(tag, family, meaning.says(tag, family, name), wanted)
            found.append(
                Absorbed(
                    tag=tag,
                    share=round(count / of, 3),
                    count=count,
                    of=of,
                    family=family,
                    wanted=wanted,
                    preview=preview,
                )
            )
    return tuple(sorted(found, key=lambda one: (one.wanted, -one.share, -one.of, one.tag)))


def changeable(
    looks: Sequence[Look], trigger: str, name: str, meaning: Meaning | None = None
) -> tuple[Changeable, ...]:
    """What stays changeable because captions name it, most frequent first."""
    meaning = meaning or Meaning()
    told = [look for look in looks if look.tags]
    if len(told) < FEWEST:
        return ()
    families: defaultdict[str, str] = defaultdict(lambda: "general")
    families |= {tag.name: tag.family for look in told for tag in look.seen}
    counts = Counter(tag for look in told for tag in set(look.tags))
    found = []
    for tag, count in counts.items():
        family = families[tag] if tag in families else family_of(tag)
        if count < 2 or tag == trigger or family in _ignored():
            continue
        always = count >= NEARLY * len(told)
        preview = _kept(tag, family, meaning.says(tag, family, name)) if always else ""
        share = round(count / len(told), 3)
        found.append(Changeable(tag=tag, share=share, always=always, preview=preview))
    return tuple(sorted(found, key=lambda one: (-one.share, one.tag)))


def finding_of(
    absorbed_: Sequence[Absorbed], name: str, meaning: Meaning | None = None
) -> list[Finding]:
    """What becomes part of what is learned although it is something else."""
    unwanted = [one for one in absorbed_ if not one.wanted]
    if not unwanted:
        return []
    listed = ", ".join(f"{one.tag} {one.count}/{one.of}" for one in unwanted[:_LISTED])
    more = ", …" if len(unwanted) > _LISTED else ""
    part = (meaning or Meaning()).part.format(name=name)
    what = f"Nearly always there and in no caption, so it becomes part of {part}: {listed}{more}."
    fix = f"{unwanted[0].preview} Or add pictures without it."
    return [Finding(code="absorbed", level="warning", what=what, fix=fix)]


def _family(name: str) -> _Family:
    return _families().get(name, _families()["general"])


def _always(tag: str, family: str) -> str:
    ends = TypeAdapter(tuple[str, ...]).validate_python(_table()["worn"]["ends"])
    if family == "mark" and any(f" {tag}".endswith(f" {end}") for end in ends):
        family = "outfit"
    return _family(family).says


def _preview(tag: str, family: str, always: str, wanted: bool) -> str:
    said = f"With these captions {always}"
    if wanted:
        return f"{said}."
    return f"{said}; write '{tag}' in the captions to be able to {_undo(tag, family)}."


def _kept(tag: str, family: str, always: str) -> str:
    return (
        f"In these pictures {always}; keep '{tag}' in the captions to be able "
        f"to {_undo(tag, family)}."
    )


def _undo(tag: str, family: str) -> str:
    """How people say that it goes away."""
    off = _always(tag, family).startswith("always wears")
    return "take it off" if off else "change it"
