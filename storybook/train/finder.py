"""Trains the finder of characters and ships it with its figures; draws nothing itself.

It is measured as it will be used: the exported file, opened by the product's own finder.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from castmates.backends.finding import box_overlaps, mask_overlaps
from castmates.backends.onnx_finder import OnnxFinder
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned
from castmates.core.ports import Found
from storybook.train.cards import Figures, figures_toml, totals_of
from storybook.train.finder_card import finder_card
from storybook.train.finder_losses import boxes_of, loss_of, separate, targets_of
from storybook.train.finder_moves import Still, moved
from storybook.train.finder_network import Finding, export_finder
from storybook.train.finder_scenes import (
    Drawn,
    Index,
    Pixels,
    Scenes,
    caption_of,
    draw_all,
    scene,
)
from storybook.train.loop import Loop
from storybook.train.networks import autocast
from storybook.train.onnx_read import refill
from storybook.train.redraw import redrawn
from storybook.train.settings import Job, Rate, TaggerSettings
from storybook.train.ship import shipped_vae
from storybook.train.trunk import Trunk
from storybook.train.vae import to_tensor

CHECK_FIRST, TEST_FIRST = 95_000_000, 96_000_000
WIDE_FURTHER = 500_000
REDRAWN = 0.25
BLUR = 0.1
"""Confidence below which no threshold is looked for."""


@dataclass(frozen=True)
class FinderSettings:
    """A small network of middles, boxes and prototype masks; a quarter is redrawn by the base."""

    widths: tuple[int, ...] = TaggerSettings().widths
    neck: int = 64
    prototypes: int = 16
    sets: tuple[Scenes, ...] = (
        Scenes(count=7000),
        Scenes(count=9000, first=91_000_000, widths="wide"),
    )
    batch: int = 32
    redrawn: int = 600
    strength: float = 0.35
    rate: Rate = field(default=Rate(peak=2e-3, warmup=150, falling=0.8))
    check: int = 600


@dataclass(frozen=True)
class Scores:
    """How well a finder does, each 0..1.

    Attributes:
        box_iou, mask_iou: mean over all characters after matching; who is missed counts 0.
        right_counts: the share of pictures in which as many are found as there are.
    """

    box_iou: float
    mask_iou: float
    right_counts: float

    @property
    def together(self) -> float:
        """What decides whether a finder is shipped: the mean of masks and counts."""
        return (self.mask_iou + self.right_counts) / 2


def train_finder(job: Job, settings: FinderSettings, tell: Tell) -> bool:
    """Train until the budget ends, choose a threshold, ship if not worse; says whether shipped."""
    torch.manual_seed(job.seed)
    sets = [draw_all(plan, job.work, job.machine.processes, tell) for plan in settings.sets]
    again = _redrawn(sets[0], settings, job, tell)
    network = Finding(settings.widths, settings.neck, settings.prototypes)
    _begin(network, sets[0].images, job)
    network = network.to(job.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    path = job.work / "finder.ckpt"
    loop = Loop(path, {"network": network}, job.budget, settings.rate, job.seed, ema=0.99)
    if not job.from_scratch:
        loop.totals = totals_of(job.embedded / "finder" / "card.toml")
    loop.resume()
    degrade = Still(shipped_vae(job), job.machine, job.seed + loop.step)
    tell(Began(what="finder", unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        images, index = moved(*_batch(sets, again, settings.batch, loop), loop.noise)
        pictures = degrade(images).to(job.machine.device)
        with autocast(job.machine):
            said = network(pictures)
        loop.learn(loss_of(said, targets_of(index).to(job.machine.device)), len(images))
        if loop.step % 50 == 0:
            note = f"loss {loop.loss:.4f}, {loop.clock.minutes:.1f} min"
            tell(Moved(what="finder", done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    loop.swap()
    return _promote(network, loop, job, settings, tell)


def _begin(network: Finding, images: Pixels, job: Job) -> None:
    """Start from the shipped finder, else from the shipped tagger's trunk, else from chance."""
    finder, tagger = (job.embedded / name / "model.onnx" for name in ("finder", "tagger"))
    if job.from_scratch:
        return
    if finder.exists():
        refill(network, finder, to_tensor(images[:64]))
    elif tagger.exists():
        refill(_OnlyTrunk(network.trunk), tagger, to_tensor(images[:64]))


class _OnlyTrunk(nn.Module):
    """The trunk alone, to be filled from a file that has another head."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, pictures: Tensor) -> Tensor:
        result: Tensor = self.trunk(pictures)
        return result


def _redrawn(quiet: Drawn, settings: FinderSettings, job: Job, tell: Tell) -> Pixels | None:
    """The first pictures of a set as the shipped base draws them; everybody keeps their place."""
    plan, rng = quiet.plan, random.Random(job.seed)
    count = min(settings.redrawn, len(quiet.images))
    specs = [scene(plan.first + i, plan.widths, plan.loose) for i in range(count)]
    captions = [caption_of(spec, rng) for spec in specs]
    return redrawn(job, "finder", quiet.images[:count], captions, settings.strength, tell)


def _batch(sets: list[Drawn], again: Pixels | None, count: int, loop: Loop) -> tuple[Pixels, Index]:
    """Renders at random; a quarter of them redrawn by the base, where there is one."""
    sizes = [len(one.images) for one in sets]
    images, index = [], []
    for _ in range(count):
        chosen = loop.rng.choices(range(len(sets)), sizes)[0]
        row, source = loop.rng.randrange(sizes[chosen]), sets[chosen].images
        if again is not None and loop.rng.random() < REDRAWN:
            chosen, row, source = 0, loop.rng.randrange(len(again)), again
        images.append(source[row])
        index.append(sets[chosen].index[row])
    return np.stack(images), np.stack(index)


def matched(found: list[Found], masks: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Box and mask IoU of every character (k, s, s) with whom it was found as; 0 if missed.

    Greedy: the pair whose masks agree best first.
    """
    if not len(masks) or not found:
        return [(0.0, 0.0)] * len(masks)
    seen = np.stack([one.mask for one in found if one.mask is not None])
    agree = mask_overlaps(masks, seen)
    size = masks.shape[-1]
    places = np.array([one.box for one in found], np.float32)
    boxes = box_overlaps(boxes_of(masks) * size, places)
    pairs = [(0.0, 0.0)] * len(masks)
    for place in np.argsort(-agree, axis=None, kind="stable").tolist():
        row, column = divmod(place, agree.shape[1])
        if agree[row, column] <= 0:
            continue
        pairs[row] = (float(boxes[row, column]), float(agree[row, column]))
        agree[row], agree[:, column] = -1, -1
    return pairs


def scores_of(found: list[list[Found]], index: Index) -> Scores:
    """The scores of what was found in n pictures, (n, s, s) who is where."""
    pairs, right = [], 0
    for some, one in zip(found, index, strict=True):
        masks = separate(one)
        masks = masks[masks.any((1, 2))]
        pairs += matched(some, masks)
        right += len(some) == len(masks)
    boxes, areas = np.mean(pairs, axis=0) if pairs else (0.0, 0.0)
    return Scores(float(boxes), float(areas), right / max(1, len(index)))


def best_threshold(found: list[list[Found]], index: Index) -> float:
    """The confidence from which on as many are found as there are; the middle of the best ones."""
    people = [int(separate(one).any((1, 2)).sum()) for one in index]
    sure = [np.array([who.confidence for who in some]) for some in found]

    def right(threshold: float) -> int:
        pairs = zip(sure, people, strict=True)
        return sum(int((some >= threshold).sum()) == count for some, count in pairs)

    thresholds = [0.025 * step for step in range(round(BLUR / 0.025), 28)]
    hits = [right(threshold) for threshold in thresholds]
    best = [t for t, hit in zip(thresholds, hits, strict=True) if hit == max(hits)]
    return round(best[len(best) // 2], 3)


def _checks(job: Job, count: int, first: int, tell: Tell) -> tuple[Pixels, Index]:
    """Fresh seeds, nobody moved from where the world put them: half quiet, half wide."""
    plans = (
        Scenes(count=count // 2, first=first, loose=0.0),
        Scenes(count=count // 2, first=first + WIDE_FURTHER, widths="wide", loose=0.0),
    )
    drawn = [draw_all(plan, job.work, job.machine.processes, tell) for plan in plans]
    images = np.concatenate([one.images for one in drawn])
    return images, np.concatenate([one.index for one in drawn])


def _promote(network: Any, loop: Loop, job: Job, settings: FinderSettings, tell: Tell) -> bool:
    folder, made = job.embedded / "finder", job.work / "finder"
    export_finder(network, made / "model.onnx")
    finder = OnnxFinder(made)
    check, index = _checks(job, settings.check, CHECK_FIRST, tell)
    threshold = best_threshold(finder.find(list(check), BLUR), index)
    test, truth = _checks(job, settings.check, TEST_FIRST, tell)
    found = finder.find(list(test), threshold)
    after = scores_of(found, truth)
    for name in ("mask_iou", "box_iou", "right_counts"):
        value = getattr(after, name)
        tell(Measured(name=name.replace("_", " "), value=value, at=loop.totals.samples))
    if (folder / "model.onnx").exists():
        before = scores_of(OnnxFinder(folder).find(list(test)), truth)
        tell(Measured(name="mask IoU and right counts, shipped finder", value=before.together))
        if after.together < before.together:
            tell(Warned(what="not better than the shipped finder: not shipped"))
            return False
    folder.mkdir(parents=True, exist_ok=True)
    (made / "model.onnx").replace(folder / "model.onnx")
    half = len(test) // 2
    quiet = scores_of(found[:half], truth[:half])
    _write_cards(folder, _figures(after, quiet, threshold, len(test), loop))
    tell(Made(what="finder", path=str(folder)))
    return True


def _figures(scores: Scores, quiet: Scores, threshold: float, pictures: int, loop: Loop) -> Figures:
    return {
        "name": "storybook",
        "size": 128,
        "threshold": threshold,
        "mask_iou": round(scores.mask_iou, 4),
        "mask_iou_quiet": round(quiet.mask_iou, 4),
        "box_iou": round(scores.box_iou, 4),
        "right_counts": round(scores.right_counts, 4),
        "pictures": pictures,
        "samples": loop.totals.samples,
        "minutes": round(loop.totals.minutes, 1),
        "licence": "Apache-2.0",
        "may_sell": True,
    }


def _write_cards(folder: Path, figures: Figures) -> None:
    (folder / "card.toml").write_text(figures_toml(figures), encoding="utf-8")
    (folder / "README.md").write_text(finder_card(figures), encoding="utf-8")
