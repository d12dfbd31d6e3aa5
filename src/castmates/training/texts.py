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
from castmates.training.recipe import Recipe

MOST_BYTES = 2**29
"""The most that is kept; texts that are read most often come first."""


class Texts:
    """The encodings of a run whose text encoder is not trained.

    Args:
        max_tokens: of a text (`Recipe.max_tokens`).
        known: text -> (tokens, d), made by `encoded`; others are encoded when they are asked for.
    """

    def __init__(
        self, base: Base, max_tokens: int, known: Mapping[str, Tensor], skip: int | None = None
    ) -> None:
        self._base, self._most, self._known, self._skip = base, max_tokens, known, skip

    def of(self, words: Sequence[str]) -> Tensor:
        """(n, tokens, d) on the CPU."""
        return torch.stack(
            [
                self._known[text]
                if text in self._known
                else _encode(self._base, self._most, text, self._skip)
                for text in words
            ]
        )


def encoded(
    base: Base, max_tokens: int, texts: Iterable[str], cache: Cache, skip: int | None = None
) -> Texts:
    """The encoder, with these texts encoded already.

    Args:
        skip: which layer speaks; None: the base's own.
    """
    layer = skip or base.facts.clip_skip
    named = {
        name_of("text", base.fingerprint, base.dtype, layer, max_tokens, text): text
        for text in texts
    }
    makers = {name: partial(_encode, base, max_tokens, text, skip) for name, text in named.items()}
    found = cache.filled(makers, "encoding words", "captions")
    return Texts(base, max_tokens, {text: found[name] for name, text in named.items()}, skip)


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
    """Bytes of one encoding in the cache; encodes an empty text to see."""
    said = _encode(base, max_tokens, "")
    tokens, width = said.shape
    return text_bytes(1, tokens=tokens, width=width, bytes_per_number=said.itemsize)


def layer_of(recipe: Recipe, base: Base) -> int | None:
    """Which layer of the text encoder speaks; None: the base's own, or its only one."""
    return None if base.facts.fixed_layer else recipe.clip_skip


def _encode(base: Base, max_tokens: int, text: str, skip: int | None = None) -> Tensor:
    kind = torch.device(base.device).type
    with torch.no_grad(), torch.autocast(kind, enabled=False), base.bank.gated(None):
        found: Tensor = base.encode_text([text], max_tokens, skip)[0]
    return found.detach().cpu().contiguous()
