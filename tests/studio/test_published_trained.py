"""Published recipes and posted configurations, trained from end to end on a few real pictures."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from castmates.adapters.file import load
from castmates.files.settings import load as load_recipe
from castmates.files.studio import RunFolder, Studio
from castmates.files.tensors import read_header, tensor_hash
from castmates.studio.init import init
from castmates.studio.new import new
from castmates.studio.train import Trained, train
from castmates.studio.train_choice import Wish
from castmates.studio.train_order import Order
from castmates.training.recipe import Recipe

PICTURES = sorted((Path(__file__).parents[2] / "examples" / "pip").glob("*.png"))[:4]
POSTED = Path(__file__).parents[1] / "training" / "configs" / "posted"
PRESETS = [
    ("likeness 42", 1),
    ("flexible loha", 1),
    ("first lora", 1),
    ("two-stage composites", 1),
    ("two-stage composites", 2),
    ("auto", 1),
]


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    album = tmp_path / "album"
    album.mkdir()
    for number, path in enumerate(PICTURES):
        shutil.copy(path, album)
        words = f"pip, 1girl, solo, look {number}, full body, forest"
        (album / path.name).with_suffix(".txt").write_text(words, "utf-8")
    studio = init(tmp_path / "studio")
    new(studio, "pip", [album])
    return studio


def demand_adapters(done: Trained, kind: str) -> None:
    """Every save is a whole adapter of the kind asked for."""
    for path in done.adapters:
        assert load(Path(path)).factors, path
        keys = read_header(Path(path)).shapes
        own = {"loha": ".hada_w1_a", "lora": ".lora_down.weight"}[kind]
        assert any(key.endswith(own) for key in keys), path
    assert (Path(done.run) / "pip.safetensors").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("preset", "stage"), PRESETS)
def test_a_published_recipe_trains(house: Studio, preset: str, stage: int) -> None:
    short = ("length=2 steps", "save_every=1 steps")
    first = train(house, Order("pip", None, Wish.of(preset=preset, set_=short)))
    if stage > 1:
        wish = Wish.of(preset=preset, set_=short, stage=stage)
        second = train(house, Order("pip", None, wish))
        assert second.run != first.run
        begun = load_recipe(RunFolder(Path(second.run)).recipe, Recipe).start_from
        assert begun == tensor_hash(Path(first.adapters[-1]))
        first = second
    demand_adapters(first, "loha" if "loha" in preset or "composites" in preset else "lora")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("composites.toml", "loha"),
        ("flexible.txt", "loha"),
        ("likeness.json", "lora"),
        ("easy.toml", "lora"),
    ],
)
def test_a_posted_configuration_trains(house: Studio, file: str, kind: str) -> None:
    short = ("length=2 steps", "save_every=1 steps", "size=128x128", "bucket_smallest=64")
    config = POSTED / file
    done = train(house, Order("pip", config, Wish.of(config, set_=short)))
    demand_adapters(done, kind)
