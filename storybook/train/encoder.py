"""Trains the identity encoder: pictures of one character point the same way; knows no tags.

Supervised contrastive learning (Khosla et al. 2020, 2004.11362) over random characters, usual and
unusual, each in several pictures that differ in pose, view, hat, scene and style. The trunk starts
from the tagger's, where one is shipped.
"""

from __future__ import annotations

import multiprocessing
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

import storybook.world as world
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned
from storybook.train import cast
from storybook.train.cards import Figures, encoder_card, figures_toml, totals_of
from storybook.train.data import world_digest
from storybook.train.degrade import Degrade
from storybook.train.loop import Loop
from storybook.train.networks import autocast
from storybook.train.onnx_file import export
from storybook.train.onnx_read import refill
from storybook.train.redraw import redrawn
from storybook.train.settings import EncoderSettings, Job, TaggerSettings
from storybook.train.ship import shipped_vae
from storybook.train.trunk import Trunk, Who
from storybook.train.vae import to_tensor

Pixels = NDArray[np.uint8]
Directions = NDArray[np.float32]
TRAINED, CHECKED = 80_000_000, 85_000_000
DRAWN_TOGETHER = 3


def pictures_of(first: int, characters: int, views: int, job: Job, tell: Tell) -> Pixels:
    """(characters, views, 128, 128, 3), rendered once and kept in the work folder."""
    path = job.work / "pictures" / f"cast-{first}-{characters}x{views}-{world_digest()}.npy"
    if not path.exists():
        tell(Began(what="render", total=characters * views, unit="pictures"))
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".part.npy")
        shape = (characters, views, 128, 128, 3)
        target = np.lib.format.open_memmap(beside, mode="w+", dtype=np.uint8, shape=shape)
        wanted = [(first + i, views) for i in range(characters)]
        with multiprocessing.get_context("spawn").Pool(job.machine.processes) as pool:
            for i, drawn in enumerate(pool.imap(cast.drawn_views, wanted, chunksize=8)):
                target[i] = drawn
        target.flush()
        beside.rename(path)
    pictures: Pixels = np.load(path, mmap_mode="r")
    return pictures


def contrast(directions: Tensor, views: int, temperature: float) -> Tensor:
    """The supervised contrastive loss of (n * views, width) rows, the views of one side by side."""
    likeness = directions @ directions.T / temperature
    count = len(directions)
    own = torch.eye(count, dtype=torch.bool, device=directions.device)
    who = torch.arange(count, device=directions.device) // views
    same = (who[:, None] == who[None]) & ~own
    rest = likeness.masked_fill(own, -1e9)
    chance = rest - rest.logsumexp(1, keepdim=True)
    return -(chance * same).sum(1).div(views - 1).mean()


@dataclass(frozen=True)
class Likeness:
    """How often the same character is nearer than a stranger, and the border between them."""

    pairs: float
    border: float


def likeness_of(directions: Directions) -> Likeness:
    """Every (picture, same, stranger) triple of (characters, views, width) directions."""
    people, views, width = directions.shape
    flat = directions.reshape(-1, width)
    likeness = flat @ flat.T
    who = np.arange(len(flat)) // views
    same = (who[:, None] == who[None]) & ~np.eye(len(flat), dtype=bool)
    strangers = who[:, None] != who[None]
    right = [
        (likeness[i][same[i]][:, None] > likeness[i][strangers[i]][None]).mean()
        for i in range(people * views)
    ]
    border = (np.median(likeness[same]) + np.quantile(likeness[strangers], 0.95)) / 2
    return Likeness(float(np.mean(right)), float(border))


def directions_of(model: Path, pictures: Pixels) -> Directions:
    """What an exported encoder says of (n, 128, 128, 3) RGB pictures."""
    session = onnxruntime.InferenceSession(str(model))
    parts = []
    for begin in range(0, len(pictures), 128):
        pixels = pictures[begin : begin + 128, ..., ::-1].astype(np.float32)
        parts.append(session.run(None, {"input": pixels})[0])
    return np.concatenate(parts)


def train_encoder(job: Job, settings: EncoderSettings, tell: Tell) -> bool:
    """Train until the budget ends and ship if not worse; says whether it was shipped."""
    torch.manual_seed(job.seed)
    pictures = pictures_of(TRAINED, settings.characters, settings.views, job, tell)
    drawn = _redrawn(pictures, settings, job, tell)
    network = Who(TaggerSettings().widths, settings.width)
    _begin(network, pictures, job)
    network = network.to(job.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    path = job.work / "encoder.ckpt"
    loop = Loop(path, {"network": network}, job.budget, settings.rate, job.seed, ema=0.99)
    if not job.from_scratch:
        loop.totals = totals_of(job.embedded / "encoder" / "card.toml")
    loop.resume()
    degrade = Degrade(shipped_vae(job), job.machine, job.seed + loop.step, mirror=False)
    tell(Began(what="encoder", unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        batch = degrade(_batch(pictures, drawn, settings, loop)).to(job.machine.device)
        with autocast(job.machine):
            directions = network(batch)
        loop.learn(contrast(directions, DRAWN_TOGETHER, settings.temperature), len(batch))
        if loop.step % 25 == 0:
            note = f"loss {loop.loss:.4f}, {loop.clock.minutes:.1f} min"
            tell(Moved(what="encoder", done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    loop.swap()
    return _promote(network, loop, job, settings, tell)


def _begin(network: Who, pictures: Pixels, job: Job) -> None:
    """Start from the shipped encoder, else from the shipped tagger's trunk, else from chance."""
    shipped = [job.embedded / name / "model.onnx" for name in ("encoder", "tagger")]
    if job.from_scratch or not any(path.exists() for path in shipped):
        return
    some = to_tensor(pictures[:64, 0])
    if shipped[0].exists():
        refill(network, shipped[0], some)
    else:
        refill(_OnlyTrunk(network.trunk), shipped[1], some)


class _OnlyTrunk(nn.Module):
    """A network whose head is nothing, to be filled from a file that has another head."""

    def __init__(self, trunk: Trunk) -> None:
        super().__init__()
        self.trunk = trunk

    def forward(self, pictures: Tensor) -> Tensor:
        result: Tensor = self.trunk(pictures)
        return result


def _redrawn(pictures: Pixels, settings: EncoderSettings, job: Job, tell: Tell) -> Pixels | None:
    """The first characters' pictures as the shipped base draws them, in the same shape."""
    rng = random.Random(job.seed)
    count = min(settings.redrawn, len(pictures))
    captions = [
        world.caption(cast.view(cast.character(TRAINED + i), (TRAINED + i) * 50 + k), rng, 0.0)
        for i in range(count)
        for k in range(settings.views)
    ]
    flat = np.asarray(pictures[:count]).reshape(-1, *pictures.shape[2:])
    made = redrawn(job, "encoder", flat, captions, settings.strength, tell)
    return None if made is None else made.reshape(count, settings.views, *pictures.shape[2:])


def _batch(pictures: Pixels, drawn: Pixels | None, settings: EncoderSettings, loop: Loop) -> Pixels:
    """`batch` characters in three pictures each; never the same character twice."""
    rows = []
    for who in loop.rng.sample(range(len(pictures)), settings.batch):
        for view in sorted(loop.rng.sample(range(settings.views), DRAWN_TOGETHER)):
            again = drawn is not None and who < len(drawn) and loop.rng.random() < 0.5
            source = drawn if drawn is not None and again else pictures
            rows.append(source[who, view])
    return np.stack(rows)


def development_pictures(views: int) -> Pixels:
    """(characters, views, 128, 128, 3) of the development cast, in the wide world."""
    people = list(world.DEVELOPMENT.values())
    return np.stack(
        [
            [world.draw(cast.view(one, CHECKED + 97 * i + k), size=128).image for i in range(views)]
            for k, one in enumerate(people)
        ]
    )


def _measured(model: Path, pictures: Pixels) -> Likeness:
    people, views = pictures.shape[:2]
    flat = np.asarray(pictures).reshape(people * views, *pictures.shape[2:])
    return likeness_of(directions_of(model, flat).reshape(people, views, -1))


def _promote(network: Any, loop: Loop, job: Job, settings: EncoderSettings, tell: Tell) -> bool:
    folder, model = job.embedded / "encoder", job.work / "encoder" / "model.onnx"
    export(network, model, sigmoid=False)
    strangers = pictures_of(CHECKED, settings.check, settings.views, job, tell)
    known = development_pictures(12)
    after, cast_after = _measured(model, strangers), _measured(model, known)
    tell(Measured(name="same above stranger", value=after.pairs, at=loop.totals.samples))
    tell(Measured(name="the same, development cast", value=cast_after.pairs))
    if (folder / "model.onnx").exists():
        before = _measured(folder / "model.onnx", strangers)
        tell(Measured(name="same above stranger, shipped encoder", value=before.pairs))
        if after.pairs < before.pairs:
            tell(Warned(what="not better than the shipped encoder: not shipped"))
            return False
    folder.mkdir(parents=True, exist_ok=True)
    model.replace(folder / "model.onnx")
    figures: Figures = {
        "name": "storybook",
        "size": 128,
        "width": settings.width,
        "same_above_stranger": round(after.pairs, 4),
        "same_above_stranger_development_cast": round(cast_after.pairs, 4),
        "border": round(after.border, 3),
        "samples": loop.totals.samples,
        "minutes": round(loop.totals.minutes, 1),
        "licence": "Apache-2.0",
        "may_sell": True,
    }
    (folder / "card.toml").write_text(figures_toml(figures), encoding="utf-8")
    (folder / "README.md").write_text(encoder_card(figures), encoding="utf-8")
    tell(Made(what="encoder", path=str(folder)))
    return True
