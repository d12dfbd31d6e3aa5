"""Groups, outfits and views: by hand, proposed, taken back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from castmates.core.errors import BadInput, Missing
from castmates.files import images
from castmates.studio import edit_sorting
from castmates.studio.edit import How
from castmates.studio.undo import undo
from tests.backends.tiny_models import COLOURS, plain, write_model, write_tagger
from tests.pictures.edits.home import Home, home_in

WRITE = How(write=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_in(tmp_path)


def recorded(home: Home, key: str) -> list[object]:
    return [getattr(record, key) for record in home.pip.records()]


def test_groups_by_hand_bring_their_repeats(home: Home) -> None:
    before = (home.pip.path / "pictures.toml").read_bytes()
    edit_sorting.group(home.studio, "pip", "low", how=WRITE)
    edit_sorting.group(home.studio, "pip", "high", how=How("number:2", True))
    edit_sorting.group(home.studio, "pip", repeats=15, how=How("number:3", True))
    assert recorded(home, "group") == ["low", "high", "low", "low"]
    assert recorded(home, "repeats") == [4, 16, 15, 4]
    for _ in range(3):
        undo(home.studio, "pip")
    assert (home.pip.path / "pictures.toml").read_bytes() == before


def test_what_was_changed_by_hand_since_stays(home: Home) -> None:
    edit_sorting.group(home.studio, "pip", "low", how=WRITE)
    path = home.pip.path / "pictures.toml"
    text = path.read_text("utf-8").replace('notes = ""', 'notes = "mine"', 1)
    path.write_text(text.replace("repeats = 4", "repeats = 9", 1), encoding="utf-8")
    undo(home.studio, "pip")
    first = home.pip.records()[0]
    assert (first.group, first.repeats, first.notes) == ("", 9, "mine")
    assert home.pip.records()[1].repeats == 1


def test_outfits_and_views_by_hand(home: Home) -> None:
    edit_sorting.outfit(home.studio, "pip", "race uniform", How('caption:"picture 2"', True))
    edit_sorting.view(home.studio, "pip", "side", How("number:1 OR number:2", True))
    assert recorded(home, "outfit") == ["", "race uniform", "", ""]
    assert recorded(home, "view") == ["side", "side", "", ""]
    done = edit_sorting.view(home.studio, "pip", "side", WRITE)
    assert [number for number, _ in done.skipped] == [1, 2]


def test_groups_are_proposed_with_reasons(home: Home, tmp_path: Path) -> None:
    soft = Image.open(home.pip.picture_path(3)).filter(ImageFilter.GaussianBlur(4))
    images.write_png(home.pip.picture_path(3), np.array(soft))
    write_model(tmp_path / "encoder", np.eye(3), sigmoid=False)
    images.write_png(tmp_path / "reference.png", images.read(home.pip.picture_path(1)))
    like = (str(tmp_path / "reference.png"), "2")
    encoder = f"onnx:{tmp_path / 'encoder'}"
    done = edit_sorting.propose_groups(home.studio, "pip", like, encoder)
    said = {one.number: (one.after, one.why) for one in done.pictures}
    assert said[3][0] == "group low, repeats 4"
    assert "blurred" in said[3][1]
    assert "the reference (1.00)" in said[1][1]
    assert recorded(home, "group") == ["", "", "", ""], "only proposed"
    edit_sorting.propose_groups(home.studio, "pip", like, encoder, WRITE)
    assert recorded(home, "group")[2] == "low"
    with pytest.raises(Missing, match=r"nowhere\.png"):
        edit_sorting.propose_groups(home.studio, "pip", ("nowhere.png",), encoder)


def test_outfits_are_proposed_from_the_words_of_captions(home: Home) -> None:
    clothes = ("black coat, yellow necktie", "green skirt, yellow shirt", "black coat", "smile")
    for number, words in enumerate(clothes, 1):
        home.pip.write_caption(number, f"pip, {words}")
    done = edit_sorting.propose_outfits(home.studio, "pip", "none", how=WRITE)
    assert recorded(home, "outfit") == [
        "black coat",
        "yellow shirt and green skirt",
        "black coat",
        "",
    ]
    assert dict(done.skipped) == {4: "shows no clothes."}
    home.pip.write_caption(1, "pip")


def test_outfits_are_proposed_from_looks(home: Home, tmp_path: Path) -> None:
    write_model(tmp_path / "encoder", np.eye(3), sigmoid=False)
    for number, colours in enumerate(((250, 9, 9), (9, 9, 250), (240, 20, 9), (9, 20, 240)), 1):
        images.write_png(home.pip.picture_path(number), plain(*colours, 32, 32))
    encoder = f"onnx:{tmp_path / 'encoder'}"
    edit_sorting.propose_outfits(home.studio, "pip", "none", encoder, WRITE)
    assert recorded(home, "outfit") == ["outfit 1", "outfit 2", "outfit 1", "outfit 2"]


def test_views_are_proposed_from_words_and_from_the_most_alike(home: Home, tmp_path: Path) -> None:
    write_model(tmp_path / "encoder", np.eye(3), sigmoid=False)
    for number, colours in enumerate(((250, 9, 9), (9, 9, 250), (240, 20, 9), (9, 20, 240)), 1):
        images.write_png(home.pip.picture_path(number), plain(*colours, 32, 32))
    home.pip.write_caption(1, "pip, from behind")
    encoder = f"onnx:{tmp_path / 'encoder'}"
    done = edit_sorting.propose_views(home.studio, "pip", "none")
    assert [(one.number, one.after) for one in done.pictures] == [(1, "view back")]
    assert len(done.skipped) == 3
    names = list(COLOURS)
    lines = [f"{i},{n},0,9" for i, n in enumerate([names[0], "from_side", *names[2:]])]
    tagger = f"wd:{write_tagger(tmp_path / 'tagger', lines)}"
    edit_sorting.propose_views(home.studio, "pip", tagger, encoder, WRITE)
    assert recorded(home, "view") == ["back", "side", "back", "side"]


def test_what_is_wrong_is_named(home: Home) -> None:
    with pytest.raises(BadInput, match="Did you mean 'high'"):
        edit_sorting.group(home.studio, "pip", "hihg")
    with pytest.raises(BadInput, match="1 to 999"):
        edit_sorting.group(home.studio, "pip", repeats=0)
    with pytest.raises(BadInput, match="Neither"):
        edit_sorting.group(home.studio, "pip")
    with pytest.raises(Missing, match="No caption names clothes"):
        edit_sorting.propose_outfits(home.studio, "pip", "none")
    with pytest.raises(Missing, match="say a view"):
        edit_sorting.propose_views(home.studio, "pip", "none")
