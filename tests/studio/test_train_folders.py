"""A configuration's own folders, read as kohya reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.studio.train_folders import Foldered, foldered
from castmates.training.configs.reading import read
from tests.pictures.drawn import folder_of


def read_from(root: Path, text: str) -> Foldered:
    config = root / "config.toml"
    config.write_text(text, "utf-8")
    return foldered(read(config).settings, config)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three pictures with captions in 10_pip fox, one without in 2_pip fox low, and an album."""
    first = folder_of(tmp_path / "img" / "10_pip fox", 3)
    folder_of(tmp_path / "img" / "2_pip fox low", 1, first=9)
    folder_of(tmp_path / "img" / "album", 2, first=20)
    for number, path in enumerate(sorted((tmp_path / "img" / "10_pip fox").glob("*.png"))):
        ending = ".caption" if number == 2 else ".txt"
        path.with_suffix(ending).write_text(f"pip, look {number}\n", "utf-8")
    assert first
    return tmp_path


def test_folders_of_folders_have_their_repeats_in_their_names(root: Path) -> None:
    found = read_from(root, 'train_data_dir = "img"\noutput_name = "Pip-1"\n')
    assert [item.repeats for item in found.items] == [10, 10, 10, 2]
    assert [item.caption for item in found.items][1:] == [
        "pip, look 1",
        "pip, look 2",
        "pip fox low",
    ]
    assert (found.captions, found.name) == (3, "pip-1")
    assert (found.trigger, found.class_word) == ("pip", "fox")
    assert any("album is left out" in note for note in found.notes)


def test_a_data_set_file_says_repeats_and_class_words_itself(root: Path) -> None:
    place = (root / "img" / "album").as_posix()
    found = read_from(
        root,
        f'[[datasets]]\nresolution = 64\n[[datasets.subsets]]\nimage_dir = "{place}"\n'
        'num_repeats = 3\nclass_tokens = "moss owl"\n',
    )
    assert [(item.repeats, item.caption) for item in found.items] == [(3, "moss owl")] * 2
    assert (found.captions, found.name, found.trigger) == (0, "moss", "moss")


def test_regularization_pictures_are_left_out_and_said_to_be(root: Path) -> None:
    found = read_from(root, 'train_data_dir = "img"\nreg_data_dir = "reg"\n')
    assert any("regularization pictures of reg" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('train_data_dir = "gone"\n', Missing, "no folder 'gone'"),
        ('train_data_dir = "img/album"\n', Missing, "no folder like '10_name'"),
        ("network_dim = 4\n", BadInput, "names no folder"),
        ('train_data_dir = "img"\nin_json = "meta.json"\n', BadInput, "meta.json"),
    ],
)
def test_what_is_not_there_is_told(
    root: Path, text: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        read_from(root, text)
