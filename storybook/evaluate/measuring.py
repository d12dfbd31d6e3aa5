"""Draws and gathers the pictures that each figure needs, and words the figures; judges nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import storybook.world as world
from castmates.backends.finders import open_finder
from castmates.core.events import Began, Moved, Tell
from castmates.core.ports import Pixels
from castmates.core.types import Shot
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.studio.models import take_encoder, take_tagger
from storybook.evaluate.judges import (
    asked_tags,
    f1_of,
    same_above_stranger,
    seen_by,
    truth_by_oracle,
)
from storybook.evaluate.memory import copying
from storybook.evaluate.obedience import Wish, obeyed, wishes
from storybook.evaluate.shares import Share
from storybook.oracle.labelling import error_lines
from storybook.oracle.reading import Oracle
from storybook.train import cast
from storybook.train.data import render
from storybook.train.encoder import CHECKED
from storybook.train.redraw import redrawn
from storybook.train.settings import Job, Pictures
from storybook.train.sheet import grid, save_sheet
from storybook.train.tagger import TEST_FIRST, truth_of

FIRST_SEED = 60_000
TOGETHER = 48
TRAINED = 24_000
IDENTITY_STRENGTH = 0.35


def drawn_of(base: Base, wanted: Sequence[Wish], tell: Tell) -> list[Pixels]:
    """One picture of every wish, each with its own seed, at the base's own numbers."""
    tell(Began(what="draw", total=len(wanted), unit="pictures"))
    pictures: list[Pixels] = []
    for begin in range(0, len(wanted), TOGETHER):
        some = wanted[begin : begin + TOGETHER]
        shots = [Shot(words=w.words, seed=FIRST_SEED + begin + i) for i, w in enumerate(some)]
        found = sorted(Painter(base).draw(shots), key=lambda one: one.index)
        pictures += [one.pixels for one in found]
        tell(Moved(what="draw", done=len(pictures)))
    return pictures


def base_lines(oracle: Oracle, count: int, job: Job, out: Path, tell: Tell) -> Iterator[str]:
    """Obedience, binding, counts, left and right, copying; the oracle's own error first."""
    yield from error_lines(oracle)
    base = open_base("storybook")
    for characters, share in ((1, 1.0), (2, 0.5), (3, 0.25)):
        wanted = wishes(max(4, int(count * share)), characters)
        pictures = drawn_of(base, wanted, tell)
        save_sheet(grid(pictures[:32], 8), out / f"drawn-{characters}.png", colours=256)
        found = obeyed(wanted, oracle.read(pictures))
        head = f"{characters} character{'s' * (characters > 1)}"
        yield f"{head}, obedience: " + "\n".join(found.tally.lines())
        yield f"{head}, as many as asked: {Share.of_yes(found.counts)}, n = {len(found.counts)}"
        yield f"{head}, colours within a character: {found.within}"
        if found.between.right:
            yield f"{head}, colours between characters: {found.between}"
        if found.sides:
            yield f"{head}, left is left: {Share.of_yes(found.sides)}, n = {len(found.sides)}"
        if characters == 1:
            yield from _copying_lines(pictures, job, out, tell)


def _copying_lines(pictures: Sequence[Pixels], job: Job, out: Path, tell: Tell) -> Iterator[str]:
    processes = job.machine.processes
    trained = render(Pictures(count=TRAINED), job.work, processes, tell).images
    fresh = render(Pictures(count=1500, first=TEST_FIRST), job.work, processes, tell).images
    found = copying(pictures, list(fresh), list(trained))
    pairs = [p for i, at in found.pairs for p in (pictures[i], np.asarray(trained[at]))]
    save_sheet(grid(pairs, 2), out / "nearest.png", colours=256)
    yield f"memorisation: {found}"


def judge_lines(oracle: Oracle, count: int, job: Job, tell: Tell) -> Iterator[str]:
    """Tagger, finder and encoder, on renders and on drawn pictures."""
    tagger, encoder = take_tagger(), take_encoder()
    tags = asked_tags(tagger)
    plan = Pictures(count=1500, first=TEST_FIRST)
    fresh = render(plan, job.work, job.machine.processes, tell)
    pictures = [np.asarray(one) for one in fresh.images[: count * 2]]
    truth = truth_of(fresh.specs[: len(pictures)], tags).astype(np.int8)
    yield f"tagger on renders: {f1_of(seen_by(tagger, pictures, tags), truth, tags)}"
    drawn = drawn_of(open_base("storybook"), wishes(count), tell)
    said = truth_by_oracle(oracle.read(drawn), tags)
    yield (
        "tagger on drawn pictures (truth by the oracle): "
        f"{f1_of(seen_by(tagger, drawn, tags), said, tags)}"
    )
    yield from finder_lines(oracle, count // 2, tell)
    people = album_of(40, 6)
    yield (
        "encoder on renders, same character above a stranger: "
        f"{100 * same_above_stranger(encoder, people):.1f} % of triples"
    )
    again = _drawn_over(people, job, tell)
    if again is not None:
        yield (
            f"encoder on pictures drawn over by the base (strength up to {IDENTITY_STRENGTH}): "
            f"{100 * same_above_stranger(encoder, again):.1f} % of triples"
        )


def finder_lines(oracle: Oracle, count: int, tell: Tell) -> Iterator[str]:
    """How often the finder finds as many in drawn pictures as the oracle reads there."""
    base, finder = open_base("storybook"), open_finder("storybook")
    for characters in (1, 2, 3):
        drawn = drawn_of(base, wishes(count, characters), tell)
        read = [one.count for one in oracle.read(drawn)]
        agree = [len(f) == c for f, c in zip(finder.find(drawn), read, strict=True)]
        share = Share.of_yes(agree)
        yield f"finder, {characters} asked, as many as the oracle reads: {share}, n = {count}"


def album_of(people: int, views: int) -> NDArray[np.uint8]:
    """(people, views, 128, 128, 3) of random characters that nothing was trained on."""
    first = CHECKED + 500_000
    return np.stack([cast.drawn_views((first + i, views)) for i in range(people)])


def _drawn_over(people: NDArray[np.uint8], job: Job, tell: Tell) -> NDArray[np.uint8] | None:
    count, views = people.shape[:2]
    first, rng = CHECKED + 500_000, random.Random(0)
    captions = [
        world.caption(cast.view(cast.character(first + i), (first + i) * 50 + k), rng, 0.0)
        for i in range(count)
        for k in range(views)
    ]
    flat = people.reshape(-1, *people.shape[2:])
    made = redrawn(
        replace(job, from_scratch=False), "judged", flat, captions, IDENTITY_STRENGTH, tell
    )
    return None if made is None else np.asarray(made).reshape(people.shape)
