"""The chooser's scores on a really trained character, held against the oracle; trains by `make`.

The character's album goes through `castmates make`; then the chooser's whole suite is drawn for its
epochs and strengths. What is true of each picture is what the oracle reads: identity slots that
agree with the character (without the clothes, where others are asked for) and wants that are true.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from castmates.core.events import Tell
from castmates.families.shelf import open_base
from castmates.files import images
from castmates.files.studio import Studio
from castmates.judging.cells import StudyPrompt, cells
from castmates.judging.judges import Judges
from castmates.judging.readings import Coordinates, Scores
from castmates.judging.scores import score
from castmates.judging.utility import where
from castmates.studio.choose import real_pictures
from castmates.studio.compare import Axes, draw_study, study_of
from castmates.studio.make import make
from castmates.studio.suite import suite_for
from castmates.studio.train import newest_finished
from storybook import album
from storybook.evaluate.arms import LEAK, Found, OfOne
from storybook.oracle.identity import agreement, is_true, share
from storybook.oracle.reading import Oracle, Reading
from storybook.oracle.slots import IDENTITY
from storybook.world.values import Character

CLOTHES = tuple(slot for slot in IDENTITY if slot.startswith("outfit"))


@dataclass(frozen=True)
class Measures:
    """How much is drawn: strengths, seeds, how far `make` goes, and every how many epochs."""

    strengths: tuple[float, ...] = (0.4, 0.7, 1.0)
    seeds: int = 1
    journey: str = "full"
    every: int = 2


def tried_trained(
    who: Character, work: Path, judges: Judges, oracle: Oracle, how: Measures, tell: Tell
) -> OfOne:
    """Train, draw, score, read. What is there already is kept."""
    source = work / "albums" / who.name
    if not source.exists():
        album.write(who, source)
    make(
        [source],
        work / "studio",
        name=who.name,
        class_word=who.kind,
        journey=how.journey,
        tell=tell,
    )
    folder = Studio.open(work / "studio").character(who.name)
    trained, base = newest_finished(folder), open_base("storybook")
    study = study_of(base, folder, trained, Axes(how.strengths, how.seeds))
    study = study.model_copy(
        update={
            "prompts": suite_for("storybook").filled(folder.character).race,
            "adapters": study.adapters[how.every - 1 :: how.every] or study.adapters[-1:],
        }
    )
    drawn = draw_study(base, folder, trained, study, tell)
    scores = score(study, drawn, real_pictures(folder), judges, tell)
    wanted = cells(study)
    read = oracle.read([images.read(drawn.cells / cell.name) for cell in wanted])
    truth: dict[tuple[int, float], list[tuple[float, float | None]]] = {}
    for cell, reading in zip(wanted, read, strict=True):
        prompt = study.prompt(cell.prompt)
        if prompt.family != LEAK:
            told = (_alike(reading, prompt, who), _obeyed(reading, prompt))
            truth.setdefault((cell.epoch, cell.strength), []).append(told)
    return _held_against(who, scores, truth)


def _held_against(
    who: Character, scores: Scores, truth: dict[Coordinates, list[tuple[float, float | None]]]
) -> OfOne:
    stranger = float(np.mean([alike for alike, _ in truth[where(scores.baseline)]]))
    found = []
    for arm in scores.arms:
        own = truth[where(arm)]
        alike = float(np.mean([alike for alike, _ in own]))
        found.append(
            Found(
                character=who.name,
                failure="",
                likeness=arm.likeness,
                alike=max(0.0, (alike - stranger) / max(1.0 - stranger, 1e-6)),
                flexibility=arm.flexibility or 0.0,
                obeyed=float(np.mean([obeyed for _, obeyed in own if obeyed is not None])),
                utility=arm.utility,
                low=arm.likeness_interval[0],
                high=arm.likeness_interval[1],
                reason=arm.gates[0].gate if arm.gates else "",
                gates=tuple(gate.gate for gate in arm.gates),
            )
        )
    order = [where(arm) for arm in scores.arms]
    picked = order.index(scores.picks.balanced) if scores.picks else 0
    return OfOne(character=who.name, arms=tuple(found), picked=picked)


def _alike(reading: Reading, prompt: StudyPrompt, who: Character) -> float:
    """Share of what is shown of the character that is right; nobody there: nothing."""
    if not reading.persons:
        return 0.0
    slots = [s for s in IDENTITY if prompt.family != "outfit" or s not in CLOTHES]
    return share(agreement(reading.persons[0], reading.framing, who, slots))


def _obeyed(reading: Reading, prompt: StudyPrompt) -> float | None:
    told = [is_true(reading, tag) for tag in prompt.wants]
    told += [None if (one := is_true(reading, tag)) is None else not one for tag in prompt.avoids]
    seen = [bool(one) for one in told if one is not None]
    return float(np.mean(seen)) if seen else None
