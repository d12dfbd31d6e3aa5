"""Look at a drawn scene: who is found, and whom each figure is like; judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from castmates.captions.looks import LOOKS
from castmates.core.ports import Encoder, Finder, Found, Pixels, Tagger
from castmates.judging.likeness import Vectors, alike, among, embedded
from castmates.scenes.cutting import covered, cut_out, in_shares, largest, mask_of
from castmates.scenes.scene import Box
from castmates.scenes.seam import SURE, borders_of, seam_score
from castmates.scenes.verdict import Evidence

MOST_REFERENCES = 24
OFTEN, SELDOM = 0.5, 0.2
"""A tag on this share of a character's pictures is its own; on less than this it is not."""
DOUBTED = 0.6
"""A figure more than asked for counts from this share of the surest one's confidence."""
LEAST_TAG = 0.5
"""Confidence of a tag that is taken for seen."""


@dataclass(frozen=True)
class Eyes:
    """Who looks.

    Attributes:
        finder: says where everybody is; encoder: who it is.
        tagger: what it wears; None: single attributes are not looked for.
    """

    finder: Finder
    encoder: Encoder
    tagger: Tagger | None = None


@dataclass(frozen=True, eq=False)
class Known:
    """What real pictures of a character look like to the eyes.

    Attributes:
        vectors: (n, d) unit rows of its pictures, n >= 2.
        real, stranger: the two levels of likeness.
        tags: its own, of identity families; also: those that its pictures have seldom or more.
    """

    name: str
    vectors: Vectors
    real: float
    stranger: float
    tags: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()

    def likeness(self, vectors: Vectors) -> NDArray[np.float64]:
        """(n,) calibrated: 0 a stranger, 1 itself."""
        spread = max(self.real - self.stranger, 1e-6)
        return (alike(vectors, self.vectors) - self.stranger) / spread


@dataclass(frozen=True, eq=False)
class Cast:
    """Everybody whom the eyes know; `acquaint` makes one."""

    known: Mapping[str, Known]
    margins: Mapping[str, float] = field(default_factory=dict)


def acquaint(eyes: Eyes, pictures: Mapping[str, Sequence[Pixels]]) -> Cast:
    """Look at real pictures of everybody; those with fewer than 2 stay strangers.

    Strangers to one are all the others: the more there are, the surer the lower level.
    """
    chosen = {name: _spread_out(some) for name, some in pictures.items() if len(some) >= 2}
    cut = {name: [largest(eyes.finder, p) for p in some] for name, some in chosen.items()}
    vectors = {name: embedded(eyes.encoder, some) for name, some in cut.items()}
    known = {}
    for name, own in vectors.items():
        others = [alike(other, own).mean() for o, other in vectors.items() if o != name]
        tags, also = _signature(eyes.tagger, cut[name])
        known[name] = Known(
            name,
            own,
            real=float(among(own).mean()),
            stranger=float(np.mean(others)) if others else 0.0,
            tags=tags,
            also=also,
        )
    return Cast(known, {name: _margin(one, known) for name, one in known.items()})


def seen_in(
    eyes: Eyes, picture: Pixels, cast: Cast, names: Sequence[str], places: Sequence[Box]
) -> Evidence:
    """Look at one picture.

    Args:
        names: of the characters that should be there.
        places: where everybody should stand, strangers too.
    """
    [found] = eyes.finder.find([picture])
    found = _counted(found, len(places))
    cuts = [cut_out(picture, found, i) for i in range(len(found))]
    known = [cast.known[name] for name in names]
    others = [one for name, one in cast.known.items() if name not in names]
    vectors = embedded(eyes.encoder, cuts) if cuts and known else None
    masks = [mask_of(one, picture) for one in found]
    return Evidence(
        boxes=[in_shares(one.box, picture) for one in found],
        covered=[covered(i, found, masks) for i in range(len(found))],
        likeness=_likeness(vectors, known, len(cuts)),
        rivals=_likeness(vectors, others, len(cuts)),
        margins=[cast.margins[name] for name in names],
        seam=seam_score(picture, masks, borders_of(places)) > SURE,
        attributes=_attributes(eyes.tagger, cuts, known),
    )


def _counted(found: Sequence[Found], asked: int) -> list[Found]:
    """As many as asked for, and whoever else the finder is sure of."""
    surest = max((one.confidence for one in found), default=0.0)
    return [one for i, one in enumerate(found) if i < asked or one.confidence >= DOUBTED * surest]


def _likeness(vectors: Vectors | None, known: Sequence[Known], figures: int) -> NDArray[np.float64]:
    """(figures, characters) calibrated; zeros where nobody was looked at."""
    if vectors is None or not known:
        return np.zeros((figures, len(known)))
    return np.stack([one.likeness(vectors) for one in known], axis=1)


def _spread_out(pictures: Sequence[Pixels]) -> list[Pixels]:
    step = max(1, -(-len(pictures) // MOST_REFERENCES))
    return list(pictures[::step])


def _margin(one: Known, known: Mapping[str, Known]) -> float:
    """How far its real pictures lie above the nearest other character, calibrated."""
    others = [other.likeness(one.vectors).mean() for o, other in known.items() if o != one.name]
    return 1.0 - float(max(others)) if others else 1.0


def _signature(
    tagger: Tagger | None, pictures: Sequence[Pixels]
) -> tuple[frozenset[str], frozenset[str]]:
    """Tags of identity families that most pictures have, and those that some have."""
    if tagger is None:
        return frozenset(), frozenset()
    counts: dict[str, int] = {}
    for tags in tagger.tags(pictures, at_least=LEAST_TAG):
        for name in {tag.name for tag in tags if tag.family in LOOKS}:
            counts[name] = counts.get(name, 0) + 1
    share = {name: count / len(pictures) for name, count in counts.items()}
    own = frozenset(name for name, part in share.items() if part >= OFTEN)
    return own, frozenset(name for name, part in share.items() if part >= SELDOM)


def _attributes(
    tagger: Tagger | None, cuts: Sequence[Pixels], known: Sequence[Known]
) -> list[dict[str, frozenset[str]]]:
    """For each figure: character -> what is seen of that one's own tags that no other one has."""
    if tagger is None or not cuts:
        return []
    rows = []
    for tags in tagger.tags(cuts, at_least=LEAST_TAG):
        seen = {tag.name for tag in tags}
        row = {}
        for one in known:
            shared = frozenset().union(*(other.also for other in known if other is not one))
            row[one.name] = frozenset((one.tags - shared) & seen)
        rows.append(row)
    return rows
