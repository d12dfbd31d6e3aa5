"""The chooser's scores on a really trained character, held against the oracle.

The character is trained as `castmates make` does; then the chooser's whole suite is drawn for its
epochs and strengths. Pictures, our readings (`scores.json`) and the oracle's (`truth.json`) stay in
the study's folder, so that either can be done again without the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from castmates.core.events import Tell
from castmates.core.ports import Pixels
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.files import images
from castmates.files.studio import CharacterFolder, StudyFolder
from castmates.files.writing import write_text
from castmates.judging.cells import Cell, Study, cells
from castmates.judging.choice import choose
from castmates.judging.intervals import mean_interval
from castmates.judging.judges import Judges
from castmates.judging.readings import ArmScore, Coordinates, Scores
from castmates.judging.scores import score
from castmates.judging.utility import where
from castmates.studio.choose import real_pictures
from castmates.studio.choose_race import held_out_losses
from castmates.studio.compare import Axes, draw_study, study_of
from castmates.studio.init import init
from castmates.studio.suite import suite_for
from castmates.studio.train import newest_finished
from storybook.evaluate.arms import LEAK, Found, OfOne, components
from storybook.evaluate.training import trained
from storybook.evaluate.truth import ArmTruth, Truths, arms_of, truths_of
from storybook.oracle.reading import Oracle
from storybook.world.values import Character


@dataclass(frozen=True)
class Measures:
    """How much is drawn: epochs (those that were saved), strengths, seeds; whose recipe."""

    epochs: tuple[int, ...] = (1, 2, 4, 6, 8)
    strengths: tuple[float, ...] = (0.4, 0.6, 0.8, 1.0, 1.2)
    seeds: int = 1
    journey: str = "full"


@dataclass(frozen=True)
class Readers:
    """Ours, who also choose, and the one that no choice ever sees."""

    judges: Judges
    oracle: Oracle


def tried_trained(who: Character, work: Path, readers: Readers, how: Measures, tell: Tell) -> OfOne:
    """Train, draw, score, read. What is trained, drawn and read by the oracle already is kept."""
    base, house = open_base("storybook"), init(work / "studio")
    folder = trained(base, house, who, how.journey, who.kind, tell)
    study = study_with(base, folder, how)
    drawn = draw_study(base, folder, newest_finished(folder), study, tell)
    truths = _truths(who, folder, study, drawn, readers.oracle)
    scores = score(study, drawn, real_pictures(folder), readers.judges, tell)
    losses, _ = held_out_losses(newest_finished(folder))
    losses = {one.epoch: losses[one.epoch] for one in study.adapters if one.epoch in losses}
    lowest = min(losses, key=lambda epoch: losses[epoch]) if losses else 0
    return held_against(who, study, scores, arms_of(truths), lowest)


def study_with(base: Base, folder: CharacterFolder, how: Measures) -> Study:
    """The chooser's prompts at the epochs, strengths and seeds wanted."""
    study = study_of(base, folder, newest_finished(folder), Axes(how.strengths, how.seeds))
    some = tuple(one for one in study.adapters if one.epoch in how.epochs)
    return study.model_copy(
        update={
            "prompts": suite_for("storybook").filled(folder.character).race,
            "adapters": some or study.adapters[-1:],
        }
    )


def _truths(
    who: Character, folder: CharacterFolder, study: Study, drawn: StudyFolder, oracle: Oracle
) -> Truths:
    """The oracle's readings: kept ones, if they are of the same pictures."""
    wanted, kept = cells(study), drawn.path / "truth.json"
    if kept.is_file():
        truths = Truths.model_validate_json(kept.read_text(encoding="utf-8"))
        if [one.name for one in truths.cells] == [cell.name for cell in wanted]:
            return truths
    real = real_pictures(folder)
    truths = truths_of(
        who,
        study,
        wanted,
        oracle.read(_pixels(drawn, wanted)),
        oracle.read([*real.held_out, *real.training]),
    )
    write_text(kept, truths.model_dump_json(indent=1) + "\n")
    return truths


def _pixels(drawn: StudyFolder, wanted: Sequence[Cell]) -> list[Pixels]:
    return [images.read(drawn.cells / cell.name) for cell in wanted]


def held_against(
    who: Character,
    study: Study,
    scores: Scores,
    truths: Mapping[Coordinates, ArmTruth],
    lowest: int = 0,
) -> OfOne:
    """Arm by arm what the scores say and what is true, and which arm `choose` takes."""
    pick = choose(study, scores).pick
    order = [where(arm) for arm in scores.arms]
    table = likeness_table(study, scores)
    return OfOne(
        character=who.name,
        arms=tuple(_found(who, arm, truths[where(arm)]) for arm in scores.arms),
        picked=order.index((pick.epoch, pick.strength)),
        covered=tuple(_covered(table)),
        parts=parts_of(table),
        lowest=lowest,
    )


def _found(who: Character, arm: ArmScore, truth: ArmTruth) -> Found:
    return Found(
        character=who.name,
        failure="",
        likeness=arm.likeness,
        alike=truth.alike,
        flexibility=arm.flexibility or 0.0,
        obeyed=truth.kept,
        utility=arm.utility,
        low=arm.likeness_interval[0],
        high=arm.likeness_interval[1],
        reason=arm.gates[0].gate if arm.gates else "",
        gates=tuple(gate.gate for gate in arm.gates),
        epoch=arm.epoch,
        strength=arm.strength,
        leakage=arm.measures.get("leakage", 0.0),
        leaked=truth.leaked,
        fused=truth.fused,
        fell=truth.fell,
        told=tuple(gate.gate for gate in arm.told),
        lost=truth.lost,
    )


def likeness_table(study: Study, scores: Scores) -> NDArray[np.float64]:
    """(arms, prompts, seeds) of likeness, without the prompts that leave the trigger out."""
    prompts = [prompt.label for prompt in study.prompts if prompt.family != LEAK]
    value = {(c.epoch, c.strength, c.prompt, c.seed): c.likeness for c in scores.cells}
    return np.asarray(
        [[[value[*where(arm), p, s] for s in study.seeds] for p in prompts] for arm in scores.arms]
    )


def parts_of(table: NDArray[np.float64]) -> dict[str, float]:
    """Standard deviations of likeness by arm, by prompt, by seed (with two or more) and the rest.

    Args:
        table: (arms, prompts, seeds).
    """
    if min(table.shape[:2]) < 2:
        return {}
    arm, prompt, rest = components(table.mean(axis=2))
    parts = {"arm": arm, "prompt": prompt, "rest": rest}
    if table.shape[2] > 1:
        each = [components(table[:, at]) for at in range(table.shape[1])]
        parts["seed"] = float(np.mean([seed**2 for _, seed, _ in each]) ** 0.5)
    return parts


def _covered(table: NDArray[np.float64]) -> list[bool]:
    """Of each arm, whether the interval from its first seed holds the mean of the other seeds."""
    if table.shape[2] < 2:
        return []
    held = []
    for arm in table:
        low, high = mean_interval(list(arm[:, 0]))
        held.append(bool(low <= arm[:, 1:].mean() <= high))
    return held
