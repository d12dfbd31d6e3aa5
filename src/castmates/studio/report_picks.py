"""Lays out the pick beside less and more of the adapter, prompt by prompt; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from castmates.core.ports import Pixels
from castmates.judging.cells import Study, cell_name
from castmates.judging.choice import Decision
from castmates.judging.scores import CellScore, Scores

MOST = 6
"""Prompts across: those that tell the rows apart best."""


@dataclass(frozen=True)
class Spot:
    """One picture, what it shows, and whether something asked for is missing."""

    picture: Pixels | None
    says: str
    missing: str


@dataclass(frozen=True)
class Row:
    """An arm's pictures; `title` is its part ("the pick"), `where` its epoch and strength."""

    title: str
    where: str
    spots: tuple[Spot, ...]
    picked: bool = False


@dataclass(frozen=True)
class Sheet:
    """Rows of arms over columns of prompts, all from one seed."""

    prompts: tuple[str, ...]
    rows: tuple[Row, ...]
    seed: int


def sheet(
    study: Study, scores: Scores, decision: Decision, pictures: Mapping[str, Pixels]
) -> Sheet | None:
    """The pick, its runners-up, one with less and one with more, and the base; None: nothing that
    all of them were drawn with."""
    arms = _arms(decision)
    readings = {cell.name: cell for cell in scores.cells}
    for seed in study.seeds:
        labels = [
            prompt.label
            for prompt in study.prompts
            if all(cell_name(*at, prompt.label, seed) in pictures for _, at in arms)
        ]
        if labels:
            break
    else:
        return None
    if len(labels) > MOST:
        telling = {label: _spread(label, seed, arms, readings) for label in labels}
        best = sorted(labels, key=lambda label: -telling[label])[:MOST]
        labels = [label for label in labels if label in best]
    rows = tuple(
        Row(
            title,
            "without adapter" if at[0] == 0 else f"epoch {at[0]} at {at[1]:g}",
            tuple(_spot(title, at, label, seed, pictures, readings) for label in labels),
            picked=i == 0,
        )
        for i, (title, at) in enumerate(arms)
    )
    return Sheet(tuple(label.replace("-", " ") for label in labels), rows, seed)


def _arms(decision: Decision) -> list[tuple[str, tuple[int, float]]]:
    """(title, (epoch, strength)), each arm once: with all the parts that it plays."""
    parts = (
        ("the pick", decision.pick),
        ("most alike", decision.most_like),
        ("most flexible", decision.most_flexible),
        ("last epoch", decision.last),
        ("lowest loss", decision.lowest),
        ("under-cooked", decision.under),
        ("over-cooked", decision.over),
    )
    titles: dict[tuple[int, float], list[str]] = {}
    for title, one in parts:
        if one is not None:
            titles.setdefault((one.epoch, one.strength), []).append(title)
    found = [(", ".join(words), at) for at, words in titles.items()]
    return [*found, ("the base", (0, 0.0))]


def _spread(
    label: str,
    seed: int,
    arms: Sequence[tuple[str, tuple[int, float]]],
    readings: Mapping[str, CellScore],
) -> float:
    """How differently the rows do on a prompt."""
    cells = [readings.get(cell_name(*at, label, seed)) for _, at in arms if at[0]]
    seen = [cell for cell in cells if cell is not None]
    if len(seen) < 2:
        return 0.0
    kept = [1.0 if cell.obedience is None else cell.obedience for cell in seen]
    return float(np.std([cell.likeness for cell in seen]) + np.std(kept))


def _spot(
    title: str,
    at: tuple[int, float],
    label: str,
    seed: int,
    pictures: Mapping[str, Pixels],
    readings: Mapping[str, CellScore],
) -> Spot:
    name = cell_name(*at, label, seed)
    cell = readings.get(name)
    missed = [tag for tag in cell.wanted if tag not in cell.found] if cell else []
    missing = f"no {missed[0]}".replace("_", " ") if missed else ""
    return Spot(pictures.get(name), f"{label}, {title}", missing)
