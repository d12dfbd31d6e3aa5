"""The U-Net's answer for the rows of a batch, call by call; knows no sampler and no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from castmates.adapters.gate import RowGate
from castmates.drawing.asked import Asked
from castmates.drawing.batches import Batch
from castmates.drawing.guidance import guided, joined
from castmates.drawing.schedule import Level, Prediction
from castmates.drawing.texts import Texts, Words
from castmates.drawing.walking import Estimate, read
from castmates.families.base import Base
from castmates.prompts.plan import Condition


@dataclass(frozen=True, eq=False)
class _Row:
    """One row of the U-Net: whose picture, which text, and its share of the guidance."""

    owner: int
    text: Tensor
    share: float = 1.0


@dataclass(frozen=True, eq=False)
class _Moment:
    """The rows of a call: negative words of every picture before the words, if guided."""

    of: tuple[Any, ...]
    rows: tuple[_Row, ...]


class Network:
    """One batch's network, as samplers call it: `predict(x, level) -> Estimate`.

    Every picture has its own texts, adapters and weights at each call, and calls are counted. Rows
    whose texts are equally long share a forward.
    """

    def __init__(self, base: Base, batch: Batch, texts: Texts, prediction: Prediction) -> None:
        self._base, self._texts, self._prediction = base, texts, prediction
        self._shots = [at.shot for at in batch.jobs]
        self._asked = [_read(at.asked) for at in batch.jobs]
        self._is_guided = batch.first.is_guided
        self._scale = torch.tensor([at.guidance for at in batch.jobs], device=base.device)
        self._call = 0
        self._gates: dict[int, tuple[list[Mapping[str, float]], RowGate | None]] = {}
        self._moment = _Moment((), ())

    def __call__(self, x: Tensor, level: Level) -> Estimate:
        rows = self._rows(self._call)
        weights = [asked.on_unet(self._call) for asked in self._asked]
        self._call += 1
        said: dict[int, Tensor] = {}
        for length in dict.fromkeys(len(row.text) for row in rows):
            places = [i for i, row in enumerate(rows) if len(row.text) == length]
            some = [rows[i] for i in places]
            gate = self._gate(length, [weights[row.owner] for row in some])
            with self._base.bank.gated(gate):
                said.update(zip(places, self._forward(x, level, some), strict=True))
        out = torch.stack([said[i] for i in range(len(rows))])
        return read(self._combined(out, rows), x, level, self._prediction)

    def _rows(self, call: int) -> Sequence[_Row]:
        """The rows of a call, encoded anew only when texts or their encoder have changed."""
        weights = [asked.on_text(call) for asked in self._asked]
        towards = [(i, part) for i, asked in enumerate(self._asked) for part in asked.towards(call)]
        away = [(i, asked.away(call)) for i, asked in enumerate(self._asked)]
        of = (weights, towards, away)
        if self._moment.of != of:
            texts = self._encoded(towards, weights)
            against = self._encoded(away, weights) if self._is_guided else []
            rows = [_Row(i, text) for (i, _), text in zip(away, against, strict=False)]
            rows += [
                _Row(i, text, part.weight) for (i, part), text in zip(towards, texts, strict=True)
            ]
            self._moment = _Moment(of, tuple(rows))
        return self._moment.rows

    def _encoded(
        self, parts: Sequence[tuple[int, Condition]], weights: Sequence[Mapping[str, float]]
    ) -> list[Tensor]:
        return self._texts.encode(
            [
                Words(part.chunks, weights[i], self._shots[i].clip_skip, self._shots[i].emphasis)
                for i, part in parts
            ]
        )

    def _gate(self, length: int, rows: list[Mapping[str, float]]) -> RowGate | None:
        known = self._gates.get(length)
        if known is None or known[0] != rows:
            known = self._gates[length] = (rows, RowGate.of(rows))
        return known[1]

    def _forward(self, x: Tensor, level: Level, rows: Sequence[_Row]) -> Iterator[Tensor]:
        seen = x[[row.owner for row in rows]].to(self._base.dtype)
        t = torch.full((len(seen),), level.t, device=x.device)
        text = torch.stack([row.text for row in rows]).to(self._base.dtype)
        return iter(self._base.denoise(seen, t, text).float())

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


def _read(asked: Asked | None) -> Asked:
    if asked is None:
        raise ValueError("a job must be read before it is drawn")
    return asked
