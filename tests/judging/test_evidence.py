"""A choice is computed anew from its file alone: of a grid, and of a race of tiny pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.files.studio import StudyFolder
from castmates.judging import evidence
from castmates.judging.cells import Study, StudyPrompt, cells
from castmates.judging.choice import Rules, answer, choose
from castmates.judging.eligible import readings_of
from castmates.judging.evidence import Cost, Evidence, Raced
from castmates.judging.judges import Judges
from castmates.judging.likeness import RealPictures
from castmates.judging.race.arms import Arm
from castmates.judging.race.ladder import Prompt, ladder
from castmates.judging.race.run import Findings, Request, run
from castmates.judging.race.run import Rules as RaceRules
from castmates.judging.remembering import remembering
from castmates.judging.scores import Scores, score
from castmates.judging.study import run as draw_cells
from tests.judging import tiny

EPOCHS = (2, 6, 10)
PROMPTS = tuple(
    StudyPrompt(label=f"hat-{i}", words=f"pip, christmas hat, {i}", wants=("christmas hat",))
    for i in range(6)
)


def pool() -> Study:
    strengths = tuple(round(0.45 + 0.05 * i, 2) for i in range(15))
    return tiny.study(prompts=PROMPTS, seeds=tuple(range(1, 9)), strengths=strengths)


class Stand:
    """Draws and reads what a race asks for, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.study, self.spots = StudyFolder(folder), pool(), {}
        self.painter = tiny.FlatPainter()
        self.real = RealPictures(training=tiny.real(4), held_out=tiny.real(4, 200))
        self.judges = remembering(Judges(encoder=tiny.ColourEncoder(), tagger=tiny.RedTagger()))
        self.scores: Scores | None = None

    def measure(self, requests: Sequence[Request]) -> Findings:
        own = [(*r.arm, r.prompt, r.seed) for r in requests]
        both = [*((0, 0.0, r.prompt, r.seed) for r in requests), *own]
        new = [spot for spot in dict.fromkeys(both) if spot not in self.spots]
        if new:
            draw_cells(self.study.opening(new), self.painter, self.folder)
        self.spots |= dict.fromkeys(new)
        seen = self.study.opening(self.spots)
        self.scores = score(seen, self.folder, self.real, self.judges)
        wanted = set(own)
        some = (c for c in self.scores.cells if (c.epoch, c.strength, c.prompt, c.seed) in wanted)
        return Findings(readings_of(some))


def test_a_race_of_drawn_pictures_is_computed_anew_from_its_file(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    prompts = [Prompt(label=prompt.label) for prompt in PROMPTS]
    course = ladder(EPOCHS, len(PROMPTS), [Arm(10, 1.0)], 200)
    race = run(course, prompts, EPOCHS, stand.measure)
    assert stand.scores is not None
    won = evidence.won_by(race, stand.scores, 6)
    found = Evidence(
        decision=answer(stand.study, stand.scores, won),
        cost=Cost(pictures=len(stand.spots), grid=1),
        study=stand.study,
        rules=Rules(),
        scores=stand.scores,
        lowest=6,
        raced=Raced(
            ladder=course, prompts=tuple(prompts), epochs=EPOCHS, rules=RaceRules(), race=race
        ),
    )
    evidence.write(stand.folder, found)
    again = evidence.read(stand.folder)
    assert again == found
    assert evidence.recomputed(again) == found.decision
    assert len(stand.spots) <= course.cost <= 200
    assert (found.decision.pick.epoch, found.decision.pick.strength) == race.pick.arm
    drawn = {path.name for path in (tmp_path / "cells").glob("*.png")}
    assert drawn == {cell.name for cell in cells(stand.study.opening(stand.spots))}


def test_a_race_that_was_stopped_ends_the_same_and_draws_nothing_twice(tmp_path: Path) -> None:
    prompts = [Prompt(label=prompt.label) for prompt in PROMPTS]
    course = ladder(EPOCHS, len(PROMPTS), [Arm(10, 1.0)], 200)
    whole, stopped = Stand(tmp_path / "whole"), Stand(tmp_path / "stopped")
    race = run(course, prompts, EPOCHS, whole.measure)
    stopped.painter.stop_after = 10
    with pytest.raises(KeyboardInterrupt):
        run(course, prompts, EPOCHS, stopped.measure)
    again = Stand(tmp_path / "stopped")
    assert run(course, prompts, EPOCHS, again.measure) == race
    once = Stand(tmp_path / "stopped")
    assert run(course, prompts, EPOCHS, once.measure) == race
    assert once.painter.asked == []


def test_a_grid_is_computed_anew_from_its_file(tmp_path: Path) -> None:
    study, folder = tiny.study(seeds=(1, 2, 3)), StudyFolder(tmp_path)
    draw_cells(study, tiny.FlatPainter(), folder)
    real = RealPictures(training=tiny.real(4), held_out=tiny.real(4, 200))
    judges = remembering(Judges(encoder=tiny.ColourEncoder(), tagger=tiny.RedTagger()))
    scores = score(study, folder, real, judges)
    found = Evidence(
        decision=choose(study, scores, lowest=6),
        cost=Cost(pictures=len(scores.cells), grid=len(scores.cells)),
        study=study,
        rules=Rules(),
        scores=scores,
        lowest=6,
    )
    evidence.write(folder, found)
    assert evidence.recomputed(evidence.read(folder)) == found.decision
    assert any("(the lowest held-out loss)" in line for line in found.decision.pick.reasons)


def test_judges_with_a_memory_say_what_the_others_say() -> None:
    plain = Judges(encoder=tiny.ColourEncoder(), tagger=tiny.RedTagger())
    kept = remembering(plain)
    some = [*tiny.real(3), tiny.picture(0.2, True, 5), *tiny.real(2)]
    for _ in range(2):
        assert (kept.encoder.embed(some) == plain.encoder.embed(some)).all()
        assert kept.tagger.tags(some) == plain.tagger.tags(some)
    assert kept.tagger.vocabulary() == plain.tagger.vocabulary()


def test_evidence_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        evidence.read(StudyFolder(tmp_path))
