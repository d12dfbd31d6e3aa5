"""The casts: outside the training range, apart from each other, drawable in every act."""

from itertools import combinations

import numpy as np
import pytest

from storybook.world import (
    DEVELOPMENT,
    EVALUATION,
    EXAMPLE,
    QUIET,
    WIDE,
    Character,
    draw,
    named_character,
    sample,
    vocabulary,
)
from storybook.world.characters import named_count
from storybook.world.tables import colours, cover_of, table

EVERYONE = {**EXAMPLE, **DEVELOPMENT, **EVALUATION}
FIXED = {"framing": "full body", "view": "from front", "pose": "standing", "style": "flat color"}


def _beyond(character: Character) -> list[str]:
    """Return which fields of a character no training picture shows."""
    words = vocabulary()
    facts = table("looks")["kinds"][character.kind]
    fields = {
        "cover": character.cover not in colours(cover_of(character.kind)),
        "eyes": character.eyes not in colours("eyes"),
        "hair": bool(character.hair) and character.hair not in words["hair"],
        "hair_colour": bool(character.hair) and character.hair_colour not in colours("hair"),
        "outfit": character.outfit not in facts["outfits"],
        "outfit_colour": character.outfit_colour not in colours("outfit"),
        "antenna": character.antenna != "ball",
    }
    extras = ("hair_second", "pattern", "cape", "sign", "ears", "outfit_second")
    fields |= {name: bool(getattr(character, name)) for name in extras}
    return [name for name, is_beyond in fields.items() if is_beyond]


def test_the_casts_are_as_large_as_said() -> None:
    assert (len(EXAMPLE), len(DEVELOPMENT), len(EVALUATION)) == (3, 4, 8)
    assert {one.kind for one in EXAMPLE.values()} == {"girl", "fox", "robot"}
    assert len(EVERYONE) == 15


@pytest.mark.parametrize("character", EVERYONE.values(), ids=list(EVERYONE))
def test_a_cast_character_is_far_outside_the_training_range(character: Character) -> None:
    assert len(_beyond(character)) >= 3


def test_no_training_character_leaves_the_range() -> None:
    named = [named_character(index) for index in range(named_count())]
    sampled = [one for seed in range(2000) for one in sample(seed, WIDE).characters]
    assert not any(_beyond(character) for character in named + sampled)


def test_names_belong_to_one_only() -> None:
    named = {named_character(index).name for index in range(named_count())}
    words = {word for tags in vocabulary().values() for tag in tags for word in tag.split()}
    assert not named & set(EVERYONE)
    assert not words & (named | set(EVERYONE))


@pytest.mark.parametrize("character", EVERYONE.values(), ids=list(EVERYONE))
def test_looks_are_outfit_and_what_is_pruned(character: Character) -> None:
    assert character.trigger == character.name
    assert character.class_word == character.kind
    assert set(character.prune) < set(character.looks)
    assert len(character.looks) == len(character.prune) + 1
    assert character.looks[-1].endswith(character.outfit)


def test_no_two_of_them_look_alike() -> None:
    drawn = {
        name: draw(sample(5, QUIET, [one], scene="white background", hat=None, prop=None, **FIXED))
        for name, one in EVERYONE.items()
    }
    for one, other in combinations(drawn, 2):
        apart = np.abs(drawn[one].image.astype(int) - drawn[other].image).mean()
        assert apart > 8, (one, other)


@pytest.mark.parametrize("character", EVERYONE.values(), ids=list(EVERYONE))
def test_every_act_can_be_drawn(character: Character) -> None:
    acts = table("acts")
    for key, words in (("pose", acts["poses"]), ("view", acts["views"]), ("hat", acts["hats"])):
        for word in words:
            picture = draw(sample(1, WIDE, [character], **{key: word}), 64)
            assert picture.boxes[0][2] > picture.boxes[0][0]


@pytest.mark.parametrize("view", ["from front", "from side", "from behind"])
def test_a_swirl_is_seen_from_everywhere(view: str) -> None:
    swirl = EVALUATION["kestrel"]
    fixed = {**FIXED, "view": view, "hat": None, "prop": None, "scene": "white background"}
    top = draw(sample(1, QUIET, [swirl], **fixed)).boxes[0][1]
    place = sample(1, QUIET, [swirl], **fixed).places[0]
    assert (place.y - top) / place.radius > 1.6
