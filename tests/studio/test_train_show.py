"""`castmates train --show-batches`, and plans and runs over buckets and pictures of the class."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.core.errors import BadInput, Unfit
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.files import images
from castmates.files.studio import Studio
from castmates.studio.train import plan_of, show, train
from castmates.studio.train_choice import Wish
from castmates.studio.train_order import Order
from tests.pictures.drawn import folder_of

BUCKETS = (
    "size=64",
    "buckets=true",
    "bucket_smallest=32",
    "bucket_largest=128",
    "bucket_step=16",
    "batch=2",
    "rank=2",
    "visits_per_epoch=none",
)
CONFIG = """
network_dim = 2
optimizer_type = "AdamW"
lr_scheduler = "constant"
resolution = "64"
max_train_steps = 2
train_batch_size = 2
reg_data_dir = "reg"
prior_loss_weight = 0.5
masked_loss = true
enable_bucket = true
min_bucket_reso = 32
max_bucket_reso = 128
bucket_reso_steps = 16
keep_tokens_separator = "|||"
caption_dropout_every_n_epochs = 4
max_token_length = 150
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("tiny") / "base"))


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    """Pip has three pictures of two shapes; the second has a mask."""
    studio = Studio.init(tmp_path / "studio")
    folder = studio.add_character(Character(name="pip", trigger="pip", class_word="fox"))
    folder.pictures_dir.mkdir(exist_ok=True)
    chance = np.random.default_rng(0)
    for number, (height, width) in enumerate(((64, 64), (64, 96), (60, 90)), 1):
        pixels = chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
        images.write_png(folder.picture_path(number), pixels)
        folder.write_caption(number, f"pip, look {number}, snow, red hat")
    images.write_mask(folder.mask_path(2), np.full((64, 96), 128, np.uint8))
    return studio


def order(base: str, *changes: str, name: str | None = "pip", config: Path | None = None) -> Order:
    return Order(name, config, Wish.of(config, set_=changes), base)


def test_batches_are_shown_and_nothing_is_trained(house: Studio, base: str) -> None:
    what = order(base, *BUCKETS, "masked=true", "flip=true", "colour=true")
    found = show(house, what, 3)
    folder = Path(found.folder)
    assert folder == house.path / "batches" / "pip"
    assert len(found.batches) == 3
    assert house.character("pip").runs() == []
    for rows in found.batches:
        shapes = {images.read(folder / row.file).shape for row in rows}
        assert len(shapes) == 1
        for row in rows:
            words = (folder / row.file).with_suffix(".txt").read_text("utf-8")
            assert words == f"{row.caption}\n"
            assert (row.of, row.weight) == ("character", 1.0)
            assert 0 <= row.timestep < 1000
    [sheet] = found.sheets
    assert images.read(Path(sheet)).shape[1] >= 720
    assert show(house, what, 3) == found
    fewer = show(house, what, 1)
    assert sorted(p.name for p in folder.glob("step-*")) == sorted(
        name for row in fewer.batches[0] for name in (row.file, row.file.replace("png", "txt"))
    )
    with pytest.raises(BadInput, match="cannot be shown"):
        show(house, what, -1)


def test_the_verb_shows_batches(house: Studio, base: str) -> None:
    words = ["train", "pip", "--studio", str(house.path), "--base", base, "--show-batches", "1"]
    sets = [part for change in BUCKETS for part in ("--set", change)]
    told = CliRunner().invoke(app, [*words, *sets, "--set", "preservation=true", "--json"])
    assert told.exit_code == 0, told.output
    [rows] = json.loads(told.stdout)["batches"]
    assert [row["of"] for row in rows] == ["character"] * (len(rows) // 2) + ["base"] * (
        len(rows) // 2
    )
    assert all(row["weight"] == 1.0 for row in rows)
    said = CliRunner().invoke(app, [*words, *sets])
    assert "nothing was trained" in said.output
    assert "sheet-1.png" in said.output


def test_the_plan_counts_buckets_windows_and_words(house: Studio, base: str) -> None:
    plain = plan_of(house, order(base, *BUCKETS[5:], "size=64"), probing=False)
    found = plan_of(house, order(base, *BUCKETS), probing=True)
    assert (plain.road.steps_per_epoch, found.road.steps_per_epoch) == (2, 2)
    assert len(found.data()["buckets"]) == 2
    assert found.data()["seconds"] > 0
    many = order(base, *BUCKETS, "random_crop=true", "flip=true", "masked=true")
    more = plan_of(house, many, probing=False)
    assert more.encodings > found.encodings == 3
    assert more.room.caches > found.room.caches
    frozen = plan_of(
        house, order(base, *BUCKETS, "text_encoder=false", "shuffle=false"), probing=False
    )
    assert frozen.room.caches > found.room.caches
    with pytest.raises(Unfit, match="bucket_step=8"):
        plan_of(
            house,
            Order("pip", None, Wish.of(preset="first lora", set_=["bucket_step=12"]), base),
            probing=False,
        )


def test_a_configuration_is_followed_with_its_pictures_of_the_class(
    house: Studio, base: str, tmp_path: Path
) -> None:
    folder_of(tmp_path / "reg" / "1_fox", 2)
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, "utf-8")
    what = order(base, config=config)
    found = plan_of(house, what, probing=False)
    recipe = found.choice.recipe
    assert (recipe.buckets, recipe.bucket_step, recipe.max_tokens) == (True, 16, 150)
    assert (recipe.masked, recipe.prior_weight, recipe.keep_separator) == (True, 0.5, "|||")
    assert recipe.caption_dropout_every == 4
    assert (found.road.images, sum(found.road.regularization)) == (3, 3)
    assert "2 of the class" in found.text()
    assert not {"buckets", "masked", "prior_weight"} & {one.key for one in found.choice.unable}
    rows = [row for batch in show(house, what, 9).batches for row in batch]
    assert {(row.of, row.weight) for row in rows} == {("character", 1.0), ("class", 0.5)}
    done = train(house, what)
    assert [Path(path).name for path in done.adapters] == ["pip.safetensors"]
    assert train(house, what) == done
