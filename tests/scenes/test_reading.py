"""Scenes as one line."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput
from castmates.files import settings
from castmates.scenes.reading import parted, scene_of
from castmates.scenes.scene import Figure, Scene


def test_the_line_of_the_docs() -> None:
    scene = scene_of("{sasha} on the left hugging {theo}, snowy forest")
    assert scene.background == "snowy forest"
    assert scene.figure == (
        Figure(name="sasha", place="left", action="hugging"),
        Figure(name="theo"),
    )
    assert scene.setting == "full body, snowy forest"


def test_outfits_places_and_several_doings() -> None:
    prompt = "at night, {pip in her red coat} to the right of the house waving and smile, "
    scene = scene_of(prompt + "{moss} behind on the far left with a crown; arms up, beach, day")
    pip, moss = scene.figure
    assert pip.outfit == "her red coat"
    assert (pip.place, pip.action) == ("right", "the house waving, smile")
    assert (moss.place, moss.action) == ("far left behind", "a crown, arms up")
    assert scene.background == "at night, beach, day"


@pytest.mark.parametrize(
    ("words", "place", "action"),
    [
        ("", "", ""),
        (" in the middle ", "middle", ""),
        (" waving on the right side", "right", "waving"),
        (" in front holding a bright apple", "in front", "holding a bright apple"),
        (
            " is sitting in the background on the far right",
            "far right in the background",
            "sitting",
        ),
        (" (waving:1.2) left", "left", "(waving:1.2)"),
    ],
)
def test_places_are_taken_out_of_words(words: str, place: str, action: str) -> None:
    found, doing = parted(words)
    assert found == place
    assert doing.removeprefix("is ") == action


def test_a_prompt_without_anybody_is_refused() -> None:
    with pytest.raises(BadInput, match="names no character"):
        scene_of("a fox in the snow")


def test_a_scene_goes_into_a_file_and_back(tmp_path: object) -> None:
    scene = scene_of("{pip} left, {moss} right, forest")
    text = settings.dump(scene)
    assert settings.parse(text, Scene, "scene.toml") == scene
    assert "[[figure]]" in text
    with pytest.raises(BadInput, match=r"unknown key 'figure\.0\.plaice'.*place"):
        settings.parse('[[figure]]\nname = "pip"\nplaice = "left"\n', Scene, "scene.toml")
