"""Folder names of kohya's layout are read; albums that only look like it are not."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from castmates.pictures.kohya import Guess, Place, guess, left_out, place_of


@pytest.mark.parametrize(
    ("folders", "place"),
    [
        (["lora_x", "Images", "15_pip girl"], Place(15, "", "pip girl", "15_pip girl")),
        (["10_pip"], Place(10, "", "pip", "10_pip")),
        (
            ["15_manhattan_cafe girl"],
            Place(15, "", "manhattan_cafe girl", "15_manhattan_cafe girl"),
        ),
        (["8_pip high"], Place(8, "high", "pip", "8_pip high")),
        (["16_high"], Place(16, "high", "", "16_high")),
        (["4_low quality"], Place(4, "low", "", "4_low quality")),
        (["10_pip", "Medium"], Place(10, "medium", "pip", "10_pip")),
        (["album", "high"], Place(1, "high")),
        (["pictures high"], Place()),
        (["20_a", "5_b"], Place(5, "", "b", "5_b")),
        (["0_pip"], Place()),
        (["2024_summer"], Place()),
        (["pip"], Place()),
    ],
)
def test_the_nearest_folder_says_repeats_and_quality(folders: list[str], place: Place) -> None:
    assert place_of(folders) == place


def test_what_stands_beside_the_images_is_left_out() -> None:
    names = [
        "lora_x/img/15_pip/1.png",
        "lora_x/Model/sample/a.png",
        "lora_x/logs/b.png",
        "lora_x/reg/1_girl/c.png",
        "other/model/d.png",
    ]
    found = left_out([PurePosixPath(name) for name in names])
    assert sorted(map(str, found)) == ["lora_x/Model", "lora_x/logs", "lora_x/reg"]
    assert left_out([PurePosixPath("Images/3_a/1.png"), PurePosixPath("Logs/1.png")]) == {
        PurePosixPath("Logs")
    }
    assert not left_out([PurePosixPath("model/1.png"), PurePosixPath("images/a.png")])


def place(words: str, repeats: int = 15) -> Place:
    return Place(repeats, "", words, f"{repeats}_{words}")


def test_captions_say_where_the_trigger_ends() -> None:
    cafe = place("manhattan cafe girl")
    assert guess({cafe: []}) == Guess("manhattan", "cafe girl", cafe.folder)
    texts = ["manhattan cafe, solo", "manhattan cafe", "girl"]
    assert guess({cafe: texts}) == Guess("manhattan cafe", "girl", cafe.folder)
    assert guess({place("pip"): []}) == Guess("pip", "", "15_pip")


def test_folders_that_do_not_agree_say_nothing() -> None:
    assert guess({}) is None
    assert guess({place("pip girl"): [], place("max boy"): []}) is None
    both = guess({place("pip girl"): [], place("pip fox", 3): []})
    assert both == Guess("pip", "", "15_pip girl")
