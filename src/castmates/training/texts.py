"""What a frozen text encoder makes of captions, each encoded once; knows no pictures.

A text is always encoded by itself, so that what it becomes depends neither on its neighbours in a
batch nor on whether it was kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from castmates.families.base import Base
from castmates.training.cache import Cache, name_of
from castmates.training.disk_use import text_bytes
from castmates.training.looks import Looks

MOST_BYTES = 2**29
"""The most that is kept; texts that are read most often come first."""


class Texts:
    """The encodings of a run whose text encoder is not trained.

    Args:
        max_tokens: of a text (`Recipe.max_tokens`).
        known: text -> (tokens, d), made by `encoded`; others are encoded when they are asked for.
    """

    def __init__(self, base: Base, max_tokens: int, known: Mapping[str, Tensor]) -> None:
        self._base, self._most, self._known = base, max_tokens, known

    def of(self, words: Sequence[str]) -> Tensor:
        """(n, tokens, d) on the CPU."""
        return torch.stack(
            [
                self._known[text] if text in self._known else _encode(self._base, self._most, text)
                for text in words
            ]
        )


def encoded(base: Base, max_tokens: int, texts: Iterable[str], cache: Cache) -> Texts:
    """The encoder, with these texts encoded already."""
    named = {
        name_of("text", base.fingerprint, base.dtype, base.facts.clip_skip, max_tokens, text): text
        for text in texts
    }
    makers = {name: partial(_encode, base, max_tokens, text) for name, text in named.items()}
    found = cache.filled(makers, "encoding words", "captions")
    return Texts(base, max_tokens, {text: found[name] for name, text in named.items()})


def worth_keeping(looks: Looks, also: Iterable[str], bytes_each: int) -> list[str]:
    """The texts that a run reads more than once, those read most often first.

    Args:
        also: texts that are read after every epoch.
        bytes_each: of one encoding; all together stay within `MOST_BYTES`.
    """
    often = Counter(look.words for step in range(looks.steps) for look in looks.at(step))
    room = MOST_BYTES // bytes_each
    repeated = [text for text, times in often.most_common() if times > 1]
    return list(dict.fromkeys((*also, *repeated)))[:room]


def bytes_of(base: Base, max_tokens: int) -> int:
    """Bytes of one encoding in the cache."""
    tokens = max_tokens // 75 * (base.facts.max_tokens - 2) + 2
    width = int(base.text_encoder.config.hidden_size)
    return text_bytes(1, tokens=tokens, width=width, bytes_per_number=base.dtype.itemsize)


def _encode(base: Base, max_tokens: int, text: str) -> Tensor:
    kind = torch.device(base.device).type
    with torch.no_grad(), torch.autocast(kind, enabled=False), base.bank.gated(None):
        found: Tensor = base.encode_text([text], max_tokens)[0]
    return found.detach().cpu().contiguous()
