"""A configuration's own folders, read as kohya reads them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from castmates.core.errors import BadInput, Missing
from castmates.files import images
from castmates.studio.train_folders import Foldered, foldered
from castmates.training.captions import words_of
from castmates.training.configs.reading import read
from castmates.training.data import Item
from castmates.training.origin import origin_of
from castmates.training.recipe import Recipe
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


def test_regularization_pictures_come_last_with_their_folders_words(root: Path) -> None:
    folder_of(root / "reg" / "3_fox", 2, first=30)
    found = read_from(root, 'train_data_dir = "img"\nreg_data_dir = "reg"\n')
    assert [item.regularization for item in found.items] == [False] * 4 + [True] * 2
    assert [(i.caption, i.repeats) for i in found.items[4:]] == [("fox", 3)] * 2
    assert (found.captions, found.name) == (3, "pip")
    assert [source.name for source in found.sources] == ["10_pip fox", "2_pip fox low"]
    assert any("2 regularization pictures" in note for note in found.notes)
    with pytest.raises(Missing, match="no folder 'gone'"):
        read_from(root, 'train_data_dir = "img"\nreg_data_dir = "gone"\n')
    with pytest.raises(BadInput, match="names no folder"):
        read_from(root, 'reg_data_dir = "reg"\n')


def test_masks_lie_in_a_folder_of_their_own_or_beside_the_pictures(root: Path) -> None:
    pictures = sorted((root / "img" / "10_pip fox").glob("*.png"))
    (root / "masks").mkdir()
    images.write_mask(root / "masks" / pictures[2].name, np.full((8, 8), 255, np.uint8))
    images.write_mask(pictures[1].with_suffix(".mask.png"), np.full((8, 8), 255, np.uint8))
    words = 'train_data_dir = "img"\nmasked_loss = true\n'
    beside = read_from(root, words)
    assert len(beside.items) == 4
    assert [item.mask is not None for item in beside.items] == [False, True, False, False]
    assert any("3 of 4 pictures have no mask" in note for note in beside.notes)
    apart = read_from(root, words + 'conditioning_data_dir = "masks"\n')
    mask = root / "masks" / pictures[2].name
    assert [item.mask for item in apart.items] == [None, None, mask, None]
    assert apart.items[2].mask_digest


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


def test_each_folder_reads_its_captions_by_its_own_rules(root: Path) -> None:
    """Every key of captions that a data set file gives one subset alone."""
    first, second = ((root / "img" / name).as_posix() for name in ("10_pip fox", "album"))
    (root / "data.toml").write_text(
        "[general]\nshuffle_caption = true\n[[datasets]]\nresolution = 64\n"
        f'[[datasets.subsets]]\nimage_dir = "{first}"\ncaption_prefix = "pip,"\n'
        "keep_tokens = 2\nshuffle_caption = false\n"
        f'[[datasets.subsets]]\nimage_dir = "{second}"\nclass_tokens = "a, b, c, d, e"\n'
        'caption_suffix = "end"\ncaption_dropout_every_n_epochs = 2\n'
    )
    items = read_from(root, f'dataset_config = "{(root / "data.toml").as_posix()}"\n').items
    own, other = items[0], items[-1]
    assert own.rules is not None
    assert other.rules is not None
    assert (own.rules.prefix, own.rules.keep_tokens, own.rules.shuffle) == ("pip,", 2, False)
    assert (other.rules.suffix, other.rules.keep_tokens, other.rules.shuffle) == ("end", 0, True)
    plain = Recipe(shuffle=False, caption_dropout=0.0, tag_dropout=0.0)

    def said(item: Item, count: int) -> str:
        return words_of(item, count, plain, step=0, steps=9)

    assert said(own, 0) == "pip, pip, look 0"
    heard = {said(other, count) for count in range(0, 8, 2)}
    assert all(words.split(", ")[-1] != "" for words in heard)
    assert len(heard) > 1
    assert all("end" in words for words in heard)
    assert {said(other, count) for count in (1, 3)} == {""}
    assert said(replace(other, rules=None), 1) == "a, b, c, d, e"
    told = origin_of("base", "", items).pictures
    assert "prefix='pip,'" in told[0].rules
