"""Adapters cut to their first ranks, as `<lora:name:1:dyn=16>` asks; knows no picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.layer import Bank
from castmates.drawing.asked import Asked
from castmates.prompts.tags import Mention


def cut_adapters(asked: Asked) -> Asked:
    """The same with the names of cut adapters, which are in the bank within `cut`."""
    return replace(asked, adapters=tuple(map(_cut_mention, asked.adapters)))


@contextmanager
def cut(bank: Bank, mentions: Iterable[Mention]) -> Iterator[None]:
    """Have the cut adapters of some mentions in the bank, beside the whole ones.

    As in A1111 the scale stays alpha / rank of the whole. Adapters of other kinds than pairs of
    factors are cut in the form in which the bank holds them.
    """
    wanted = {name_of(one): one for one in mentions if one.dyn is not None}
    try:
        for name, one in wanted.items():
            bank.add(_first(bank.adapter(one.name), name, one.dyn or 1))
        yield
    finally:
        for name in wanted:
            if name in bank.names:
                bank.remove(name)


def name_of(mention: Mention) -> str:
    """What the bank calls the adapter of a mention, cut or whole."""
    if mention.dyn is None:
        return mention.name
    return f"{mention.name} (first {mention.dyn} ranks)"


def _cut_mention(mention: Mention) -> Mention:
    return replace(mention, name=name_of(mention), dyn=None)


def _first(whole: Adapter, name: str, ranks: int) -> Adapter:
    factors = {
        layer: Factors(f.down[:ranks].contiguous(), f.up[:, :ranks].contiguous(), f.scale)
        for layer, f in whole.factors.items()
    }
    return replace(whole, name=name, factors=factors)
