"""Tags are true: what is hidden is not said, and what is said is in the pixels."""

from typing import Any

import numpy as np
import pytest

from storybook.world import EXAMPLE, QUIET, WIDE, Character, draw, sample, tags_of
from storybook.world.figure import Figure
from storybook.world.pen import Pen
from storybook.world.tables import Colour, colour, colours, cover_of
from storybook.world.values import Act, Framed

SIZE = 256
GIRL = Character("girl", "pale", "blue", "dress", "red", hair="bob cut", hair_colour="black")
BOY = Character("boy", "tan", "green", "hoodie", "blue", hair="spiky hair", hair_colour="red")
MARKED = Character(
    "cat", "grey", "red", "shirt", "green", marks=(("eyepatch", ""), ("scarf", "red"))
)
STILL: dict[str, Any] = {
    "pose": "standing",
    "framing": "full body",
    "prop": None,
    "hat": None,
    "light": "day",
}


def _one(character: Character, **fixed: str | None) -> dict[str, str]:
    return tags_of(sample(1, QUIET, [character], **fixed))


def test_from_behind_there_is_no_face() -> None:
    slots = _one(MARKED, view="from behind", framing="full body")
    assert not {"eyes", "expression", "mark_eyepatch"} & set(slots)
    assert slots["mark_scarf"] == "red scarf"
    assert slots["view"] == "from behind"


def test_closed_eyes_have_no_colour() -> None:
    assert "eyes" not in _one(GIRL, expression="closed eyes", view="from front")
    assert _one(GIRL, expression="smile", view="from front")["eyes"] == "blue eyes"


def test_a_patch_hides_the_only_eye_of_a_profile() -> None:
    assert "eyes" not in _one(MARKED, view="from side", expression="smile")
    assert "eyes" in _one(MARKED, view="from front", expression="smile")


def test_short_cuts_are_alike_from_behind() -> None:
    slots = _one(BOY, view="from behind", framing="full body")
    assert "hair" not in slots
    assert slots["hair_colour"] == "red hair"
    assert _one(GIRL, view="from behind", framing="full body")["hair"] == "bob cut"


def test_a_close_up_shows_no_outfit_no_pose_and_no_prop() -> None:
    slots = _one(GIRL, framing="close-up", pose="sitting", prop="apple")
    assert not {"outfit", "outfit_colour", "pose", "prop"} & set(slots)


def test_an_upper_body_shows_raised_arms_but_no_legs() -> None:
    assert _one(GIRL, framing="upper body", pose="waving", prop=None)["pose"] == "waving"
    assert "pose" not in _one(GIRL, framing="upper body", pose="running", prop=None)


def test_light_is_only_said_where_it_differs() -> None:
    assert _one(GIRL, scene="forest", light="night")["light"] == "night"
    assert "light" not in _one(GIRL, scene="space", light="night")
    assert "light" not in _one(GIRL, scene="white background")


def test_two_characters_have_slots_of_their_own() -> None:
    spec = sample(1, QUIET, [GIRL, MARKED], view="from front", framing="full body")
    slots = tags_of(spec)
    assert slots["count"] == "2 characters"
    assert slots["left kind"] == "girl"
    assert slots["right kind"] == "cat"
    assert slots["left outfit_colour"] == "red dress"


def test_a_cast_says_its_own_words() -> None:
    slots = tags_of(sample(1, QUIET, [EXAMPLE["pip"]], view="from front", framing="full body"))
    assert slots["hair"] == "afro puffs"
    assert slots["hair_colour"] == "two-tone hair"
    behind = tags_of(sample(1, QUIET, [EXAMPLE["pip"]], view="from behind", framing="full body"))
    assert "sign" not in behind


def _pixel(spec: Framed, across: float, down: float) -> Colour:
    """The colour at a point in head radii from the middle of the head."""
    place = spec.places[0]
    x = round((place.x + across * place.radius) * SIZE)
    y = round((place.y + down * place.radius) * SIZE)
    red, green, blue = (int(value) for value in draw(spec, SIZE).image[y, x])
    return (red, green, blue)


def _nearest(seen: Colour, family: str) -> str:
    def distance(name: str) -> float:
        return float(np.abs(np.subtract(colour(family, name), seen)).sum())

    return min(colours(family), key=distance)


@pytest.mark.parametrize("style", ["flat color", "ink outline"])
def test_the_outfit_has_the_colour_that_is_said(style: str) -> None:
    for seed in range(120):
        spec = sample(seed, view="from front", style=style, **STILL)
        if len(spec.characters) == 1:
            seen = _nearest(_pixel(spec, -0.1, 1.26), "outfit")
            assert f"{seen} {spec.characters[0].outfit}" == tags_of(spec)["outfit_colour"]


def test_the_eyes_have_the_colour_that_is_said() -> None:
    for seed in range(160):
        spec = sample(seed, view="from front", expression="smile", **STILL)
        if len(spec.characters) == 1 and spec.characters[0].kind != "robot":
            seen = _nearest(_pixel(spec, 0.43 + 0.155, 0.08), "eyes")
            assert f"{seen} eyes" == tags_of(spec)["eyes"], seed


def test_the_fur_has_the_colour_that_is_said() -> None:
    for seed in range(160):
        spec = sample(seed, view="from front", expression="smile", **STILL)
        one = spec.characters[0]
        if len(spec.characters) == 1 and cover_of(one.kind) == "fur" and not one.wears("eyepatch"):
            assert f"{_nearest(_pixel(spec, 0.0, -0.25), 'fur')} fur" == tags_of(spec)["skin"]


def test_night_is_darker_than_day() -> None:
    for scene in ("forest", "beach", "snow", "city", "castle", "meadow", "desert"):
        day = draw(sample(5, scene=scene, light="day", style="flat color"))
        night = draw(sample(5, scene=scene, light="night", style="flat color"))
        assert night.image.mean() < day.image.mean() - 20


def test_each_thing_that_is_said_changes_the_picture() -> None:
    base = {**STILL, "view": "from front", "expression": "smile", "scene": "white background"}
    plain = draw(sample(1, QUIET, [GIRL], **base)).image
    for key, word in (
        *(("hat", hat) for hat in ("christmas hat", "cowboy hat", "crown", "witch hat", "beanie")),
        *(("prop", prop) for prop in ("red balloon", "blue book", "apple", "lantern")),
        *(("expression", word) for word in ("open mouth", "sad", "surprised", "angry")),
        *(("pose", pose) for pose in ("waving", "arms up", "sitting", "running", "jumping")),
        *(("view", view) for view in ("three-quarter view", "from side", "from behind")),
    ):
        other = draw(sample(1, QUIET, [GIRL], **{**base, key: word})).image
        assert (np.abs(other.astype(int) - plain).max(axis=2) > 40).sum() > 40, word


def test_a_figure_knows_its_colours() -> None:
    figure = Figure(Pen(None, "flat color"), MARKED, Act())
    assert figure.animal
    assert figure.mark("scarf") == colour("outfit", "red")
    assert figure.mark("bow") is None
    assert WIDE.jitter > QUIET.jitter
