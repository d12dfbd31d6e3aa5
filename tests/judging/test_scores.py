from pathlib import Path

import numpy as np
import pytest

from castmates.core.errors import Missing
from castmates.files.studio import StudyFolder
from castmates.judging.likeness import RealPictures
from castmates.judging.scores import Judges, Scores, load, measure, score
from castmates.judging.study import StudyPrompt, cells, run
from tests.judging import tiny

JUDGES = Judges(encoder=tiny.ColourEncoder(), tagger=tiny.RedTagger())
REAL = RealPictures(training=tiny.real(6), held_out=tiny.real(4, start=300))


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyFolder, Scores]:
    folder = StudyFolder(tmp_path_factory.mktemp("study") / "a")
    run(tiny.study(), tiny.FlatPainter(), folder)
    return folder, score(tiny.study(), folder, REAL, JUDGES)


def test_the_base_without_adapter_is_exactly_zero_alike(
    scored: tuple[StudyFolder, Scores],
) -> None:
    base = [cell.likeness for cell in scored[1].cells if cell.epoch == 0]
    assert np.mean(base) == pytest.approx(0.0, abs=1e-6)


def test_held_out_pictures_in_the_cells_place_are_as_alike_as_they_are_themselves() -> None:
    study = tiny.study(prompts=(StudyPrompt(label="plain", words="pip"),), seeds=(1,))
    drawn = [REAL.held_out[0] if cell.epoch else tiny.picture(0, False, 7) for cell in cells(study)]
    scores = measure(study, drawn, REAL, JUDGES)
    assert all(0.99 < arm.likeness <= 1.0 for arm in scores.arms)


def test_likeness_rises_with_the_dose_and_the_lost_hat_shows(
    scored: tuple[StudyFolder, Scores],
) -> None:
    scores = scored[1]
    rising = [scores.arm(2, 0.4), scores.arm(6, 0.4), scores.arm(6, 0.8)]
    assert sorted(rising, key=lambda arm: arm.likeness) == rising
    assert scores.arm(6, 1.0).rate("hat", "christmas hat") == 1.0
    assert scores.arm(10, 1.0).rate("hat", "christmas hat") == 0.0
    assert scores.baseline.rate("hat", "christmas hat") == 1.0


def test_every_mean_says_from_how_many_pictures(scored: tuple[StudyFolder, Scores]) -> None:
    for arm in scored[1].arms:
        assert (arm.n, arm.n_asked) == (4, 2)
        assert arm.likeness_interval[0] <= arm.likeness <= arm.likeness_interval[1]
        assert arm.obedience is not None
        assert arm.obedience_interval[0] <= arm.obedience <= arm.obedience_interval[1]


def test_scores_come_back_from_their_file(scored: tuple[StudyFolder, Scores]) -> None:
    folder, scores = scored
    assert load(folder) == scores


def test_copies_of_training_pictures_are_seen() -> None:
    study = tiny.study(prompts=(StudyPrompt(label="plain", words="pip"),), seeds=(1, 2))
    low, high, *between = (tiny.picture(dose, False, 1) for dose in (0.3, 0.7, 0.45, 0.55))
    real = RealPictures(training=(low, high), held_out=tuple(between))
    turned = np.ascontiguousarray(tiny.picture(0.5, False, 3).transpose(1, 0, 2))
    drawn = [low if cell.epoch == 10 else turned for cell in cells(study)]
    scores = measure(study, drawn, real, JUDGES)
    assert scores.arm(10, 1.0).copied == 1.0
    assert scores.arm(6, 1.0).copied == 0.0
    assert scores.arm(10, 1.0).copying > 0 > scores.arm(6, 1.0).copying


def test_missing_cells_are_told_before_anything_is_judged(tmp_path: Path) -> None:
    folder = StudyFolder(tmp_path)
    with pytest.raises(Missing, match="40 of 40"):
        score(tiny.study(), folder, REAL, JUDGES)
    with pytest.raises(Missing, match=r"scores\.json"):
        load(folder)


def test_without_held_out_pictures_it_is_said_that_training_pictures_served() -> None:
    study = tiny.study()
    drawn = [tiny.picture(0.7, False, cell.seed) for cell in cells(study)]
    scores = measure(study, drawn, RealPictures(training=tiny.real(3), held_out=()), JUDGES)
    assert scores.calibration.against_training
    assert not scores.calibration.tells_apart
