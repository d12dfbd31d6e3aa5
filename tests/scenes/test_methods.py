"""Who is found where, and what the shots of each way are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from castmates.core.ports import Found, Pixels
from castmates.core.types import AdapterUse
from castmates.drawing.sources import Sources
from castmates.scenes.cutting import widened
from castmates.scenes.methods import found_figures, laid_out
from castmates.scenes.reading import scene_of
from castmates.scenes.staging import (
    Course,
    Player,
    Staged,
    layout_shot,
    placed_shot,
    plain_shot,
    refining_shot,
    staged,
)
from castmates.scenes.wording import Told, wording_for


class Placed:
    """A finder that says what it was told to."""

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = boxes

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        return [[Found(box, 0.9) for box in self.boxes] for _ in pictures]


def on_stage(prompt: str = "{pip} on the right waving, {moss} behind, forest") -> Staged:
    players = [
        Player("pip", Told("girl", ("pip",), ("waving",)), AdapterUse(name="pip", strength=0.8)),
        Player("moss", Told("fox", ("moss",)), None, negative=("dark",)),
    ]
    course = Course({"steps": 4}, begins=0.1)
    return staged(scene_of(prompt), players, wording_for("storybook"), course)


def test_shots_of_every_way() -> None:
    at = on_stage()
    plain = plain_shot(at, 5)
    assert (plain.seed, plain.steps, plain.negative) == (5, 4, "dark")
    assert [use.name for use in plain.adapters] == ["pip"]
    assert layout_shot(at, 5).adapters == ()
    assert "pip" not in layout_shot(at, 5).words
    placed = placed_shot(at, 5)
    assert placed.places is not None
    pip, moss = placed.places.regions
    assert (pip.adapters[0].strength, moss.adapters) == (0.8, ())
    assert "right: girl, pip, waving" in pip.words
    assert moss.layer < pip.layer
    assert placed.words == layout_shot(at, 5).words
    apart = placed_shot(at, 5, "noise").places
    assert apart is not None
    assert (apart.begins, apart.base_share) == (0.1, 0.0)
    refining = refining_shot(at, 0, "p", "m", 6, 128)
    assert refining.words.startswith("pip, 1girl, solo, waving")


def test_the_found_are_paired_with_the_nearest_place() -> None:
    at, picture = on_stage(), np.zeros((100, 100, 3), np.uint8)
    finder = Placed((2.0, 20.0, 40.0, 100.0), (55.0, 20.0, 95.0, 100.0))
    pip, moss = found_figures(at, picture, finder)
    assert pip is not None
    assert moss is not None
    assert (pip.box[0], moss.box[0]) == (55.0, 2.0)
    alone = found_figures(at, picture, Placed((55.0, 20.0, 95.0, 100.0)))
    assert alone[0] is not None
    assert alone[1] is None
    assert found_figures(at, picture, Placed()) == [None, None]


def test_who_is_not_found_keeps_its_box() -> None:
    at, picture = on_stage(), np.zeros((128, 128, 3), np.uint8)
    moved, held = laid_out(at, picture, Placed((70.0, 30.0, 120.0, 128.0)), Sources())
    assert moved.stands[0].box[0] == 70 / 128
    assert moved.stands[1].box == at.stands[1].box
    assert set(moved.masks) == set(held.masks)
    assert placed_shot(moved, 0).places is not None


def test_masks_are_widened_on_all_sides() -> None:
    mask = np.zeros((64, 64), bool)
    mask[30:34, 30:34] = True
    grown = widened(mask)
    assert grown[28:36, 28:36].all()
    assert grown.sum() == 64
