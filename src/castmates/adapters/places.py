"""The weighting by place: adapters that act where their mask is; knows no factors and no words.

The second kind of `gate.Gate`: y = W x + B (g · A x) with g of every token or pixel of the picture.
Layers see the picture at several resolutions; masks follow by area averaging, so that soft edges
stay soft and shares stay shares. What reads a text instead of the picture (keys and values of
cross-attention) is weighed by the token of the text; what has no place at all (the embedding of
time) by the mean over the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from castmates.adapters.gate import Part

READ_TEXT = ("_attn2_to_k", "_attn2_to_v")
"""How kohya's names of layers end whose input is a text."""


@dataclass(frozen=True, eq=False)
class Acts:
    """What acts in one row, and where.

    Attributes:
        everywhere: adapter -> strength all over the picture and in every text.
        within: for each mask, adapter -> strength inside of it and in its own text.
        masks: (masks, height, width) in 0..1, at the resolution of the latents.
    """

    everywhere: Mapping[str, float]
    within: Sequence[Mapping[str, float]]
    masks: Tensor


@dataclass(frozen=True, eq=False)
class PlaceGate:
    """Every row has its own strength of every adapter at every place.

    Attributes:
        names: adapters with a strength other than 0 somewhere.
        places: (rows, adapters, height, width) float32, strength times mask.
        words: (rows, adapters, tokens) float32, strength on each token of the texts.
    """

    names: tuple[str, ...]
    places: Tensor
    words: Tensor
    _known: dict[tuple[object, ...], Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[Acts], texts: Sequence[tuple[int, int]]) -> PlaceGate | None:
        """The gate of some rows; None where nothing acts: the base as it is.

        Args:
            rows: as many masks each, all of one size.
            texts: first and last (exclusive) token of the whole picture's text, then of each mask's
                own, as they lie behind each other in what cross-attention reads.

        Raises:
            ValueError: another number of texts than one for the picture and one for each mask.
        """
        for row in rows:
            if not len(row.masks) == len(row.within) == len(texts) - 1:
                raise ValueError(f"{len(row.masks)} masks, {len(texts)} texts: wanted one more")
        said = [mapping for row in rows for mapping in (row.everywhere, *row.within)]
        names = tuple(dict.fromkeys(n for one in said for n, s in one.items() if s != 0.0))
        if not names:
            return None
        places = torch.stack([torch.stack([_places(row, n) for n in names]) for row in rows])
        words = torch.stack([torch.stack([_words(row, n, texts) for n in names]) for row in rows])
        return cls(names, places, words.to(places.device))

    def over(self, parts: tuple[Part, ...], h: Tensor, batch: int, layer: str) -> Tensor:
        """See `gate.Gate.over`; raises ValueError where h is neither picture nor text."""
        rows = len(self.places)
        if batch % rows or h.shape[0] != batch:
            raise ValueError(
                f"{layer} sees {h.shape[0]} rows in a batch of {batch}, but the weighting by place "
                f"has {rows}"
            )
        text = layer.endswith(READ_TEXT)
        key = (parts, batch, text, tuple(h.shape[2:] if h.dim() == 4 else h.shape[1:-1]), h.device)
        if key not in self._known:
            amounts = self._amounts(h, layer, text)
            columns = [
                amounts[:, self.names.index(p.name), None].expand(-1, p.rank, *amounts.shape[2:])
                * p.scale
                for p in parts
            ]
            joined = torch.cat(columns, dim=1).repeat(batch // rows, *(1,) * (amounts.dim() - 1))
            channels_last = joined if h.dim() == 4 else joined.movedim(1, -1)
            self._known[key] = channels_last.contiguous().to(h.device)
        return self._known[key]

    def _amounts(self, h: Tensor, layer: str, text: bool) -> Tensor:
        """(rows, adapters, …places of h)."""
        if text:
            if h.shape[1] != self.words.shape[2]:
                raise ValueError(f"{layer} reads {h.shape[1]} tokens; wanted {self.words.shape[2]}")
            return self.words
        if h.dim() == 4:
            return adaptive_avg_pool2d(self.places, (h.shape[2], h.shape[3]))
        if h.dim() == 3:
            return averaged(self.places, h.shape[1])
        return self.places.mean(dim=(2, 3))


def averaged(masks: Tensor, tokens: int) -> Tensor:
    """Masks (…, height, width) as a layer of so many tokens sees them: (…, tokens).

    Raises:
        ValueError: the picture has no resolution of so many tokens.
    """
    height, width = grid_of(tokens, *masks.shape[-2:])
    flat = masks.reshape(-1, *masks.shape[-2:])
    return adaptive_avg_pool2d(flat, (height, width)).reshape(*masks.shape[:-2], tokens)


def grid_of(tokens: int, height: int, width: int) -> tuple[int, int]:
    """Rows and columns at the depth that has so many tokens: each depth halves, rounding up."""
    high, wide = height, width
    while high * wide > tokens:
        high, wide = (high + 1) // 2, (wide + 1) // 2
    if high * wide != tokens:
        raise ValueError(f"latents of {width}x{height} are never {tokens} tokens")
    return high, wide


def _places(row: Acts, name: str) -> Tensor:
    found = torch.full(row.masks.shape[1:], float(row.everywhere.get(name, 0.0)))
    found = found.to(row.masks.device)
    for mask, own in zip(row.masks, row.within, strict=True):
        if own.get(name, 0.0) != 0.0:
            found = found + float(own[name]) * mask.float()
    return found


def _words(row: Acts, name: str, texts: Sequence[tuple[int, int]]) -> Tensor:
    found = torch.full((texts[-1][1],), float(row.everywhere.get(name, 0.0)))
    for (first, last), own in zip(texts[1:], row.within, strict=True):
        found[first:last] += float(own.get(name, 0.0))
    return found
