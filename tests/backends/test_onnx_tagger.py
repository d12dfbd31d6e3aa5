"""A tagger says what its model sees, in the words of its table; misfits are told at opening."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.onnx_tagger import OnnxTagger
from castmates.backends.taggers import TAGGERS, open_tagger
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Tagger
from tests.backends.tiny_models import plain, write_model, write_tagger

RED, GREEN, BLUE = plain(255, 0, 0), plain(0, 255, 0), plain(0, 0, 255)


def names(tagger: Tagger, *pictures: np.ndarray, at_least: float | None = None) -> list[list[str]]:
    return [[tag.name for tag in tags] for tags in tagger.tags(pictures, at_least)]


def test_tags_say_what_is_seen_with_spaces_and_kaomoji_kept(tmp_path: Path) -> None:
    tagger = OnnxTagger(write_tagger(tmp_path))
    assert isinstance(tagger, Tagger)
    assert names(tagger, RED, GREEN, BLUE) == [["1girl", "^_^"], ["green hair"], ["blue eyes"]]
    assert tagger.tags([GREEN])[0][0].family == "hair_colour"
    assert tagger.tags([]) == []


def test_the_most_confident_comes_first(tmp_path: Path) -> None:
    tagger = OnnxTagger(write_tagger(tmp_path))
    found = tagger.tags([plain(0, 140, 150)], at_least=0.1)[0]
    assert [tag.name for tag in found] == ["blue eyes", "green hair"]
    assert found[0].confidence > found[1].confidence


def test_more_pictures_than_a_batch_say_what_each_says_alone(tmp_path: Path) -> None:
    tagger = OnnxTagger(write_tagger(tmp_path))
    many = [(RED, GREEN, BLUE)[i % 3] for i in range(35)]
    assert names(tagger, *many) == [names(tagger, one)[0] for one in many]


@pytest.mark.parametrize("batch", [1, 4])
def test_a_model_with_a_fixed_batch_is_served(tmp_path: Path, batch: int) -> None:
    tagger = OnnxTagger(write_tagger(tmp_path, batch=batch))
    found = names(tagger, RED, GREEN, BLUE, RED, GREEN)
    first = [["1girl", "^_^"], ["green hair"], ["blue eyes"]]
    assert found == [*first, *first[:2]]


def test_the_card_says_size_and_threshold(tmp_path: Path) -> None:
    folder = write_tagger(tmp_path, side=None)
    (folder / "card.toml").write_text(
        'name = "tiny"\nlicence = "Apache-2.0"\nmay_sell = true\nsize = 8\nthreshold = 0.9\nf1 = 1'
    )
    tagger = OnnxTagger(folder)
    assert (tagger.name, tagger.limits.general, tagger.card.may_sell) == ("tiny", 0.9, True)
    # Sigmoid(60 * 135/255 - 30) = .85: below the card's threshold, above the usual one.
    assert names(tagger, plain(0, 0, 135)) == [[]]
    assert names(tagger, plain(0, 0, 135), at_least=0.35) == [["blue eyes"]]


def test_ratings_are_no_tags_and_known_characters_want_more_certainty(tmp_path: Path) -> None:
    lines = ["9,general,9,1", "1,blue_eyes,0,1", "2,miku,4,1", "3,^_^,0,1"]
    tagger = OnnxTagger(write_tagger(tmp_path, lines))
    assert names(tagger, RED) == [["^_^"]]
    assert names(tagger, plain(0, 130, 0), plain(0, 136, 0)) == [[], ["miku"]]
    assert tagger.vocabulary() == {"blue eyes": "eyes", "miku": "character", "^_^": "general"}


def test_families_come_from_the_table_if_it_tells_them(tmp_path: Path) -> None:
    lines = [f"{i},t_{i},0,1,{family}" for i, family in enumerate(["hat", "pose", "", "mark"])]
    folder = write_tagger(tmp_path, lines)
    text = (folder / "selected_tags.csv").read_text().replace("count\n", "count,family\n")
    (folder / "selected_tags.csv").write_text(text)
    (folder / "families.csv").write_text("name,family\nt_0,eyes\nt_2,scene\n")
    assert list(OnnxTagger(folder).vocabulary().values()) == ["hat", "pose", "scene", "mark"]


def test_what_is_absent_broken_or_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no model folder"):
        OnnxTagger(tmp_path / "nowhere")
    with pytest.raises(Missing, match=r"model\.onnx"):
        OnnxTagger(tmp_path)
    folder = write_tagger(tmp_path / "a", ["1,one,0,1"])
    with pytest.raises(Unfit, match="4 outputs"):
        OnnxTagger(folder)
    (folder / "selected_tags.csv").write_text("id,tag\n1,x\n")
    with pytest.raises(BadInput, match="line 2"):
        OnnxTagger(folder)
    (folder / "selected_tags.csv").unlink()
    with pytest.raises(Missing, match=r"selected_tags\.csv"):
        OnnxTagger(folder)
    (folder / "card.toml").write_text("threshold = 7")
    with pytest.raises(BadInput, match="card"):
        OnnxTagger(folder)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "model.onnx").write_bytes(b"no model")
    with pytest.raises(BadInput, match="not a sound ONNX model"):
        OnnxTagger(tmp_path / "b")


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    folder = write_tagger(tmp_path)
    write_model(folder, np.full((3, 4), np.nan))
    with pytest.raises(CastmatesError, match="not finite"):
        OnnxTagger(folder).tags([RED])


def test_the_shelf_opens_taggers_by_name_and_folder(tmp_path: Path) -> None:
    write_tagger(tmp_path / "mine")
    assert names(open_tagger(f"wd:{tmp_path / 'mine'}"), GREEN) == [["green hair"]]
    assert set(TAGGERS) >= {"storybook", "wd"}
    with pytest.raises(BadInput, match="Did you mean 'storybook'"):
        open_tagger("storybok")
