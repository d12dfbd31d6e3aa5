"""Trains the tagger on degraded renders and ships it with the WD interface; draws nothing itself.

ONNX: (n, 128, 128, 3) float BGR 0..255 in, (n, tags) probabilities out; `selected_tags.csv` has the
columns of the WD taggers (tag_id, name, category, count), names with underscores, category 0.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

import storybook.world as world
from castmates.core.events import Began, Made, Measured, Moved, Tell, Warned
from storybook.train.cards import Figures, figures_toml, tagger_card, totals_of
from storybook.train.data import Rendered, render
from storybook.train.degrade import Degrade
from storybook.train.loop import Loop
from storybook.train.networks import autocast
from storybook.train.onnx_file import export
from storybook.train.onnx_read import refill
from storybook.train.redraw import redrawn
from storybook.train.settings import Job, Pictures, TaggerSettings
from storybook.train.ship import shipped_vae
from storybook.train.trunk import Named
from storybook.train.vae import to_tensor

Truth = NDArray[np.bool_]
CHECK_FIRST, TEST_FIRST = 70_000_000, 71_000_000
REDRAWN = 0.25


def all_tags() -> list[str]:
    """Every tag of the world in a fixed order."""
    return list(dict.fromkeys(tag for tags in world.vocabulary().values() for tag in tags))


def words_of(vocabulary: dict[str, list[str]]) -> Tensor:
    """(tags, words): the words of its family that a tag is made of ("red", "striped shirt")."""
    rows: list[list[int]] = []
    place: dict[str, int] = {}
    for family, tags in vocabulary.items():
        for tag in tags:
            parts = [f"{family} {part}" for part in _split(tag)]
            rows.append([place.setdefault(part, len(place)) for part in parts])
    matrix = torch.zeros(len(rows), len(place))
    for row, columns in enumerate(rows):
        matrix[row, columns] = 1
    return matrix


def _split(tag: str) -> list[str]:
    """The words of "holding red book" are red, book; of "red dress" red, dress; else itself."""
    plain = tag.removeprefix("holding ")
    first, _, rest = plain.partition(" ")
    return [first, rest] if rest else [plain]


def truth_of(specs: list[Any], tags: list[str]) -> Truth:
    """(n, tags): which tags are true of which picture."""
    place = {tag: i for i, tag in enumerate(tags)}
    truth = np.zeros((len(specs), len(tags)), bool)
    for row, spec in enumerate(specs):
        said = set(world.tags_of(spec).values())
        if len(spec.characters) == 1:
            said.add("solo")
        truth[row, [place[tag] for tag in said if tag in place]] = True
    return truth


@dataclass(frozen=True)
class Scores:
    """How well a tagger does: F1 averaged over tags that occur, and over all decisions."""

    threshold: float
    macro_f1: float
    micro_f1: float


def f1_by_tag(said: Truth, truth: Truth) -> NDArray[np.float64]:
    """(tags,) F1; nan for a tag that neither occurs nor is said."""
    hits = (said & truth).sum(0).astype(float)
    total = (said.sum(0) + truth.sum(0)).astype(float)
    return np.where(total > 0, 2 * hits / np.maximum(total, 1), np.nan)


def scores_at(probabilities: NDArray[np.float32], truth: Truth, threshold: float) -> Scores:
    """Macro and micro F1 at one threshold for all tags."""
    said = probabilities >= threshold
    occurring = truth.any(0)
    macro = float(np.nanmean(f1_by_tag(said, truth)[occurring]))
    micro = 2 * float((said & truth).sum()) / max(1.0, float(said.sum() + truth.sum()))
    return Scores(round(threshold, 3), macro, micro)


def best_threshold(probabilities: NDArray[np.float32], truth: Truth) -> Scores:
    """The threshold with the highest macro F1."""
    candidates = [scores_at(probabilities, truth, t) for t in np.arange(0.2, 0.7, 0.025).tolist()]
    return max(candidates, key=lambda scores: scores.macro_f1)


def probabilities_of(model: Path, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What an exported tagger says of (n, 128, 128, 3) RGB pictures."""
    session = onnxruntime.InferenceSession(str(model))
    parts = []
    for begin in range(0, len(pictures), 128):
        pixels = pictures[begin : begin + 128, ..., ::-1].astype(np.float32)
        parts.append(session.run(None, {"input": pixels})[0])
    return np.concatenate(parts)


def train_tagger(job: Job, settings: TaggerSettings, tell: Tell) -> bool:
    """Train until the budget ends, choose a threshold, ship if not worse; says whether shipped."""
    torch.manual_seed(job.seed)
    sets = [render(plan, job.work, job.machine.processes, tell) for plan in settings.sets]
    tags = all_tags()
    truths = [truth_of(drawn.specs, tags) for drawn in sets]
    drawn = _redrawn(sets[0], settings, job, tell)
    network = Named(settings.widths, words_of(world.vocabulary()))
    shipped = job.embedded / "tagger" / "model.onnx"
    if shipped.exists() and not job.from_scratch:
        refill(network, shipped, to_tensor(sets[0].images[:128]))
    network = network.to(job.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    path = job.work / "tagger.ckpt"
    loop = Loop(path, {"network": network}, job.budget, settings.rate, job.seed, ema=0.99)
    if not job.from_scratch:
        loop.totals = totals_of(job.embedded / "tagger" / "card.toml")
    loop.resume()
    degrade = Degrade(shipped_vae(job), job.machine, job.seed + loop.step, mirror=True)
    tell(Began(what="tagger", unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        images, wanted = _batch(sets, truths, drawn, settings.batch, loop)
        pictures = degrade(images).to(job.machine.device)
        with autocast(job.machine):
            logits = network(pictures)
        loss = functional.binary_cross_entropy_with_logits(
            logits.float(), torch.from_numpy(wanted).float().to(job.machine.device)
        )
        loop.learn(loss * 10, len(images))
        if loop.step % 50 == 0:
            note = f"loss {loop.loss:.4f}, {loop.clock.minutes:.1f} min"
            tell(Moved(what="tagger", done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    loop.swap()
    counts = Counter(dict(zip(tags, sum(t.sum(0) for t in truths).tolist(), strict=True)))
    return _promote(network, counts, loop, job, settings, tell)


def _redrawn(
    quiet: Rendered, settings: TaggerSettings, job: Job, tell: Tell
) -> NDArray[np.uint8] | None:
    """The first pictures of a set as the shipped base draws them."""
    rng = random.Random(job.seed)
    count = min(settings.redrawn, len(quiet.images))
    captions = [world.caption(spec, rng, 0.0) for spec in quiet.specs[:count]]
    return redrawn(job, "tagger", quiet.images[:count], captions, settings.strength, tell)


def _batch(
    sets: list[Rendered],
    truths: list[Truth],
    drawn: NDArray[np.uint8] | None,
    count: int,
    loop: Loop,
) -> tuple[NDArray[np.uint8], Truth]:
    """Renders at random; a quarter of them redrawn by the base, where there is one."""
    sizes = [len(one.images) for one in sets]
    images, wanted = [], []
    for _ in range(count):
        chosen = loop.rng.choices(range(len(sets)), sizes)[0]
        index = loop.rng.randrange(sizes[chosen])
        source = sets[chosen].images
        if drawn is not None and loop.rng.random() < REDRAWN:
            chosen, index, source = 0, loop.rng.randrange(len(drawn)), drawn
        images.append(source[index])
        wanted.append(truths[chosen][index])
    return np.stack(images), np.stack(wanted)


def _checks(job: Job, count: int, first: int, tell: Tell) -> tuple[NDArray[np.uint8], Truth]:
    """Fresh seeds: three quarters of the quiet world, a quarter of the wide one."""
    plans = (
        Pictures(count=count * 3 // 4, first=first),
        Pictures(count=count // 4, first=first + 500_000, widths="wide"),
    )
    drawn = [render(plan, job.work, job.machine.processes, tell) for plan in plans]
    truth = [truth_of(one.specs, all_tags()) for one in drawn]
    return np.concatenate([one.images for one in drawn]), np.concatenate(truth)


def _promote(
    network: Any,
    counts: Counter[str],
    loop: Loop,
    job: Job,
    settings: TaggerSettings,
    tell: Tell,
) -> bool:
    folder, model = job.embedded / "tagger", job.work / "tagger" / "model.onnx"
    export(network, model, sigmoid=True)
    check, truth = _checks(job, settings.check, CHECK_FIRST, tell)
    threshold = best_threshold(probabilities_of(model, check), truth).threshold
    test, true = _checks(job, settings.check, TEST_FIRST, tell)
    after = scores_at(probabilities_of(model, test), true, threshold)
    tell(Measured(name="macro F1", value=after.macro_f1, at=loop.totals.samples))
    tell(Measured(name="micro F1", value=after.micro_f1, at=loop.totals.samples))
    if (folder / "model.onnx").exists():
        before = best_threshold(probabilities_of(folder / "model.onnx", test), true)
        tell(Measured(name="macro F1 of the shipped tagger", value=before.macro_f1))
        if after.macro_f1 < before.macro_f1:
            tell(Warned(what="not better than the shipped tagger: not shipped"))
            return False
    folder.mkdir(parents=True, exist_ok=True)
    model.replace(folder / "model.onnx")
    _write_tags(folder / "selected_tags.csv", counts)
    _write_cards(folder, after, loop)
    tell(Made(what="tagger", path=str(folder)))
    return True


def _write_tags(path: Path, counts: Counter[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["tag_id", "name", "category", "count"])
        for number, tag in enumerate(all_tags()):
            rows.writerow([number, tag.replace(" ", "_"), 0, counts[tag]])


def _write_cards(folder: Path, scores: Scores, loop: Loop) -> None:
    figures: Figures = {
        "name": "storybook",
        "size": 128,
        "threshold": scores.threshold,
        "macro_f1": round(scores.macro_f1, 4),
        "micro_f1": round(scores.micro_f1, 4),
        "samples": loop.totals.samples,
        "minutes": round(loop.totals.minutes, 1),
        "licence": "Apache-2.0",
        "may_sell": True,
    }
    (folder / "card.toml").write_text(figures_toml(figures), encoding="utf-8")
    (folder / "README.md").write_text(tagger_card(figures), encoding="utf-8")
