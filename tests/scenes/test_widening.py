"""Where there is room for a window each, and where everybody stands then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from castmates.core.types import Size
from castmates.scenes.reading import scene_of
from castmates.scenes.staging import Course, Player, Staged, placed_shot, staged
from castmates.scenes.widening import widened_scene
from castmates.scenes.wording import Told, wording_for

NATIVE = Size(width=128, height=128)
THREE = "{bolt} in the middle, {moss} on the left, {pip} on the right, forest"


def on_stage(prompt: str = THREE, size: Size | None = None, **changes: Any) -> Staged:
    scene = scene_of(prompt)
    boxes = changes.pop("boxes", (None,) * len(scene.figure))
    figures = tuple(
        figure.model_copy(update={"box": box})
        for figure, box in zip(scene.figure, boxes, strict=True)
    )
    players = [Player(one.name, Told("fox", (one.name,))) for one in figures]
    scene = scene.model_copy(update={"figure": figures, **changes})
    course = Course({} if size is None else {"size": size})
    return staged(scene, players, wording_for("storybook"), course)


def test_an_open_size_becomes_as_wide_as_it_must() -> None:
    for count, width in ((2, 208), (3, 288), (4, 368)):
        prompt = ", ".join(f"{{p{i}}}" for i in range(count)) + ", forest"
        at = widened_scene(on_stage(prompt), NATIVE, 8)
        assert at is not None
        assert at.course.settings["size"] == Size(width=width, height=128)


def test_everybody_stands_in_the_middle_of_a_window_in_the_order_of_the_words() -> None:
    at = widened_scene(on_stage(), NATIVE, 8)
    assert at is not None
    middles = [(box[0] + box[2]) / 2 * 288 for box in at.boxes]
    assert middles == pytest.approx([144, 64, 224])
    assert at.stands[0].box[1] == on_stage().stands[0].box[1]


def test_each_window_is_told_of_nobody_else() -> None:
    at = widened_scene(on_stage(), NATIVE, 8)
    assert at is not None
    places = placed_shot(at, 5, "windows").places
    assert places is not None
    assert places.blending == "windows"
    assert [one.words for one in places.regions] == list(at.texts.alone)
    assert "solo" in places.regions[0].words


def test_a_size_that_is_said_stays() -> None:
    at = widened_scene(on_stage(size=Size(width=320, height=144)), NATIVE, 8)
    assert at is not None
    assert at.course.settings["size"] == Size(width=320, height=144)
    wrong = [(128, 128), (192, 128), (400, 128), (288, 208)]
    for width, height in wrong:
        assert widened_scene(on_stage(size=Size(width=width, height=height)), NATIVE, 8) is None


def test_own_boxes_stay_where_they_leave_room() -> None:
    two = "{pip}, {moss}, forest"
    apart = ((0.1, 0.2, 0.5, 1.0), (0.5, 0.2, 0.9, 1.0))
    at = widened_scene(on_stage(two, boxes=apart), NATIVE, 8)
    assert at is not None
    assert at.boxes == list(apart)
    near = ((0.3, 0.0, 0.5, 1.0), (0.4, 0.0, 0.6, 1.0))
    assert widened_scene(on_stage(two, boxes=near), NATIVE, 8) is None


def test_there_is_no_room_for_depth_masks_or_somebody_alone() -> None:
    assert widened_scene(on_stage("{pip} behind, {moss}, forest"), NATIVE, 8) is None
    assert widened_scene(on_stage("{pip}, forest"), NATIVE, 8) is None
    assert widened_scene(on_stage(places="found"), NATIVE, 8) is None
    assert widened_scene(replace(on_stage(), masks=("a", "", "")), NATIVE, 8) is None
