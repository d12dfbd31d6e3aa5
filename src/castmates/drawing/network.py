"""The U-Net's answer for the rows of a batch, call by call; knows no sampler and no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from castmates.adapters.gate import Gate
from castmates.core.errors import Unfit
from castmates.core.weighting import row_of
from castmates.drawing.asked import Asked
from castmates.drawing.batches import Batch
from castmates.drawing.guidance import guided, joined
from castmates.drawing.places import Places
from castmates.drawing.regional import Acting, Voice, spoken, voices, weighed, within
from castmates.drawing.schedule import Level, Prediction
from castmates.drawing.texts import Texts, Words
from castmates.drawing.walking import Estimate, read
from castmates.families.base import Base
from castmates.families.regions import Regional, Regions
from castmates.prompts.plan import Condition


@dataclass(frozen=True, eq=False)
class _Row:
    """One answer of the U-Net: whose picture, its share of the guidance, and who says it."""

    owner: int
    voices: tuple[Voice, ...]
    share: float = 1.0


@dataclass(frozen=True, eq=False)
class _Moment:
    """The rows of a call: negative words of every picture before the words, if guided."""

    of: tuple[Any, ...]
    rows: tuple[_Row, ...]


_Kind = tuple[object, ...]
"""What rows share that share a forward."""


class Network:
    """One batch's network, as samplers call it: `predict(x, level) -> Estimate`.

    Every picture has its own texts, adapters, weights and regions at each call, and calls are
    counted. Rows whose texts are equally long share a forward.

    Args:
        places: of every picture; without any, all words act all over.
    """

    def __init__(
        self,
        base: Base,
        batch: Batch,
        texts: Texts,
        prediction: Prediction,
        places: Sequence[Places | None] = (),
    ) -> None:
        self._base, self._texts, self._prediction = base, texts, prediction
        self._shots = [at.shot for at in batch.jobs]
        self._asked = [(_read(at.asked), *at.regions) for at in batch.jobs]
        self._places = list(places) or [None] * len(batch.jobs)
        self._is_guided = batch.first.is_guided
        self._scale = torch.tensor([at.guidance for at in batch.jobs], device=base.device)
        self._call = 0
        self._gates: dict[_Kind, tuple[list[Acting], Gate | None]] = {}
        self._regions: dict[_Kind, Regions] = {}
        self._moment = _Moment((), ())

    def __call__(self, x: Tensor, level: Level) -> Estimate:
        rows = self._rows(self._call)
        weights = [[one.on_unet(self._call) for one in own] for own in self._asked]
        speaking = [(row.owner, voice) for row in rows for voice in row.voices]
        kinds = [self._kind(owner, voice) for owner, voice in speaking]
        self._call += 1
        said: dict[int, Tensor] = {}
        for kind in dict.fromkeys(kinds):
            places = [i for i, one in enumerate(kinds) if one == kind]
            some = [speaking[i] for i in places]
            acting = [Acting(own, v.who, v.texts, weights[own]) for own, v in some]
            with self._base.bank.gated(self._gate(kind, acting)), self._within(kind, some):
                said.update(zip(places, self._forward(x, level, some), strict=True))
        out = spoken([said[i] for i in range(len(speaking))], [row.voices for row in rows])
        return read(self._combined(out, rows), x, level, self._prediction)

    def _kind(self, owner: int, voice: Voice) -> _Kind:
        places = self._places[owner]
        if places is None or not voice.texts:
            width = None if voice.window is None else voice.window[1] - voice.window[0]
            return (len(voice.text), width)
        apart = self._call < places.said.isolated * self._asked[owner][0].calls
        return (voice.texts, places.said.base_share, apart)

    def _rows(self, call: int) -> Sequence[_Row]:
        """The rows of a call, encoded anew only when texts or their encoder have changed."""
        weights = [[one.on_text(call) for one in own] for own in self._asked]
        # A region hears the whole picture's adapters, too.
        weights = [[own[0], *(_both(own[0], one) for one in own[1:])] for own in weights]
        speaking = [self._speaking(i, call) for i in range(len(self._asked))]
        towards = [
            (i, part.weight, (part, *(one.towards(call)[0] for one in own[1:])))
            for i, own in enumerate(speaking)
            for part in own[0].towards(call)
        ]
        away = [(i, 1.0, tuple(one.away(call) for one in own)) for i, own in enumerate(speaking)]
        of = (weights, towards, away)
        if self._moment.of != of:
            wanted = [*(away if self._is_guided else ()), *towards]
            parted = [(i, parts) for i, _, parts in wanted]
            texts = iter(self._encoded(parted, weights, len(wanted) - len(towards)))
            rows = [
                _Row(i, voices([next(texts) for _ in parts], self._places[i]), share)
                for i, share, parts in wanted
            ]
            self._moment = _Moment(of, tuple(rows))
        return self._moment.rows

    def _speaking(self, i: int, call: int) -> Sequence[Asked]:
        """Whose words are heard in a picture: all of it, and its regions once they begin."""
        asked, places = self._asked[i], self._places[i]
        begun = places is not None and call >= places.said.begins * asked[0].calls
        return asked if begun else asked[:1]

    def _encoded(
        self,
        parts: Sequence[tuple[int, tuple[Condition, ...]]],
        weights: Sequence[Sequence[Mapping[str, float]]],
        negative: int,
    ) -> list[Tensor]:
        """The encodings of all parts, of which the first `negative` are negative words."""
        return self._texts.encode(
            [
                Words(
                    one.chunks,
                    weights[i][k],
                    self._shots[i].clip_skip,
                    self._shots[i].emphasis,
                    n < negative,
                )
                for n, (i, own) in enumerate(parts)
                for k, one in enumerate(own)
            ]
        )

    def _gate(self, kind: _Kind, rows: list[Acting]) -> Gate | None:
        known = self._gates.get(kind)
        if known is None or known[0] != rows:
            known = self._gates[kind] = (rows, weighed(rows, self._places))
        return known[1]

    def _within(
        self, kind: _Kind, rows: Sequence[tuple[int, Voice]]
    ) -> AbstractContextManager[None]:
        """Tell the network where each text speaks, if there are several."""
        if not rows[0][1].texts:
            return nullcontext()
        if not isinstance(self._base, Regional):
            raise Unfit(f"{self._base.name} reads one text for the whole picture.")
        own = (kind, *(owner for owner, _ in rows))
        if own not in self._regions:
            held = [places for i, _ in rows if (places := self._places[i]) is not None]
            self._regions[own] = within(held, rows[0][1].texts, bool(kind[2]))
        return self._base.within(self._regions[own])

    def _forward(
        self, x: Tensor, level: Level, rows: Sequence[tuple[int, Voice]]
    ) -> Iterator[Tensor]:
        seen = torch.stack([voice.sees(x[owner]) for owner, voice in rows]).to(self._base.dtype)
        t = torch.full((len(seen),), level.t, device=x.device)
        text = torch.stack([voice.text for _, voice in rows]).to(self._base.dtype)
        more = {"guidance": self._told(rows)} if self._base.facts.told_guidance else {}
        return iter(self._base.denoise(seen, t, text, **more).float())

    def _told(self, rows: Sequence[tuple[int, Voice]]) -> Tensor:
        """The guidance of each row's shot, for networks that are told it."""
        said = [self._shots[owner].guidance for owner, _ in rows]
        return torch.tensor(said, dtype=torch.float32, device=self._base.device)

    def _combined(self, out: Tensor, rows: Sequence[_Row]) -> Tensor:
        """(pictures, c, h, w): negative words and parts brought together."""
        if not self._is_guided:
            return out
        count = len(self._asked)
        away, parts, said = out[:count], out[count:], rows[count:]
        rescale = self._base.facts.guidance_rescale
        if len(parts) == count and all(row.share == 1.0 for row in said):
            return guided(parts, away, self._scale, rescale)
        owners = torch.tensor([row.owner for row in said], device=out.device)
        shares = torch.tensor([row.share for row in said], device=out.device)
        towards, pull = joined(parts, away, owners, shares)
        return guided(towards, away, self._scale, rescale, pull)


def _both(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return row_of([*one.items(), *other.items()])


def _read(asked: Asked | None) -> Asked:
    if asked is None:
        raise ValueError("a job must be read before it is drawn")
    return asked
