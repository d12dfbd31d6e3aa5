"""What every row of every step shows and reads, and that plain recipes see what they always saw."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.training.buckets import counted
from castmates.training.counting import regularization_repeats
from castmates.training.data import Item
from castmates.training.looks import Look, Looks
from castmates.training.order import batch_of
from castmates.training.plan import plan, repeated
from castmates.training.recipe import Recipe, changed
from castmates.training.seeding import chance_of
from castmates.training.views import View, fits_of, views_of
from tests.training.test_captions import as_first_written

PIP = Character(name="pip", trigger="pip", class_word="fox")
SIZES = ((64, 64), (96, 64), (64, 96), (100, 65), (128, 40), (60, 60), (66, 99))
BUCKETS = Recipe.model_validate(
    {
        "size": "64",
        "batch": 3,
        "seed": 5,
        "buckets": True,
        "bucket_smallest": 32,
        "bucket_largest": 128,
        "bucket_step": 16,
    }
)


def pictures(*repeats: int) -> list[Item]:
    """Pictures of many shapes; nothing is read of them."""
    return [
        Item(Path(f"{n}.png"), f"pip, 1fox, solo, look {n}, snow", times, f"{n:064x}", SIZES[n % 7])
        for n, times in enumerate(repeats)
    ]


def looks_of(recipe: Recipe, items: list[Item]) -> Looks:
    shown = repeated(items, recipe)
    road = plan(recipe, items, native=64)
    return Looks.of(shown, views_of(shown, recipe, 64), recipe, road.steps, PIP)


def epoch(looks: Looks, number: int) -> list[tuple[Look, ...]]:
    per = looks.order.per_epoch
    return [looks.at(step) for step in range(number * per, (number + 1) * per)]


def test_batches_of_buckets_never_mix_shapes_and_an_epoch_visits_all_as_often_as_said() -> None:
    items = pictures(3, 1, 4, 2, 1, 5, 2)
    looks = looks_of(BUCKETS, items)
    for number in range(3):
        steps = epoch(looks, number)
        assert all(len({look.view.size for look in rows}) == 1 for rows in steps)
        seen = Counter(look.item.digest for rows in steps for look in rows)
        assert seen == {item.digest: item.repeats for item in items}
        turns = sorted(look.count for rows in steps for look in rows if look.item == items[5])
        assert turns == list(range(number * 5, number * 5 + 5))


def test_the_plan_counts_the_batches_of_every_bucket_as_kohya_does() -> None:
    items = pictures(3, 1, 4, 2, 1, 5, 2)
    road = plan(BUCKETS, items, native=64)
    inside = counted(fits_of(items, BUCKETS, 64), [item.repeats for item in items])
    assert road.steps_per_epoch == sum(-(-visits // 3) for visits in inside.values())
    assert road.steps_per_epoch == looks_of(BUCKETS, items).order.per_epoch
    assert road.steps_per_epoch > plan(changed(BUCKETS, {"buckets": False}), items).steps_per_epoch
    assert dict(road.buckets) == inside
    assert f"in {len(inside)} buckets" in str(road)


def test_a_step_does_not_depend_on_the_steps_before() -> None:
    """So a run that goes on after a stop sees what it would have seen."""
    recipe = changed(BUCKETS, {"random_crop": True, "flip": True, "colour": True})
    items = pictures(3, 1, 4, 2)
    whole = [looks_of(recipe, items).at(step) for step in range(20)]
    late = looks_of(recipe, items)
    assert [late.at(step) for step in reversed(range(20))] == whole[::-1]
    other = looks_of(changed(recipe, {"seed": 6}), items)
    assert [other.at(step) for step in range(20)] != whole


def test_a_plain_recipe_sees_and_reads_what_it_always_did() -> None:
    """The rules as runs followed them before buckets, windows and the rest were there."""
    recipe = Recipe.model_validate({"size": "64", "batch": 2, "flip": True, "seed": 3})
    items = pictures(2, 1, 3)
    repeats = tuple(item.repeats for item in items)
    looks = looks_of(recipe, items)
    for step in range(12):
        rows = looks.at(step)
        visits = batch_of(repeats, 3, 2, step)
        assert [(r.item, r.count) for r in rows] == [(items[v.item], v.count) for v in visits]
        for row in rows:
            place = (row.item.digest, row.count)
            mirrored = chance_of(3, "side", *place).randrange(2) == 1
            assert row.view == View((64, 64), mirrored=mirrored)
            chance = chance_of(3, "words", *place)
            assert row.words == as_first_written(row.item.caption, recipe, chance)
            assert (row.weight, row.preserved, row.twin) == (1.0, False, False)


def test_every_window_and_side_is_looked_at_and_depends_on_the_picture() -> None:
    recipe = changed(BUCKETS, {"random_crop": True, "flip": True, "crop_windows": 3})
    item = replace(pictures(600)[0], size=(64, 100))
    looks = looks_of(changed(recipe, {"buckets": False}), [item])
    assert len(set(looks.shown())) == 6
    seen = Counter(look.view for rows in epoch(looks, 0) for look in rows)
    assert set(seen) == {view for _, view in looks.shown()}
    assert min(seen.values()) > 60


def test_pictures_of_the_class_are_looked_at_as_often_as_all_others() -> None:
    own, of_class = pictures(4, 3), [replace(i, regularization=True) for i in pictures(1, 1, 2)[1:]]
    recipe = changed(BUCKETS, {"prior_weight": 0.25, "batch": 1})
    shown = repeated([*own, *of_class], recipe)
    assert [i.repeats for i in shown] == [4, 3, *regularization_repeats([1, 2], 7)]
    looks = looks_of(recipe, [*own, *of_class])
    weights = Counter(look.weight for rows in epoch(looks, 0) for look in rows)
    assert weights == {1.0: 7, 0.25: 7}
    road = plan(recipe, [*own, *of_class], native=64)
    assert (road.images, road.regularization) == (2, (3, 4))
    kept = looks_of(changed(recipe, {"preservation": True}), [*own, *of_class])
    rows = [look for step in epoch(kept, 0) for look in step]
    assert all(look.preserved == look.item.regularization and not look.twin for look in rows)


def test_surplus_pictures_of_the_class_are_left_out() -> None:
    of_class = [replace(item, regularization=True) for item in pictures(2, 2, 2)]
    shown = repeated([*pictures(3), *of_class], BUCKETS)
    assert [(i.regularization, i.repeats) for i in shown] == [(False, 3), (True, 2), (True, 2)]


def test_without_such_pictures_each_look_is_repeated_under_the_words_of_the_class() -> None:
    recipe = changed(BUCKETS, {"preservation": True, "prior_weight": 0.5, "caption_dropout": 0})
    for rows in epoch(looks_of(recipe, pictures(3, 2)), 0):
        own, twins = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        assert [(a.item, a.count, a.view, a.tint) for a in own] == [
            (b.item, b.count, b.view, b.tint) for b in twins
        ]
        assert all(
            b.words == a.words.replace("pip", "fox") for a, b in zip(own, twins, strict=True)
        )
        assert {a.weight for a in own} == {2.0}
        assert {(b.weight, b.preserved, b.twin) for b in twins} == {(1.0, True, True)}


def test_in_every_second_epoch_there_are_no_words() -> None:
    recipe = changed(BUCKETS, {"caption_dropout_every": 2, "caption_dropout": 0})
    looks = looks_of(recipe, pictures(2, 3))
    for number in range(4):
        empty = {look.words == "" for rows in epoch(looks, number) for look in rows}
        assert empty == {number % 2 == 1}


def test_more_tags_are_read_as_steps_go_by() -> None:
    recipe = Recipe.model_validate(
        {
            "batch": 1,
            "length": "10 epochs",
            "tag_warmup_steps": 0.5,
            "tag_dropout": 0,
            "caption_dropout": 0,
        }
    )
    looks = looks_of(recipe, pictures(4))
    counts = [looks.at(step)[0].words.count(",") for step in range(40)]
    assert counts == sorted(counts)
    assert (counts[0], counts[19], counts[20]) == (1, 3, 4)


@pytest.mark.parametrize("variants", [1, 3])
def test_a_caption_is_read_in_so_many_ways_at_most(variants: int) -> None:
    recipe = Recipe(batch=1, caption_variants=variants, caption_dropout=0)
    item = replace(pictures(50)[0], caption=", ".join(f"tag {n}" for n in range(12)))
    rows = [look for step in epoch(looks_of(recipe, [item]), 0) for look in step]
    by_turn = {look.count % variants: look.words for look in rows}
    assert all(look.words == by_turn[look.count % variants] for look in rows)
    assert len(set(by_turn.values())) == variants
