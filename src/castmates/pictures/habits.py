"""Find what a set of pictures repeats or mixes where it should not; knows no pixels.

The table is `habits.toml`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter

from castmates.backends.tag_families import family_of
from castmates.core.types import Value
from castmates.pictures.coverage import FEWEST, MOSTLY, Shows, says
from castmates.pictures.looking import Look
from castmates.pictures.report import Finding

_OTHER_STYLE = 0.25
"""Share of the pictures, that show a hairstyle at all, from which a second one is a second one."""
_SHOWING = 0.3
"""Share of all pictures that must show what can be hidden, before one kind of it is said."""
_EXTREME = 0.15
_SOME = 0.2


class Rule(Value):
    """What should not be on nearly all pictures.

    Attributes:
        families: of tags; one tag of them that is always there is what is said.
        words: instead: tags that hold one of these words, all of them as one.
        what: "… pictures {what}: tag." fix: what to do.
        hidden: a view or a framing can hide it, so that silence says nothing.
        share: of the pictures, from which it is said.
    """

    families: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    what: str
    fix: str
    hidden: bool = False
    share: float = MOSTLY


@cache
def _rules() -> dict[str, Rule]:
    return TypeAdapter(dict[str, Rule]).validate_python(_table()["one"])


@cache
def _table() -> dict[str, Any]:
    text = (files("castmates.pictures") / "habits.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def told(look: Look, families: Collection[str]) -> set[str]:
    """The tags of some families: the caption's own, else the tagger's."""
    own = {tag for tag in look.tags if family_of(tag) in families}
    return own or {name for name, family in look.families.items() if family in families}


def of_habits(
    looks: Sequence[Look],
    shows: Sequence[Shows],
    keep: Collection[str] = (),
    more: Mapping[str, Rule] | None = None,
) -> list[Finding]:
    """Everything of this module.

    Args:
        shows: what each look shows (`coverage.shown_by`).
        keep: tags that belong to the character, as they are compared; repeating them is right.
        more: name -> what else should not be on nearly all pictures.
    """
    if len(looks) < FEWEST:
        return []
    return [
        *_of_one(looks, keep, {**_rules(), **(more or {})}),
        *_of_hair(looks),
        *_of_extremes(looks),
        *_of_accessories(looks, shows, keep),
    ]


def _of_one(
    looks: Sequence[Look], keep: Collection[str], rules: Mapping[str, Rule]
) -> list[Finding]:
    found = []
    for name, rule in rules.items():
        shown = [(look, _of_rule(look, rule)) for look in looks]
        if rule.hidden:
            # Nobody's silence hides anything: only what the tagger looked for and did not see.
            shown = [(look, tags) for look, tags in shown if tags or not look.seen]
        counts = _counts(tags - set(keep) for _, tags in shown)
        for tag, count in counts.most_common(1):
            enough = len(shown) >= max(FEWEST, _SHOWING * len(looks))
            if enough and count >= rule.share * len(shown):
                that = "" if len(shown) == len(looks) else " that show it"
                which = "" if rule.words else f": {tag}"
                what = f"{count} of {len(shown)} pictures{that} {rule.what}{which}."
                found.append(Finding(code=f"one-{name}", level="note", what=what, fix=rule.fix))
    return found


def _of_rule(look: Look, rule: Rule) -> set[str]:
    if rule.words:
        every = (*look.tags, *look.families)
        return {rule.words[0]} if any(says(tag, rule.words) for tag in every) else set()
    return told(look, rule.families)


def _of_hair(looks: Sequence[Look]) -> list[Finding]:
    for styles in _table()["hairstyles"].values():
        worn = [(look, told(look, ("hair",)) & set(styles)) for look in looks]
        seen = [(look, tags) for look, tags in worn if tags]
        counts = _counts(tags for _, tags in seen)
        often = [tag for tag, n in counts.most_common() if n >= max(2, _OTHER_STYLE * len(seen))]
        # Two styles on the same pictures are one style with two names.
        apart = [t for t in often if any(t in tags and often[0] not in tags for _, tags in seen)]
        others = [look for look, tags in seen if often and often[0] not in tags]
        if apart and len(seen) >= FEWEST and len(others) > 1:
            names = " and ".join([often[0], *apart])
            what = f"The pictures show several hairstyles: {names}."
            fix = "Keep one to a character; the others make characters of their own."
            return [_about("several-hairstyles", others, what, fix)]
    return []


def _of_extremes(looks: Sequence[Look]) -> list[Finding]:
    extreme = set(_table()["extreme"]["tags"])
    found = [look for look in looks if told(look, ("expression", "general")) & extreme]
    if len(found) < max(2, _EXTREME * len(looks)):
        return []
    what = f"{len(found)} of {len(looks)} pictures show an extreme expression."
    fix = "Use calm faces for the most part; moods can be asked for later."
    return [_about("extreme-expression", found, what, fix)]


def _of_accessories(
    looks: Sequence[Look], shows: Sequence[Shows], keep: Collection[str]
) -> list[Finding]:
    close = [look for look, show in zip(looks, shows, strict=True) if "close-up" in show["framing"]]
    ends = tuple(_table()["accessories"]["ends"])
    worn = {look.name: _accessories(look, ends) - set(keep) for look in close}
    # What a caption names can be taken off again.
    bare = [look for look in close if worn[look.name] - set(look.tags)]
    if len(close) < 2 or len(bare) < max(2, _SOME * len(close)):
        return []
    counts = _counts(worn[look.name] - set(look.tags) for look in bare)
    listed = ", ".join(f"{tag} ({count})" for tag, count in counts.most_common(3))
    what = f"{len(bare)} of {len(close)} close-ups show what can be put off: {listed}."
    fix = "Take it off for portraits, or write it in their captions."
    return [_about("accessory-in-closeups", bare, what, fix)]


def _accessories(look: Look, ends: tuple[str, ...]) -> set[str]:
    tags = {*look.tags, *look.families}
    return {tag for tag in tags if any(f" {tag}".endswith(f" {end}") for end in ends)}


def _counts(groups: Iterable[set[str]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(sorted(group))
    return counts


def _about(code: str, looks: Sequence[Look], what: str, fix: str) -> Finding:
    names = tuple(look.name for look in looks)
    return Finding(code=code, level="note", pictures=names, what=what, fix=fix)
