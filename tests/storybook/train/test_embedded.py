"""The shipped models: sizes, cards, and that they load; runs on the real weights."""

from __future__ import annotations

import csv
import json
import tomllib

import onnxruntime
import pytest

from storybook.train.settings import EMBEDDED

LIMIT = 15_000_000
TOGETHER = 52_500_000


def test_every_file_is_small_and_so_is_the_sum() -> None:
    files = [path for path in EMBEDDED.rglob("*") if path.is_file()]
    assert files
    assert max(path.stat().st_size for path in files) <= LIMIT
    assert sum(path.stat().st_size for path in files) <= TOGETHER


@pytest.mark.parametrize("name", ["base", "tagger", "encoder", "finder", "upscaler"])
def test_every_model_has_its_card(name: str) -> None:
    card = (EMBEDDED / name / "README.md").read_text(encoding="utf-8")
    for word in ("Apache-2.0", "samples", "Limits", "python -m storybook.train"):
        assert word in card


def test_the_facts_of_the_base() -> None:
    facts = tomllib.loads((EMBEDDED / "base" / "castmates.toml").read_text(encoding="utf-8"))
    assert facts["family"] == "sd15"
    assert facts["native_size"] == 128
    assert facts["may_sell"] is True
    points = json.loads((EMBEDDED / "base" / "curve.json").read_text())["points"]
    assert points[-1]["loss"] < points[0]["loss"]
    assert (EMBEDDED / "base" / "sheet.png").stat().st_size < 300_000


def test_the_tagger_has_one_probability_for_each_tag() -> None:
    folder = EMBEDDED / "tagger"
    with (folder / "selected_tags.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"))
    assert session.get_outputs()[0].shape[1] == len(rows)
    card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    assert card["macro_f1"] >= 0.8


def test_the_encoder_keeps_its_promise() -> None:
    card = tomllib.loads((EMBEDDED / "encoder" / "card.toml").read_text(encoding="utf-8"))
    assert card["same_above_stranger"] >= 0.95


def test_the_finder_keeps_its_promise() -> None:
    card = tomllib.loads((EMBEDDED / "finder" / "card.toml").read_text(encoding="utf-8"))
    assert card["mask_iou"] >= 0.89
    assert card["right_counts"] >= 0.95


def test_the_upscaler_keeps_its_promise() -> None:
    card = tomllib.loads((EMBEDDED / "upscaler" / "card.toml").read_text(encoding="utf-8"))
    assert card["psnr"] > card["psnr_lanczos"]
    assert card["edge_psnr"] > card["edge_psnr_lanczos"]
    assert (EMBEDDED / "upscaler" / "sheet.png").stat().st_size < 150_000
