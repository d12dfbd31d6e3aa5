"""The tagger's and the encoder's interface, scores, and the rule by which they are replaced."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

import storybook.world as world
from storybook.train import cast
from storybook.train.degrade import Degrade
from storybook.train.encoder import contrast, likeness_of, train_encoder
from storybook.train.onnx_file import export
from storybook.train.onnx_read import refill
from storybook.train.settings import Budget, EncoderSettings, Job, Pictures, TaggerSettings
from storybook.train.tagger import (
    all_tags,
    best_threshold,
    probabilities_of,
    scores_at,
    train_tagger,
    truth_of,
    words_of,
)
from storybook.train.trunk import Named, Who

WIDTHS = (8, 8, 8, 8)


def test_onnx_takes_bgr_pixels_of_any_batch(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Named((16, 24, 32, 32), torch.eye(5))
    network(torch.randn(8, 3, 128, 128))
    network.eval()
    export(network, tmp_path / "model.onnx", sigmoid=True)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3)).astype(np.uint8)
    said = probabilities_of(tmp_path / "model.onnx", pictures)
    with torch.no_grad():
        planes = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        wanted = network(planes).sigmoid().numpy()
    assert np.abs(said - wanted).max() < 2e-2
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    assert session.get_inputs()[0].shape[1:] == [128, 128, 3]
    assert session.get_inputs()[0].type == "tensor(float)"


def test_directions_have_length_one() -> None:
    rows = Who(WIDTHS, 16)(torch.randn(4, 3, 128, 128))
    assert torch.allclose(rows.norm(dim=1), torch.ones(4), atol=1e-5)


def test_truth_knows_solo_and_both_of_two() -> None:
    tags = all_tags()
    specs = [world.sample(i) for i in range(60)]
    truth = truth_of(specs, tags)
    for spec, row in zip(specs, truth, strict=True):
        said = {tags[i] for i in np.flatnonzero(row)}
        assert {one.kind for one in spec.characters} <= said
        assert ("solo" in said) == (len(spec.characters) == 1)


def test_scores_by_hand() -> None:
    truth = np.array([[True, False], [True, True]])
    said = np.array([[0.9, 0.6], [0.2, 0.8]], np.float32)
    scores = scores_at(said, truth, 0.5)
    assert scores.macro_f1 == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert best_threshold(np.array([[0.3, 0.1]], np.float32), truth[:1]).macro_f1 == 1.0


def test_likeness_of_perfect_and_of_random_directions() -> None:
    same = np.repeat(np.eye(5, dtype=np.float32)[:, None], 3, 1)
    assert likeness_of(same).pairs == 1.0
    rows = np.random.default_rng(0).normal(size=(20, 4, 8)).astype(np.float32)
    assert 0.4 < likeness_of(rows).pairs < 0.6


def test_contrast_prefers_views_that_agree() -> None:
    agree = torch.eye(4).repeat_interleave(2, 0)
    differ = torch.eye(4).repeat(2, 1)
    assert float(contrast(agree, 2, 0.1)) < float(contrast(differ, 2, 0.1))


def test_degraded_pictures_stay_in_range(job: Job) -> None:
    degrade = Degrade(None, job.machine, 0, mirror=True)
    pictures = np.random.default_rng(0).integers(0, 256, (9, 128, 128, 3)).astype(np.uint8)
    batch = degrade(pictures)
    assert batch.shape == (9, 3, 128, 128)
    assert float(batch.abs().max()) <= 1.0
    again = Degrade(None, job.machine, 0, mirror=True)(pictures)
    assert torch.equal(batch, again)


def test_random_characters_are_drawn_and_unlike_the_casts() -> None:
    known = {one.looks for one in world.DEVELOPMENT.values()}
    for seed in range(40):
        one = cast.character(seed)
        assert one.looks not in known
        spec = cast.view(one, seed)
        assert spec.characters[0].kind == one.kind
    assert cast.drawn_views((3, 2)).shape == (2, 128, 128, 3)


@pytest.mark.slow
def test_a_worse_tagger_is_not_shipped(job: Job) -> None:
    settings = TaggerSettings(widths=WIDTHS, sets=(Pictures(count=64),), batch=16, check=40)
    assert train_tagger(job, settings, lambda event: None)
    folder = job.embedded / "tagger"
    card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    assert card["licence"] == "Apache-2.0"
    with (folder / "selected_tags.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == [tag.replace(" ", "_") for tag in all_tags()]
    assert {row["category"] for row in rows} == {"0"}
    more = replace(job, work=job.work / "b", budget=Budget(steps=40))
    shipped = train_tagger(more, settings, lambda event: None)
    after = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    assert after["macro_f1"] >= card["macro_f1"]
    assert shipped or after == card


@pytest.mark.slow
def test_an_encoder_is_trained_and_shipped(job: Job) -> None:
    settings = EncoderSettings(characters=12, batch=6, check=6)
    assert train_encoder(job, settings, lambda event: None)
    card = tomllib.loads((job.embedded / "encoder" / "card.toml").read_text(encoding="utf-8"))
    assert 0 < card["same_above_stranger"] <= 1


def test_a_shipped_network_can_be_filled_again(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Named((16, 24, 32, 32), torch.eye(5))
    pictures = torch.randn(8, 3, 128, 128)
    network(pictures)
    export(network.eval(), tmp_path / "model.onnx", sigmoid=True)
    again = Named((16, 24, 32, 32), torch.eye(5))
    refill(again, tmp_path / "model.onnx", pictures)
    with torch.no_grad():
        assert torch.allclose(network(pictures), again.eval()(pictures), atol=2e-2)
        told = again.train()
        told.drop.eval()
        assert torch.allclose(network(pictures), told(pictures), atol=0.05)


def test_words_share_what_they_learn_and_merge_exactly() -> None:
    vocabulary = {"outfit": ["red dress", "blue dress"], "hat": ["crown"]}
    assert words_of(vocabulary).tolist() == [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 0, 1]]
    torch.manual_seed(0)
    network = Named(WIDTHS, words_of(vocabulary)).eval()
    torch.nn.init.normal_(network.words)
    pictures = torch.randn(2, 3, 128, 128)
    before = network(pictures)
    network.merge()
    assert torch.allclose(network(pictures), before, atol=1e-5)
