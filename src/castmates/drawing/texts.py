"""Encode each chunk of words once per adapter row; knows nothing of what the encodings are for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from castmates.families.base import Base
from castmates.prompts.chunks import Chunk
from castmates.prompts.emphasis import Mode

AT_ONCE = 64
KEPT = 1024
"""Encodings that are kept; a text encoder whose adapters move makes new ones at every call."""
FAINT = 0.01
"""Means below this share of the spread say nothing; SD 1.5's text encoder has about 0.1."""

_Row = tuple[tuple[str, float], ...]
_Key = tuple[tuple[int, ...], _Row, int | None]


@dataclass(frozen=True)
class Words:
    """A text to encode.

    Attributes:
        chunks: in order; each fills the text encoder once.
        row: adapter -> weight on the text encoder.
        skip: clip skip; None: the base's own.
        emphasis: how the weights of pieces act.
        negative: whether the picture is steered away from it.
    """

    chunks: tuple[Chunk, ...]
    row: Mapping[str, float]
    skip: int | None = None
    emphasis: Mode = "original"
    negative: bool = False


class Texts:
    """The encodings of one drawing job.

    Adapters may change the text encoder, so a chunk is encoded once for every different row of
    adapter strengths. Kept for one job only: between jobs the adapters themselves may change.
    """

    def __init__(self, base: Base) -> None:
        self._base = base
        self._known: dict[_Key, Tensor] = {}
        self._pooled = int(base.facts.pools_text)

    def encode(self, texts: Sequence[Words]) -> list[Tensor]:
        """For each text (tokens, d) float32: its chunks one behind the other, weighted.

        Where the base pools texts, the first chunk's row comes before all tokens.
        """
        keys = [_key(self._ids(c), text) for text in texts for c in text.chunks]
        keys += [_key((), text) for text in texts if _wants_empty(text)]
        bare = self._bare(keys)
        return [self._whole(text, bare) for text in texts]

    def _whole(self, text: Words, bare: Mapping[_Key, Tensor]) -> Tensor:
        first, *others = (self._weighted(chunk, text, bare) for chunk in text.chunks)
        found = torch.cat([first, *(one[self._pooled :] for one in others)])
        unsaid = text.negative and not any(self._ids(chunk) for chunk in text.chunks)
        return torch.zeros_like(found) if unsaid and self._base.facts.zero_negative else found

    def _bare(self, keys: Sequence[_Key]) -> dict[_Key, Tensor]:
        """The encoder's answers, before weights act on them."""
        new = [key for key in dict.fromkeys(keys) if key not in self._known]
        # One clip skip a call; nearly always there is only one.
        for skip in dict.fromkeys(key[2] for key in new):
            of_skip = [key for key in new if key[2] == skip]
            for start in range(0, len(of_skip), AT_ONCE):
                some = of_skip[start : start + AT_ONCE]
                self._known.update(zip(some, self._encoded(some, skip), strict=True))
        found = {key: self._known[key] for key in keys}
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]
        return found

    def _encoded(self, keys: Sequence[_Key], skip: int | None) -> Tensor:
        kind = torch.device(self._base.device).type
        with (
            torch.no_grad(),
            torch.autocast(kind, enabled=False),
            self._base.bank.rows([dict(row) for _, row, _ in keys]),
        ):
            return self._base.encode_tokens([ids for ids, _, _ in keys], skip).float()

    def _weighted(self, chunk: Chunk, text: Words, bare: Mapping[_Key, Tensor]) -> Tensor:
        said = bare[_key(self._ids(chunk), text)]
        weights = [piece.weight for piece in chunk for _ in self._ids((piece,))]
        if all(weight == 1.0 for weight in weights):
            return said
        # The marks and the filling are no words: they keep their weight, as the whole text does.
        first = 1 + self._pooled
        by_token = torch.ones(len(said), 1, device=said.device)
        by_token[first : first + len(weights), 0] = torch.tensor(weights, device=said.device)
        if text.emphasis == "comfy":
            empty = bare[_key((), text)]
            return empty + by_token * (said - empty)
        found = said * by_token
        return found if text.emphasis == "no norm" else self._restored(said, found)

    def _restored(self, before: Tensor, after: Tensor) -> Tensor:
        """Each text encoder's mean brought back; the row of the whole text is no encoder's."""
        widths = self._base.facts.text_widths or (after.shape[-1],)
        found = [
            new * _restoring(old[self._pooled :], new[self._pooled :])
            for old, new in zip(_columns(before, widths), _columns(after, widths), strict=True)
        ]
        whole = torch.cat(found, -1) if len(found) > 1 else found[0]
        return torch.cat([before[: self._pooled], whole[self._pooled :]]) if self._pooled else whole

    def _ids(self, chunk: Chunk) -> tuple[int, ...]:
        """Tokens, and for a textual inversion what stands for its vectors."""
        of = self._base.inversions.numbers
        said = (of(piece.embedding) if piece.embedding else piece.ids for piece in chunk)
        return tuple(number for numbers in said for number in numbers)


def _columns(said: Tensor, widths: Sequence[int]) -> Iterator[Tensor]:
    first = 0
    for width in widths:
        yield said[:, first : first + width]
        first += width


def _restoring(before: Tensor, after: Tensor) -> Tensor:
    """What brings a chunk's mean back, as A1111 does; 1 where one of the means is near 0.

    There, as on storybook, a quotient of them would scale all words by chance, or turn them round.
    """
    means = torch.stack([before.mean(), after.mean()])
    told = means.abs().min() > FAINT * before.std()
    return torch.where(told, means[0] / means[1], torch.ones_like(means[0]))


def _key(ids: tuple[int, ...], text: Words) -> _Key:
    return ids, _settled(text.row), text.skip


def _wants_empty(text: Words) -> bool:
    weighted = any(piece.weight != 1.0 for chunk in text.chunks for piece in chunk)
    return text.emphasis == "comfy" and weighted


def _settled(row: Mapping[str, float]) -> _Row:
    """The row without what has no effect, in one order: a strength of 0 is no adapter."""
    return tuple(sorted((name, strength) for name, strength in row.items() if strength != 0.0))
