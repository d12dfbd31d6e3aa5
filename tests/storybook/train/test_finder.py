"""Right answers are worth no loss, the file says what the network says, worse is not shipped."""

from __future__ import annotations

import random
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.backends.onnx_finder import OUTPUTS, OnnxFinder
from castmates.backends.onnx_model import OnnxModel
from castmates.core.events import silent
from castmates.core.ports import Found
from storybook.train.finder import (
    FinderSettings,
    best_threshold,
    matched,
    scores_of,
    train_finder,
)
from storybook.train.finder_losses import (
    boxes_of,
    focal,
    generous_overlap,
    loss_of,
    separate,
    targets_of,
)
from storybook.train.finder_moves import Still, moved
from storybook.train.finder_network import Finding, Said, export_finder
from storybook.train.finder_scenes import (
    Scenes,
    caption_of,
    draw_all,
    drawn_with_index,
    folder_of,
    scene,
)
from storybook.train.onnx_read import refill
from storybook.train.settings import Job, Rate
from storybook.train.vae import to_tensor
from storybook.world.values import Framed
from tests.backends.tiny_finders import finder_answers, write_finder

TINY = FinderSettings(
    widths=(8, 8, 16, 16),
    neck=16,
    prototypes=8,
    sets=(Scenes(count=48), Scenes(count=16, first=91_000_000, widths="wide")),
    batch=8,
    rate=Rate(peak=1e-2, warmup=4),
    check=20,
)


def two_people() -> np.ndarray:
    """(1, 128, 128): the first in the left half, the second on the right, before the first."""
    index = np.zeros((1, 128, 128), np.uint8)
    index[0, 16:112, 8:72] = 1
    index[0, 40:120, 60:116] = 2
    return index


def right_answer(index: np.ndarray) -> Said:
    """What a network would say that knows the truth of one picture."""
    wanted = targets_of(index)
    boxes, coefficients = torch.zeros(1, 4, 32, 32), torch.zeros(1, 4, 32, 32)
    for k in range(4):
        row, column = int(wanted.rows[0, k]), int(wanted.columns[0, k])
        near = (..., slice(row - 1, row + 2), slice(column - 1, column + 2))
        if wanted.there[0, k]:
            boxes[near] = wanted.boxes[0, k].view(1, 4, 1, 1)
            coefficients[near] = torch.eye(4)[k].view(1, 4, 1, 1)
    heat = torch.where(wanted.heat == 1, 20.0, -20.0)
    return Said(heat, boxes, coefficients, wanted.masks * 40 - 20)


def test_the_truth_costs_nothing_and_is_found_again(tmp_path: Path) -> None:
    index = two_people()
    said = right_answer(index)
    assert float(loss_of(said, targets_of(index))) < 1e-3
    answers = {
        "heat": said.heat.sigmoid().numpy(),
        "boxes": said.boxes.numpy(),
        "coefficients": said.coefficients.numpy(),
        "prototypes": said.prototypes.numpy(),
    }
    finder = OnnxFinder(write_finder(tmp_path, answers))
    found = finder.find([np.zeros((128, 128, 3), np.uint8)])
    scores = scores_of(found, index)
    assert scores.box_iou == pytest.approx(1, abs=1e-5)
    assert scores.mask_iou > 0.98
    assert scores.right_counts == 1


def test_targets_by_hand() -> None:
    index = two_people()
    index[0, 0, 0] = 3  # a single pixel is nobody
    wanted = targets_of(index)
    assert wanted.there.tolist() == [[True, True, False, False]]
    assert (wanted.boxes[0, 0] * 128).tolist() == [8, 16, 72, 112]
    assert (int(wanted.rows[0, 0]), int(wanted.columns[0, 0])) == (16, 10)
    assert int((wanted.heat == 1).sum()) == 2
    assert (wanted.masks * 4).sum((0, 2, 3)).tolist()[:2] == [
        int((index == 1).sum()),
        int((index == 2).sum()),
    ]
    covered = wanted.masks > 0
    assert bool((covered <= wanted.asked).all())
    empty = targets_of(np.zeros((2, 128, 128), np.uint8))
    assert not empty.heat.any()
    assert not empty.there.any()


def test_an_empty_picture_has_a_finite_loss() -> None:
    nobody = np.zeros((1, 128, 128), np.uint8)
    said = right_answer(two_people())
    assert 0 < float(loss_of(said, targets_of(nobody))) < 1e3
    assert float(focal(torch.full((1, 32, 32), -20.0), targets_of(nobody).heat)) < 1e-6


def test_generous_overlap_by_hand() -> None:
    one = torch.tensor([0.0, 0.0, 0.5, 0.5])
    assert float(generous_overlap(one, one)) == pytest.approx(1)
    # Side by side: nothing shared, nothing between; far apart: half of the hull is empty.
    assert float(generous_overlap(one, one + torch.tensor([0.5, 0, 0.5, 0]))) == pytest.approx(0)
    apart = one + torch.tensor([1.5, 0, 1.5, 0])
    assert float(generous_overlap(one, apart)) == pytest.approx(-0.5)


def test_scores_count_who_is_missed_and_who_is_not_there() -> None:
    index = two_people()
    masks = separate(index[0])[:2]
    boxes = boxes_of(masks) * 128
    left, right = (
        Found(tuple(box.tolist()), sure, mask=mask)
        for box, mask, sure in zip(boxes, masks, (0.9, 0.5), strict=True)
    )
    assert matched([right, left], masks) == [(1.0, 1.0), (1.0, 1.0)]
    scores = scores_of([[left]], index)
    assert (scores.box_iou, scores.mask_iou, scores.right_counts) == (0.5, 0.5, 0)
    assert scores_of([[left, left, right]], index).right_counts == 0
    assert scores_of([[], []], np.zeros((2, 9, 9), np.uint8)).right_counts == 1
    ghost = replace(right, confidence=0.2)
    assert best_threshold([[left, right, ghost]], index) == pytest.approx(0.375, abs=0.03)


def test_scenes_hold_nobody_to_four_and_everybody_is_marked() -> None:
    counts = set()
    for seed in range(60):
        spec = scene(seed, ("quiet", "wide")[seed % 2], 0.5)
        assert isinstance(spec, Framed)
        counts.add(len(spec.characters))
        assert caption_of(spec, random.Random(0))
        if seed < 12:
            image, index = drawn_with_index(spec, 64)
            assert image.shape == (64, 64, 3)
            assert set(np.unique(index)) - {0} <= set(range(1, len(spec.characters) + 1))
    assert counts == {0, 1, 2, 3, 4}


def test_a_cut_drawing_goes_on(job: Job) -> None:
    plan = Scenes(count=70, size=32)
    whole = draw_all(plan, job.work / "a", 1, silent)
    draw_all(plan, job.work / "b", 1, silent)
    folder = folder_of(plan, job.work / "b")
    broken = np.load(folder / "index.npy", mmap_mode="r+")
    broken[64:] = 9
    broken.flush()
    (folder / "done.txt").write_text("64")
    again = draw_all(plan, job.work / "b", 1, silent)
    assert np.array_equal(whole.index, again.index)
    assert np.array_equal(whole.images, again.images)


def test_pictures_and_masks_move_together() -> None:
    index = np.repeat(two_people(), 16, 0)
    images = np.repeat((index > 0)[..., None], 3, 3).astype(np.uint8) * 255
    after, who = moved(images, index, torch.Generator().manual_seed(0))
    assert ((after[..., 0] > 127) == (who > 0)).mean() > 0.99
    assert set(np.unique(who)) <= {0, 1, 2}
    assert (who != index).any((1, 2)).sum() > 8


def test_degrading_leaves_everything_in_its_place(job: Job) -> None:
    index = np.repeat(two_people(), 8, 0)
    images = np.repeat((index > 0)[..., None], 3, 3).astype(np.uint8) * 255
    batch = Still(None, job.machine, 0)(images)
    assert ((batch.mean(1).numpy() > 0) == (index > 0)).mean() > 0.98


def test_the_file_says_what_the_network_says(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = Finding((16, 24, 32, 32), 32, 8)
    pictures = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3)).astype(np.uint8)
    network(to_tensor(np.repeat(pictures, 4, 0)))
    network.eval()
    export_finder(network, tmp_path / "model.onnx")
    with torch.no_grad():
        said = network(to_tensor(pictures))
    wanted = said._replace(heat=said.heat.sigmoid())
    answers = OnnxModel(tmp_path).answers(list(pictures), OUTPUTS)
    for answer, one in zip(answers, wanted, strict=True):
        assert answer.shape == tuple(one.shape)
        assert np.abs(answer - one.numpy()).max() < 5e-2
    assert OnnxFinder(tmp_path).find([np.zeros((50, 80, 3), np.uint8)], at_least=0.5) is not None
    again = Finding((16, 24, 32, 32), 32, 8)
    refill(again, tmp_path / "model.onnx", to_tensor(np.repeat(pictures, 4, 0)))
    with torch.no_grad():
        filled = again.eval()(to_tensor(pictures))
    for one, other in zip(said, filled, strict=True):
        assert torch.allclose(one, other, atol=0.1)


def test_the_shipped_size_stays_small() -> None:
    settings = FinderSettings()
    network = Finding(settings.widths, settings.neck, settings.prototypes)
    assert sum(p.numel() for p in network.parameters()) <= 1_300_000


def test_a_few_steps_lower_the_loss() -> None:
    torch.manual_seed(0)
    drawn = [drawn_with_index(scene(seed, "quiet", 0.0), 128) for seed in range(8)]
    pictures = to_tensor(np.stack([image for image, _ in drawn]))
    wanted = targets_of(np.stack([index for _, index in drawn]))
    network = Finding(TINY.widths, TINY.neck, TINY.prototypes)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    losses = []
    for _ in range(25):
        loss = loss_of(network(pictures), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.6 * losses[0]


def test_a_finder_is_trained_shipped_and_goes_on(job: Job) -> None:
    assert train_finder(job, TINY, silent)
    folder = job.embedded / "finder"
    card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    assert (card["licence"], card["samples"]) == ("Apache-2.0", 16)
    assert "storybook finder" in (folder / "README.md").read_text(encoding="utf-8")
    assert OnnxFinder(folder).threshold == card["threshold"]
    if train_finder(replace(job, work=job.work / "b"), TINY, silent):
        after = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
        assert after["samples"] == 32


def test_a_worse_finder_is_not_shipped(job: Job) -> None:
    # Somebody in the middle of every picture is a better guess than two steps of training.
    answers = finder_answers([(0.9, (0.25, 0.25, 0.75, 1.0))])
    folder = write_finder(job.embedded / "finder", answers)
    before = (folder / "model.onnx").read_bytes()
    assert not train_finder(replace(job, from_scratch=True), TINY, silent)
    assert (folder / "model.onnx").read_bytes() == before
    assert not (folder / "card.toml").exists()
