"""Every kind that can be trained as a file: LyCORIS's names, and the same drawing with it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from castmates.adapters.card import describe
from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.factors import Adapter
from castmates.adapters.file import load, save
from castmates.adapters.lora import Ranks
from castmates.adapters.makers import Wanted, fresh
from castmates.core.errors import BadInput, Unfit
from castmates.families.base import Base
from castmates.files.tensors import read_header

RANKS = Ranks(2, 1.0, 2, 1.0)
KINDS = {
    "loha": Wanted(RANKS, "loha"),
    "lokr": Wanted(RANKS, "lokr", factor=4),
    "lokr of two pairs": Wanted(RANKS, "lokr", decompose_both=True),
    "lokr of two matrices": Wanted(RANKS, "lokr", full_matrix=True),
    "dora": Wanted(RANKS, "lora", dora=True),
    "dora of a loha": Wanted(RANKS, "loha", dora=True),
}


def learned(base: Base, wanted: Wanted) -> Adapter:
    """A fresh adapter whose numbers have all moved a little."""
    numbers = torch.Generator().manual_seed(1)
    made = fresh(base.bank, "pip", wanted)
    native = {
        layer: share.mapped(lambda part: part + 0.1 * torch.randn(part.shape, generator=numbers))
        for layer, share in made.native.items()
    }
    return replace(made, native=native)


def drawn(base: Base, name: str) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    with torch.no_grad(), base.bank.rows([{name: 1.0}, {name: 0.4}]):
        text = base.encode_text(["a fox", "a girl"])
        return text, base.denoise(x, torch.tensor([900, 20]), text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_one_changes_nothing(base: Base, kind: str) -> None:
    base.bank.add(fresh(base.bank, "pip", KINDS[kind]))
    x, t, text = torch.randn(1, 4, 8, 8), torch.tensor([3]), base.encode_text(["a"])
    plain = base.denoise(x, t, text)
    with base.bank.rows([{"pip": 1.0}]):
        torch.testing.assert_close(base.denoise(x, t, text), plain, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_read_back_it_draws_as_it_was_trained(base: Base, tmp_path: Path, kind: str) -> None:
    made = learned(base, KINDS[kind])
    save(tmp_path / "whole.safetensors", made, {}, torch.float32)
    save(tmp_path / "half.safetensors", made, {})
    base.bank.add(made)
    for path in sorted(tmp_path.iterdir()):
        base.bank.add(load(path))
    (text, wanted), plain = drawn(base, "pip"), drawn(base, "pip")
    for name, close in (("whole", 2e-5), ("half", 2e-2)):
        seen = drawn(base, name)
        assert float((seen[0] - text).abs().max()) < close
        assert float((seen[1] - wanted).abs().max()) < close
    base.bank.eject()
    base.bank.add(fresh(base.bank, "pip", KINDS[kind]))
    assert float((drawn(base, "pip")[1] - plain[1]).abs().max()) > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_lycoris_own(base: Base, tmp_path: Path, kind: str) -> None:
    made, path = learned(base, KINDS[kind]), tmp_path / "pip.safetensors"
    save(path, made, {"ss_network_args": '{"factor": "4", "algo": "other"}'})
    header = read_header(path)
    assert set(header.shapes) == {
        f"{layer}.{part}" for layer, s in made.native.items() for part in (*s.parts, "alpha")
    }
    told = header.metadata
    assert (told["ss_network_module"], told["ss_network_dim"]) == ("lycoris.kohya", "2")
    said = json.loads(told["ss_network_args"])
    form = KINDS[kind].kind
    assert said["algo"] == ("locon" if form == "lora" else form)
    assert (said["conv_dim"], said["factor"]) == ("2", "4")
    assert ("dora_wd" in said) == KINDS[kind].dora
    card = describe(path)
    assert (card.dialect, card.kind) == ("lycoris", "dora" if KINDS[kind].dora else form)
    assert card.problems == ()
    assert card.modules == len(made.native)


def test_a_copy_of_what_learns_does_not_move(base: Base) -> None:
    base.bank.add(learned(base, KINDS["loha"]))
    parameters = base.bank.train_one("pip")
    kept = base.bank.adapter("pip")
    with torch.no_grad():
        for parameter in parameters:
            parameter.zero_()
    assert all(share.delta().any() for share in kept.native.values())
    assert not any(share.is_trained for share in kept.native.values())


def test_a_dora_that_does_not_fit_or_is_broken_is_told(base: Base, tmp_path: Path) -> None:
    made, path = learned(base, KINDS["dora"]), tmp_path / "pip.safetensors"
    layer, share = next(iter(made.native.items()))
    wrong = replace(share, parts={**share.parts, MAGNITUDE: torch.ones(3, 1)})
    with pytest.raises(Unfit, match="have other shapes"):
        base.bank.add(replace(made, native={layer: wrong}))
    parts = {k: v for k, v in share.parts.items() if "up" not in k}
    save(path, replace(made, native={layer: replace(share, parts=parts)}))
    with pytest.raises(BadInput, match="do not belong together"):
        load(path)
