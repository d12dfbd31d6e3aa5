"""Steps, epochs and file names are counted as kohya counts them."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.core.units import Duration, epochs, steps
from castmates.training.data import Item
from castmates.training.order import batch_of
from castmates.training.plan import plan, repeated
from castmates.training.recipe import Recipe, preset


def items(count: int, repeats: int = 1) -> list[Item]:
    return [Item(Path(f"{i:04d}.png"), "pip", repeats, f"{i:064x}") for i in range(1, count + 1)]


@pytest.mark.parametrize(
    ("images", "repeats", "batch", "length", "per_epoch", "total"),
    [
        (20, 10, 4, epochs(8), 50, 400),
        (20, 10, 3, epochs(8), 67, 536),
        (7, 1, 4, epochs(3), 2, 6),
        (1, 1, 8, epochs(5), 1, 5),
        (20, 10, 2, steps(250), 100, 250),
    ],
)
def test_the_table_of_steps(
    images: int, repeats: int, batch: int, length: Duration, per_epoch: int, total: int
) -> None:
    road = plan(Recipe(batch=batch, length=length), items(images, repeats))
    assert (road.steps_per_epoch, road.steps) == (per_epoch, total)
    assert sum(road.repeats) == images * repeats


def test_epochs_are_numbered_and_the_last_one_is_plain() -> None:
    road = plan(Recipe(length=epochs(3), batch=2), items(4), "pip")
    assert [(s.file, s.epoch, s.step) for s in road.saves] == [
        ("pip-000001.safetensors", 1, 2),
        ("pip-000002.safetensors", 2, 4),
        ("pip.safetensors", 3, 6),
    ]
    assert "6 steps" in str(road)


def test_every_second_epoch_or_every_so_many_steps_can_be_saved() -> None:
    twos = plan(Recipe(length=epochs(5), save_every=epochs(2), batch=2), items(4), "pip")
    assert [s.file for s in twos.saves][:2] == ["pip-000002.safetensors", "pip-000004.safetensors"]
    tens = plan(Recipe(length=steps(25), save_every=steps(10)), items(4), "pip")
    assert [(s.file, s.epoch) for s in tens.saves] == [
        ("pip-step00000010.safetensors", 5),
        ("pip-step00000020.safetensors", 10),
        ("pip.safetensors", 13),
    ]


@pytest.mark.parametrize(
    ("images", "per_epoch"), [(5, 55), (20, 55), (24, 54), (100, 50), (400, 100)]
)
def test_the_storybook_preset_aims_at_55_steps_an_epoch(images: int, per_epoch: int) -> None:
    assert plan(preset("storybook"), items(images)).steps_per_epoch == per_epoch


def test_own_repeats_stay_as_proportions() -> None:
    pair = [items(1)[0], items(1, 3)[0]]
    assert [i.repeats for i in repeated(pair, Recipe(visits_per_epoch=40))] == [10, 30]


def test_no_pictures_is_refused() -> None:
    with pytest.raises(BadInput, match="no picture"):
        plan(Recipe(), [])


def test_equal_repeats_of_a_kohya_folder_do_not_lengthen_an_epoch_that_was_asked_for() -> None:
    assert repeated(items(20, repeats=15), Recipe(visits_per_epoch=220))[0].repeats == 11
    mixed = [*items(1, repeats=16), *items(1, repeats=8), *items(1, repeats=4)]
    assert [i.repeats for i in repeated(mixed, Recipe(visits_per_epoch=70))] == [40, 20, 10]


def test_an_epoch_visits_every_picture_as_often_as_its_repeats_and_counts_the_visits() -> None:
    repeats, seen = (2, 1, 3), []
    for step in range(6):  # two epochs of six visits, batches of two
        seen += [(v.item, v.count) for v in batch_of(repeats, 7, 2, step)]
    assert sorted(seen) == sorted((i, n) for i, r in enumerate(repeats) for n in range(2 * r))
    assert [v.item for v in batch_of(repeats, 7, 6, 0)] != [
        v.item for v in batch_of(repeats, 8, 6, 0)
    ]


def test_a_short_last_batch_stays_short() -> None:
    assert [len(batch_of((5,), 0, 2, step)) for step in range(4)] == [2, 2, 1, 2]
