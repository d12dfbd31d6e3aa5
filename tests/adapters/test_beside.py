"""Rows that stand side by side: each group as if it were alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from castmates.adapters.beside import Beside
from castmates.adapters.dropout import Dropout, Shares
from castmates.adapters.gate import Gate, RowGate
from castmates.adapters.lora import Ranks
from castmates.adapters.makers import Wanted, fresh
from castmates.families.base import Base
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base

KINDS = {
    "lora": Wanted(Ranks(2, 2, 2, 2, True), seed=1),
    "loha": Wanted(Ranks(2, 1, 2, 1, True), "loha", 2),
    "lokr": Wanted(Ranks(2, 1, 0, 0, False), "lokr", 3),
    "dora": Wanted(Ranks(4, 2, 0, 0, True), "lora", 4, dora=True),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    opened = open_base(tiny(tmp_path_factory.mktemp("bases") / "tiny"))
    for name, wanted in KINDS.items():
        adapter = fresh(opened.bank, name, wanted)
        numbers = torch.Generator().manual_seed(wanted.seed)

        def shaken(part: Tensor, numbers: torch.Generator = numbers) -> Tensor:
            return part + 0.2 * torch.randn(part.shape, generator=numbers)

        factors = {
            layer: replace(f, down=shaken(f.down), up=shaken(f.up))
            for layer, f in adapter.factors.items()
        }
        native = {layer: share.mapped(shaken) for layer, share in adapter.native.items()}
        opened.bank.add(replace(adapter, factors=factors, native=native))
    return opened


def said(base: Base, gate: Gate | Beside | None, rows: slice, tokens: int = 75) -> Tensor:
    """What the base says of some of six rows, each with its own picture, time and words."""
    numbers = torch.Generator().manual_seed(0)
    latents = torch.randn((6, 4, 8, 8), generator=numbers)[rows]
    words = [f"pip, look {n}, " + "forest, " * 20 * n for n in range(6)][rows]
    with torch.no_grad(), base.bank.gated(gate):
        text = base.encode_text(words, tokens)
        return base.denoise(latents, torch.arange(0, 600, 100)[rows], text)


def whole(name: str, rows: int) -> Gate:
    gate = RowGate.of([{name: 1.0}] * rows)
    assert gate is not None
    return gate


@pytest.mark.parametrize("tokens", [75, 150])
def test_a_group_is_what_it_is_alone_whatever_its_kind(base: Base, tokens: int) -> None:
    groups = [("lora", 2), ("loha", 1), ("lokr", 1), ("dora", 1), (None, 1)]
    gates = tuple((n, None if name is None else whole(name, n)) for name, n in groups)
    together = said(base, Beside(gates), slice(0, 6), tokens)
    begin = 0
    plain = said(base, None, slice(0, 6), tokens)
    for (name, count), (_, gate) in zip(groups, gates, strict=True):
        rows = slice(begin, begin + count)
        alone = said(base, gate, rows, tokens)
        assert torch.allclose(together[rows], alone, atol=1e-5), name
        assert torch.allclose(alone, plain[rows], atol=1e-5) == (name is None), name
        begin += count


def test_what_is_left_out_by_chance_is_the_same_as_alone(base: Base) -> None:
    def chance(name: str, rows: int) -> Gate:
        shares = Shares(dropout=0.3, rank_dropout=0.3, module_dropout=0.2)
        return Dropout(whole(name, rows), shares, lambda layer: len(layer) + len(name))

    beside = Beside(((2, chance("lora", 2)), (3, chance("dora", 3))))
    together = said(base, beside, slice(0, 5))
    assert torch.allclose(together[:2], said(base, chance("lora", 2), slice(0, 2)), atol=1e-5)
    assert torch.allclose(together[2:], said(base, chance("dora", 3), slice(2, 5)), atol=1e-5)


def test_numbers_that_overflow_stay_with_their_own_rows(base: Base) -> None:
    bank = base.bank
    broken = replace(bank.adapter("lora"), name="broken")
    bank.add(
        replace(
            broken, factors={k: replace(f, up=f.up * torch.inf) for k, f in broken.factors.items()}
        )
    )
    try:
        beside = Beside(((1, whole("broken", 1)), (2, whole("loha", 2))))
        together = said(base, beside, slice(0, 3))
        dense = said(base, RowGate.of([{"broken": 1.0}, {"lora": 1.0}]), slice(0, 2))
    finally:
        bank.remove("broken")
    assert not torch.isfinite(together[0]).any()
    assert torch.allclose(together[1:], said(base, whole("loha", 2), slice(1, 3)), atol=1e-5)
    assert not torch.isfinite(dense[1]).any(), "the dense gate would have spread it"


def test_rows_that_do_not_fit_are_refused(base: Base) -> None:
    with pytest.raises(ValueError, match="4 stand side by side"):
        said(base, Beside(((4, whole("lora", 4)),)), slice(0, 3))


def test_an_adapter_may_have_another_name_for_a_while(base: Base, tmp_path: Path) -> None:
    bank = base.bank
    before, order = said(base, whole("lora", 1), slice(0, 1)), set(bank.names)
    with bank.called("lora", "other"):
        assert "lora" not in bank.names
        assert torch.equal(said(base, whole("other", 1), slice(0, 1)), before)
    assert set(bank.names) == order
    assert torch.equal(said(base, whole("lora", 1), slice(0, 1)), before)
