"""Tells apart why a pick's pictures show a character wrongly, attribute by attribute.

An attribute of the character that is missing may need more training; one that nobody asked for may
be the base's own habit, which no training cures; or the adapter learned it by mistake. Knows tags,
no pictures and no tagger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from castmates.judging.intervals import wilson
from castmates.judging.reasons import Diagnosis, percent

IDENTITY = ("skin", "fur", "metal", "hair", "hair_colour", "eyes", "outfit", "mark")
"""Families of tags that say who somebody is; hats, scenes and poses come and go."""
FEW = 6
"""Fewer pictures say nothing about a rate."""
OWN, RARE = 0.6, 0.1
"""An attribute is the character's own where this share of the real pictures shows it, and foreign
where fewer than the other."""
MISSING, SHOWN = 0.6, 0.3
"""Own ones are missing below, foreign ones there above this share of the pick's pictures."""
RISE = 0.2
"""So much more at more of the adapter is under-training."""
MOST = 3
"""Lines at most: the worst failures."""


@dataclass(frozen=True)
class Look:
    """One drawn picture: what the tagger says of it, and what its words asked for."""

    tags: frozenset[str]
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shown:
    """Pictures of the same origin, by what people call them ("epoch 8 at 1")."""

    name: str
    looks: Sequence[Look]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.looks)


@dataclass(frozen=True)
class _Failure:
    size: float
    line: str
    remedy: str


def diagnosed(
    real: Sequence[frozenset[str]],
    pick: Shown,
    base: Shown,
    more: Shown | None,
    families: Mapping[str, str],
) -> Diagnosis:
    """What is wrong with the pick's attributes, the worst first, and what helps.

    Args:
        real: tags of the character's real pictures.
        base: drawn without the adapter, from the same words.
        more: drawn with more of the adapter than the pick; None: there is no more.
        families: tag -> family, of all tags there are.
    """
    if len(real) < 2 or len(pick.looks) < FEW or len(base.looks) < FEW:
        return Diagnosis()
    known = [tag for tag, family in families.items() if family in IDENTITY]
    own = {tag for tag in known if _share(tag, real) >= OWN}
    foreign = {tag for tag in known if _share(tag, real) <= RARE}
    case = _Case(pick, base, more, families, foreign)
    failures = [found for tag in sorted(own) if (found := case.missing(tag))]
    named = {tag for tag in foreign if any(f"{tag} " in found.line for found in failures)}
    failures += [found for tag in sorted(foreign - named) if (found := case.extra(tag))]
    worst = sorted(failures, key=lambda found: -found.size)[:MOST]
    remedies = dict.fromkeys(found.remedy for found in worst)
    return Diagnosis(tuple(found.line for found in worst), tuple(remedies))


@dataclass(frozen=True)
class _Case:
    pick: Shown
    base: Shown
    more: Shown | None
    families: Mapping[str, str]
    foreign: Collection[str]

    def missing(self, tag: str) -> _Failure | None:
        """Why an attribute of the character is missing."""
        rate = self._rate(tag, self.pick)
        if rate is None or wilson(rate, self.pick.count)[1] >= MISSING:
            return None
        more = self._rate(tag, self.more) if self.more else None
        here = f"{tag} is there in {percent(rate)}"
        if self.more and more is not None and more >= rate + RISE:
            return _Failure(
                MISSING - rate,
                f"{_upper(here)}, in {percent(more)} at {self.more.name}: under-trained.",
                f"For {tag}: train for more epochs, or use more strength.",
            )
        rival = self._rival(tag)
        if rival is not None:
            drawn, without = rival[1], rival[2]
            return _Failure(
                MISSING - rate,
                f"{_upper(here)}, {rival[0]} in {percent(drawn)}; the base paints {rival[0]} "
                f"without the adapter too ({percent(without)}): its bias, not the training's.",
                f'Put "{rival[0]}" into the negative words, or name {tag} in the prompt.',
            )
        return _Failure(
            MISSING - rate,
            f"{_upper(here)}, and more of the adapter does not bring it back.",
            f"See that the pictures show {tag} clearly, and that captions leave it to the trigger.",
        )

    def extra(self, tag: str) -> _Failure | None:
        """Why something is there that the character does not have and nobody asked for."""
        rate, without = self._rate(tag, self.pick), self._rate(tag, self.base)
        if rate is None or rate < SHOWN or wilson(rate, self.pick.count)[0] <= RARE:
            return None
        if without is not None and without >= 0.6 * rate:
            return _Failure(
                rate - RARE,
                f"{_upper(tag)} in {percent(rate)}, although the pictures do not show it: the base "
                f"paints it without the adapter too ({percent(without)}): its bias.",
                f'Put "{tag}" into the negative words.',
            )
        return _Failure(
            rate - RARE,
            f"{_upper(tag)} in {percent(rate)}, with the adapter only, although the pictures do "
            "not show it.",
            f"Look through the pictures for what could be taken for {tag}, and name that in their "
            "captions.",
        )

    def _rival(self, tag: str) -> tuple[str, float, float] | None:
        """The foreign tag that stands where this one should, if the base brings it along."""
        family = self.families.get(tag)
        some = [other for other in self.foreign if self.families.get(other) == family]
        rates = [(o, self._known(o, self.pick), self._known(o, self.base)) for o in some]
        shown = [one for one in rates if one[1] >= SHOWN and one[2] >= SHOWN]
        return max(shown, key=lambda one: (one[1], one[0]), default=None)

    def _known(self, tag: str, shown: Shown) -> float:
        return self._rate(tag, shown) or 0.0

    def _rate(self, tag: str, shown: Shown) -> float | None:
        """How often a tag is seen where its family was not asked for; None: hardly ever looked."""
        family = self.families.get(tag)
        looks = [
            look.tags
            for look in shown.looks
            if not any(self.families.get(asked) == family for asked in look.asked)
        ]
        return _share(tag, looks) if len(looks) >= FEW else None


def _share(tag: str, looks: Iterable[Collection[str]]) -> float:
    hits = [tag in look for look in looks]
    return sum(hits) / len(hits) if hits else 0.0


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
