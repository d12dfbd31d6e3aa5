"""All measures on a study of the tiny painter's, and what is said of those not asked."""

import numpy as np
import pytest

from castmates.core.ports import Found, Pixels
from castmates.judging.cells import Study, StudyPrompt, cells
from castmates.judging.likeness import RealPictures
from castmates.judging.measures.asking import ask
from castmates.judging.scores import Judges, measure, seen_of
from tests.judging import tiny

REAL = RealPictures(training=tiny.real(6), held_out=tiny.real(4, start=300))
PROMPTS = (
    StudyPrompt(label="plain", words="pip, standing", family="plain"),
    StudyPrompt(label="hat", words="pip, christmas hat", wants=("christmas hat",), gate=True),
    StudyPrompt(label="leak", words="girl, standing", family="leak"),
)


class Middle:
    """Finds somebody in the lower middle of every picture."""

    def find(self, pictures: list[Pixels], at_least: float | None = None) -> list[list[Found]]:
        return [[Found((8, 8, 24, 32), 0.9)] for _ in pictures]


def study() -> Study:
    return tiny.study(prompts=PROMPTS, strengths=(1.0,))


def pictures(leaks: tuple[int, ...], hat_always: bool) -> list[Pixels]:
    drawn = []
    for cell in cells(study()):
        called = cell.epoch and (cell.prompt != "leak" or cell.epoch in leaks)
        hat = cell.prompt == "hat" or bool(hat_always and cell.epoch and cell.prompt == "plain")
        drawn.append(tiny.picture(0.7 if called else 0.0, hat, cell.seed))
    return drawn


def judged(leaks: tuple[int, ...] = (), hat_always: bool = False, finder: Middle | None = None):
    judges = Judges(tiny.ColourEncoder(), tiny.RedTagger(), finder)
    return measure(study(), pictures(leaks, hat_always), REAL, judges)


def test_strangers_stay_strangers_and_a_leaker_is_named() -> None:
    assert judged().arm(6, 1.0).measures["leakage"] == pytest.approx(0.0, abs=0.1)
    leaking = judged(leaks=(6,)).arm(6, 1.0)
    assert leaking.measures["leakage"] == pytest.approx(1.0, abs=0.1)
    assert [gate.gate for gate in leaking.gates] == ["leakage"]


def test_that_all_epochs_leak_is_told_and_leaves_a_choice() -> None:
    leaking = judged(leaks=(2, 6, 10)).arm(6, 1.0)
    assert leaking.gates == ()
    assert [gate.gate for gate in leaking.told] == ["leakage"]


def test_prompts_without_the_trigger_count_for_leakage_alone() -> None:
    calm, leaking = judged().arm(6, 1.0), judged(leaks=(6,)).arm(6, 1.0)
    assert (calm.n, calm.likeness) == (4, leaking.likeness)


def test_a_hat_that_is_always_there_is_no_obedience() -> None:
    assert judged().arm(6, 1.0).flexibility == 1.0
    stuck = judged(hat_always=True).arm(6, 1.0)
    assert stuck.obedience == 1.0
    assert stuck.flexibility == 0.0
    assert "accessory" in {gate.gate for gate in stuck.gates}


def test_what_could_not_be_asked_is_said_with_the_reason() -> None:
    notes = {note.name: note.notes for note in judged().notes}
    assert notes["background"] == ("Not measured: no finder says where the figure is.",)
    assert notes["outfit"] == ("Not measured: no prompt asks for other clothes.",)
    assert any("no finder" in line for line in notes["likeness"])


def test_with_a_finder_figures_are_compared_and_backgrounds_looked_at() -> None:
    scores = judged(finder=Middle())
    notes = {note.name: note for note in scores.notes}
    assert notes["likeness"].notes == ()
    assert "composition" in scores.arm(6, 1.0).measures


def test_an_encoder_that_cannot_tell_counts_for_nothing_and_says_so() -> None:
    class Blind:
        def embed(self, some: list[Pixels]) -> np.ndarray:
            return np.tile(np.float32([1.0, 0.0]), (len(some), 1))

    judges = Judges(tiny.ColourEncoder(), tiny.RedTagger(), others={"blind": Blind()})
    told = ask(seen_of(study(), pictures((), False), REAL, judges))
    blind, seeing = (
        next(note for note in told.notes if note.name == name)
        for name in ("likeness by blind", "likeness")
    )
    assert (blind.auc, blind.weight) == (0.5, 0.0)
    assert "guessing" in blind.notes[-1]
    assert (seeing.auc, seeing.weight) == (1.0, 1.0)
    alone = ask(
        seen_of(study(), pictures((), False), REAL, Judges(tiny.ColourEncoder(), tiny.RedTagger()))
    )
    assert told.likeness == pytest.approx(alone.likeness)


def test_some_cells_are_enough() -> None:
    judges = Judges(tiny.ColourEncoder(), tiny.RedTagger())
    own = [i for i, cell in enumerate(cells(study())) if cell.epoch in (0, 6) and cell.seed == 1]
    drawn = pictures((), False)
    scores = measure(
        study(), [drawn[i] for i in own], REAL, judges, [cells(study())[i] for i in own]
    )
    assert [arm.epoch for arm in scores.arms] == [6]
