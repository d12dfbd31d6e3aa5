"""The WD taggers' interface, proven on a tiny model of it: what goes in, what counts, who rates."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from castmates.backends import hub
from castmates.backends.onnx_tagger import OnnxTagger
from castmates.backends.providers import demand, providers_of
from castmates.backends.taggers import identity, open_tagger, said_of, thresholds_of
from castmates.backends.thresholds import NEVER, Thresholds, thresholds
from castmates.core.errors import BadInput, Missing
from castmates.core.types import Tag
from castmates.files import images
from tests.backends.tiny_models import plain, write_tagger

SIDE = 6


def write_reader(folder: Path) -> Path:
    """A tagger that says its own input: output i is input i / 255."""
    count = SIDE * SIDE * 3
    nodes = [
        helper.make_node("Reshape", ["input", "flat"], ["row"]),
        helper.make_node("Mul", ["row", "scale"], ["output"]),
    ]
    values = {"flat": np.array([-1, count], np.int64), "scale": np.array(1 / 255, np.float32)}
    graph = helper.make_graph(
        nodes,
        "reader",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [None, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [None, count])],
        [numpy_helper.from_array(value, name) for name, value in values.items()],
    )
    opset = helper.make_opsetid("", 18)
    folder.mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[opset], ir_version=9), folder / "model.onnx")
    lines = ["tag_id,name,category,count", *(f"{i},t{i},0,1" for i in range(count))]
    (folder / "selected_tags.csv").write_text("\n".join(lines))
    return folder


def test_alpha_padding_bicubic_and_bgr_are_the_references(tmp_path: Path) -> None:
    """A wide picture, half clear: on white, in the middle of a white square, bicubic, BGR."""
    drawn = np.random.default_rng(0).integers(0, 256, (10, 16, 4), np.uint8)
    drawn[..., 3] = np.where(drawn[..., 3] > 128, 255, 0)
    Image.fromarray(drawn, "RGBA").save(tmp_path / "a.png")
    tagger = OnnxTagger(write_reader(tmp_path / "reader"))
    pixels = images.read(tmp_path / "a.png")
    said = {tag.name: tag.confidence for tag in tagger.tags([pixels], at_least=-1.0)[0]}
    found = np.array([said[f"t{i}"] for i in range(SIDE * SIDE * 3)]).reshape(SIDE, SIDE, 3)

    paper = Image.new("RGBA", (16, 16), (255, 255, 255, 255))
    paper.alpha_composite(Image.fromarray(drawn, "RGBA"), (0, 3))
    wanted = paper.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    assert np.allclose(found * 255, np.asarray(wanted)[..., ::-1], atol=1e-3)


@pytest.mark.parametrize(
    ("general", "character", "card", "wanted"),
    [
        (None, None, None, (0.35, 0.85)),
        (0.4, None, None, (0.4, 0.4)),
        (0.4, 0.9, None, (0.4, 0.9)),
        (None, NEVER, None, (0.35, NEVER)),
        (None, None, 0.9, (0.9, 0.9)),
        (None, None, 0.25, (0.25, 0.85)),
        (0.1, None, 0.9, (0.1, 0.1)),
    ],
)
def test_one_number_is_for_both(
    general: float | None,
    character: float | None,
    card: float | None,
    wanted: tuple[float, float],
) -> None:
    assert thresholds(general, character, card) == Thresholds(*wanted)


@pytest.mark.parametrize("number", [-0.1, 1.5, 40.0, float("nan")])
def test_other_numbers_are_refused(number: float) -> None:
    with pytest.raises(BadInput, match=r"threshold of general tags is .*; wanted 0 to 1"):
        thresholds(number)


def test_names_want_their_own_certainty() -> None:
    miku = Tag(name="miku", confidence=0.5, family="character")
    hat = Tag(name="hat", confidence=0.5, family="hat")
    assert [Thresholds().hold(tag) for tag in (miku, hat)] == [False, True]
    assert [thresholds(0.4).hold(tag) for tag in (miku, hat)] == [True, True]
    assert not thresholds(0.4, NEVER).hold(miku.model_copy(update={"confidence": 1.0}))


TABLE = ["9,general,9,1", "1,long_hair,0,1", "2,miku_(x),4,1", "3,questionable,9,1"]


def test_ratings_are_told_apart_from_tags(tmp_path: Path) -> None:
    """Red says the first and the last line alike; the first of equals counts."""
    tagger = OnnxTagger(write_tagger(tmp_path, TABLE))
    said = said_of(tagger, [plain(255, 0, 0), plain(0, 255, 255)], 0.3)
    assert said[0] == ([], "general")
    assert [tag.name for tag in said[1][0]] == ["long hair", "miku (x)"]
    assert [tag.family for tag in said[1][0]] == ["hair", "character"]
    assert OnnxTagger(write_tagger(tmp_path / "b")).rated([plain(9, 9, 9)])[0][1] == ""


def test_a_family_column_cannot_turn_a_name_into_a_tag(tmp_path: Path) -> None:
    folder = write_tagger(tmp_path, [f"{line},hair" for line in TABLE])
    text = (folder / "selected_tags.csv").read_text().replace("count\n", "count,family\n")
    (folder / "selected_tags.csv").write_text(text)
    assert OnnxTagger(folder).vocabulary() == {"long hair": "hair", "miku (x)": "character"}


def test_answers_are_remembered_by_the_models_content(tmp_path: Path) -> None:
    one, other = write_tagger(tmp_path / "a"), write_tagger(tmp_path / "b")
    first = identity(f"wd:{one}")
    assert first == identity(f"wd:{other}")
    text = (one / "selected_tags.csv").read_text().replace("blue_eyes", "blue_nose")
    (one / "selected_tags.csv").write_text(text)
    assert identity(f"wd:{one}") != first
    assert identity("storybook").startswith("storybook@")


def test_thresholds_come_from_the_card_without_the_model(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text("threshold = 0.5")
    assert thresholds_of(f"wd:{tmp_path}") == Thresholds(0.5, 0.85)
    assert thresholds_of(f"wd:{tmp_path}", 0.4) == Thresholds(0.4, 0.4)
    assert thresholds_of("somebodys") is None
    assert thresholds_of("somebodys", 0.4) == Thresholds(0.4, 0.4)
    assert identity("somebodys") == "somebodys"


def test_providers_are_asked_for_by_name(tmp_path: Path) -> None:
    write_tagger(tmp_path)
    cpu = "CPUExecutionProvider"
    assert providers_of("cpu") == [cpu]
    assert providers_of("auto", [cpu]) == [cpu]
    cuda = "CUDAExecutionProvider"
    assert providers_of("auto", ["TensorrtExecutionProvider", cuda, cpu]) == [cuda, cpu]
    assert open_tagger(f"wd:{tmp_path}", "cpu").tags([plain(0, 255, 0)])[0]
    with pytest.raises(BadInput, match="Did you mean 'cuda'"):
        open_tagger(f"wd:{tmp_path}", "cudda")
    with pytest.raises(Missing, match=r"cannot compute by 'rocm'.*onnxruntime-rocm"):
        providers_of("rocm", [cpu])
    with pytest.raises(Missing, match=r"'cuda' could not be started.*cuDNN"):
        demand("cuda", [cuda, cpu], [cpu])
    demand("cuda", [cuda, cpu], [cuda, cpu])


def test_a_hub_name_is_opened_from_the_hubs_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cache as huggingface_hub lays it out; the tests' environment is offline."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    there = tmp_path / "models--somebody--wd-tiny"
    write_tagger(there / "snapshots" / "abc")
    (there / "refs").mkdir()
    (there / "refs" / "main").write_text("abc")
    tagger = open_tagger("wd:somebody/wd-tiny")
    assert [tag.name for tag in tagger.tags([plain(0, 255, 0)])[0]] == ["green hair"]
    with pytest.raises(Missing, match=r"'somebody/else' is neither a folder here nor"):
        open_tagger("wd:somebody/else")
    (there / "snapshots" / "abc" / "selected_tags.csv").unlink()
    with pytest.raises(Missing, match=r"lacks model\.onnx or selected_tags\.csv"):
        open_tagger("wd:somebody/wd-tiny")


def test_ways_to_folders_are_no_hub_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "models").mkdir()
    assert not hub.is_hub_name("models/wd-vit")
    assert not hub.is_hub_name("./models/wd")
    assert not hub.is_hub_name("/models/wd")
    assert hub.is_hub_name("SmilingWolf/wd-vit-tagger-v3")
    with pytest.raises(Missing, match="no model folder"):
        open_tagger("wd:models/wd-vit")


def test_the_cards_of_taggers_are_json_free(tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(json.dumps({"a": 1}))
    with pytest.raises(BadInput, match="does not fit"):
        thresholds_of(f"wd:{tmp_path}")
