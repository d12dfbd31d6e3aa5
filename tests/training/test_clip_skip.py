"""Training on another layer of the text encoder: the layer, the cache, the header, the drawing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from castmates.adapters.file import load
from castmates.core.types import AdapterUse, Shot, Size
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header
from castmates.training.cache import FILE, Cache
from castmates.training.configs.reading import parse
from castmates.training.configs.recipes import recipe_of
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe
from castmates.training.texts import encoded
from tests.training.conftest import PIP

NewRun = Callable[[str], RunFolder]


@pytest.mark.parametrize("most", [75, 150])
def test_the_layer_before_the_last_through_the_final_norm(base: Base, most: int) -> None:
    words = ["pip, a fox", ""]
    encoder = base.text_encoder
    ids = base.tokenizer(
        words, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
    ).input_ids
    inner = getattr(encoder, "text_model", encoder)
    layers = encoder(ids, output_hidden_states=True).hidden_states
    ours = base.encode_text(words, most, 2)
    wanted = inner.final_layer_norm(layers[-2])
    assert torch.equal(ours[:, :76], wanted[:, :76])
    assert not torch.allclose(ours, base.encode_text(words, most), atol=1e-3)
    assert torch.equal(base.encode_text(words, most, 1), base.encode_text(words, most))


def test_the_cache_knows_the_layer(base: Base, tmp_path: Path) -> None:
    for skip in (None, 2, 1, 2):
        with Cache(tmp_path / FILE) as cache:
            kept = encoded(base, 75, ["pip"], cache, skip).of(["pip"])
        assert torch.equal(kept, base.encode_text(["pip"], 75, skip))
        assert torch.equal(encoded(base, 75, [], cache, skip).of(["pip"]), kept)


@pytest.mark.parametrize("text_rate", [pytest.param(0.0, marks=pytest.mark.slow), 1e-3])
def test_a_recipes_layer_is_the_bases_own(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun, tmp_path: Path, text_rate: float
) -> None:
    """Asked for by the recipe, or stated by the base: the same adapter to the bit."""
    short = recipe.model_copy(update={"text_rate": text_rate, "length": recipe.save_every})
    stating = Path(shutil.copytree(base.path, tmp_path / "stating"))
    (stating / "castmates.toml").write_text("clip_skip = 2\n")
    theirs = train(open_base(stating), items, short, new_run("base"), PIP)[-1]
    asked = short.model_copy(update={"clip_skip": 2})
    ours = train(base, items, asked, new_run("recipe"), PIP)[-1]
    other = train(base, items, short, new_run("other"), PIP)[-1]
    factors = load_file(ours)
    assert all(torch.equal(factors[name], one) for name, one in load_file(theirs).items())
    assert any(not torch.equal(factors[name], one) for name, one in load_file(other).items())
    told = read_header(ours).metadata
    assert (told["ss_clip_skip"], told["modelspec.encoder_layer"]) == ("2", "2")
    assert read_header(other).metadata["ss_clip_skip"] == "1"
    assert base.bank.names == ()


def test_it_is_drawn_as_it_was_trained(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    short = recipe.model_copy(update={"clip_skip": 2, "length": recipe.save_every})
    base.bank.add(load(train(base, items, short, new_run("run"), PIP)[-1], "pip"))
    base.bank.add(replace(base.bank.adapter("pip"), name="bare", metadata={}))
    says_one = {"ss_clip_skip": "1"}
    base.bank.add(replace(base.bank.adapter("pip"), name="one", metadata=says_one))
    try:
        plain = Shot(words="a fox", size=Size(width=64, height=64), steps=1)

        def drawn(*names: str, **more: object) -> int | None:
            uses = tuple(AdapterUse(name=name) for name in names)
            shot = plain.model_copy(update={"adapters": uses, **more})
            [one] = Painter(base).draw([shot])
            return one.shot.clip_skip

        assert drawn("pip") == drawn("pip", "bare") == 2
        assert drawn() == drawn("bare") == drawn("pip", "one") == drawn("pip", clip_skip=1) == 1
        assert drawn("pip", clip_skip=3) == 3
    finally:
        for name in base.bank.names:
            base.bank.remove(name)


def test_configurations_say_it() -> None:
    made = recipe_of(parse('clip_skip = 2\noutput_name = "pip"', "a.toml").settings)
    assert made.recipe.clip_skip == 2
    assert not any(one.key == "clip_skip" for one in made.unable)
    assert recipe_of(parse('output_name = "pip"', "a.toml").settings).recipe.clip_skip is None
