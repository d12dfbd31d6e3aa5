"""Texts and adapters of a picture's regions, as rows of a forward; knows no sampler.

In one pass ("attention") a row reads all texts behind each other, and each adapter is weighed by
its place. As one pass each ("noise") every text has a row of its own, whose answers are mixed by
the masks: of the whole picture's text (b Σ m_i + m_0), of region i's (1-b) m_i. As "windows" the
regions alone have rows, each of its own columns of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor
from torch.nn.functional import pad

from castmates.adapters.gate import Gate, RowGate
from castmates.adapters.places import Acts, PlaceGate
from castmates.core.weighting import row_of
from castmates.drawing.places import Places
from castmates.drawing.windows import Window
from castmates.families.regions import Regions

Spans = tuple[tuple[int, int], ...]
"""First and last (exclusive) token of each text of a row."""


@dataclass(frozen=True, eq=False)
class Voice:
    """One row of a forward.

    Attributes:
        text: (tokens, d).
        who: 0: the whole picture's words; i: those of region i.
        texts: of all regions, where they lie behind each other in this row; else empty.
        area: (1, h, w) its share of the answer at every place; None: all of it.
        window: the columns that it sees; None: all of them.
    """

    text: Tensor
    who: int = 0
    texts: Spans = ()
    area: Tensor | None = None
    window: Window | None = None

    def sees(self, x: Tensor) -> Tensor:
        """The part of a picture (c, h, w) that this row is given."""
        return x if self.window is None else x[..., slice(*self.window)]

    def says(self, answer: Tensor) -> Tensor:
        """Its answer (c, h, w) as part of the whole picture's."""
        if self.area is None:
            return answer
        if self.window is None:
            return answer * self.area
        first, last = self.window
        return pad(answer * self.sees(self.area), (first, self.area.shape[-1] - last))


Weights = Sequence[Mapping[str, float]]
"""Adapter -> weight, of the whole picture's words and then of each region's."""


@dataclass(frozen=True)
class Acting:
    """What acts in one row: whose picture, which voice, with which weights."""

    owner: int
    who: int
    texts: Spans
    weights: Weights


def voices(texts: Sequence[Tensor], places: Places | None) -> tuple[Voice, ...]:
    """Who says the answer of a picture.

    Args:
        texts: (tokens, d) each, of the whole picture and then of each region; one alone before
            the regions begin, or where there are none.
    """
    if places is None or len(texts) == 1:
        return (Voice(texts[0]),)
    if places.said.blending == "attention":
        ends = list(accumulate((len(text) for text in texts), initial=0))
        return (Voice(torch.cat(list(texts)), texts=tuple(pairwise(ends))),)
    if places.windows:
        seen = enumerate(zip(texts[1:], places.windows, strict=True))
        return tuple(
            Voice(text, i + 1, area=places.masks[i][None], window=own) for i, (text, own) in seen
        )
    _, height, width = places.masks.shape
    shares = within([places], (), False).shares(height * width)[0]
    areas = shares.reshape(-1, 1, height, width)
    return tuple(Voice(text, i, area=areas[i]) for i, text in enumerate(texts))


def weighed(rows: Sequence[Acting], places: Sequence[Places | None]) -> Gate | None:
    """The weighting of a forward's rows, all of one kind."""
    if not rows[0].texts:
        return RowGate.of([_alone(row) for row in rows])
    acts = []
    for row in rows:
        own = places[row.owner]
        if own is None:
            raise ValueError("a row with regions has no masks")
        acts.append(Acts(row.weights[0], row.weights[1:], own.masks))
    return PlaceGate.of(acts, rows[0].texts)


def within(places: Sequence[Places], texts: Spans, isolated: bool) -> Regions:
    """What the network is told of a forward's rows."""
    masks = torch.stack([one.masks for one in places])
    return Regions(masks, texts, places[0].said.base_share, isolated)


def spoken(said: Sequence[Tensor], rows: Sequence[Sequence[Voice]]) -> Tensor:
    """(rows, c, h, w): the answers of all voices, mixed for each row where there are several."""
    answers = iter(said)
    found = []
    for row in rows:
        own = [voice.says(next(answers)) for voice in row]
        found.append(own[0] if len(own) == 1 else torch.stack(own).sum(0))
    return torch.stack(found)


def _alone(row: Acting) -> dict[str, float]:
    own = row.weights[row.who].items() if row.who else ()
    return row_of([*row.weights[0].items(), *own])
