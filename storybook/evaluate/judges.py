"""Measures tagger and encoder on renders and on what the base draws; trains neither.

On renders the truth is the world's. On drawn pictures it is what the oracle reads: tags it calls
hidden are not asked. Identity on drawn pictures: renders of known characters, drawn over by the
base at a strength that leaves them who they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from castmates.core.errors import BadInput
from castmates.core.ports import Encoder, Pixels, Tagger
from storybook.oracle.identity import is_true
from storybook.oracle.reading import Reading
from storybook.oracle.tags import meaning
from storybook.train.encoder import likeness_of
from storybook.world.words import vocabulary

Truth = NDArray[np.int8]
"""(pictures, tags): 1 true, 0 false, -1 hidden."""


@dataclass(frozen=True)
class F1:
    """Mean over tags, and over everything; `families` are means over the tags of a family."""

    macro: float
    micro: float
    families: dict[str, float]
    tags: int

    def __str__(self) -> str:
        worst = sorted(self.families.items(), key=lambda one: one[1])
        told = ", ".join(f"{family} {value:.2f}" for family, value in worst)
        return f"macro-F1 {self.macro:.3f} over {self.tags} tags, micro-F1 {self.micro:.3f}; {told}"


def truth_by_oracle(readings: Sequence[Reading], tags: Sequence[str]) -> Truth:
    """What the oracle says of every tag in every picture."""
    told = {None: -1, False: 0, True: 1}
    return np.array([[told[is_true(one, tag)] for tag in tags] for one in readings], np.int8)


def f1_of(seen: NDArray[np.bool_], truth: Truth, tags: Sequence[str], fewest: int = 3) -> F1:
    """F1 of what was seen; a tag that is true in fewer pictures than `fewest` is not asked."""
    asked = truth >= 0
    hits = (seen & (truth == 1)).sum(0)
    wrong = (seen & (truth == 0)).sum(0)
    missed = (~seen & (truth == 1) & asked).sum(0)
    often = (truth == 1).sum(0) >= fewest
    scores = 2 * hits / np.maximum(1, 2 * hits + wrong + missed)
    families: dict[str, list[float]] = {}
    of = {tag: family for family, own in vocabulary().items() for tag in own}
    for tag, score, ask in zip(tags, scores, often, strict=True):
        if ask:
            families.setdefault(of.get(tag, "other"), []).append(float(score))
    total = 2 * hits[often].sum() + wrong[often].sum() + missed[often].sum()
    return F1(
        macro=float(scores[often].mean()),
        micro=float(2 * hits[often].sum() / max(1, total)),
        families={family: float(np.mean(own)) for family, own in families.items()},
        tags=int(often.sum()),
    )


def seen_by(tagger: Tagger, pictures: Sequence[Pixels], tags: Sequence[str]) -> NDArray[np.bool_]:
    """(pictures, tags): what the tagger sees at its own threshold."""
    found = [{tag.name for tag in own} for own in tagger.tags(pictures)]
    return np.array([[tag in own for tag in tags] for own in found])


def same_above_stranger(encoder: Encoder, pictures: NDArray[np.uint8]) -> float:
    """The share of right triples of (characters, views, h, w, 3) pictures."""
    people, views = pictures.shape[:2]
    flat = [np.asarray(one) for one in pictures.reshape(-1, *pictures.shape[2:])]
    return likeness_of(encoder.embed(flat).reshape(people, views, -1)).pairs


def asked_tags(tagger: Tagger) -> list[str]:
    """The tags that tagger and oracle both know."""
    known = []
    for tag in tagger.vocabulary():
        try:
            meaning(tag)
        except BadInput:
            continue
        known.append(tag)
    return known
