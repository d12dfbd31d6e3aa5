from pathlib import Path

import pytest

from castmates.files.settings import load
from castmates.files.studio import StudyFolder
from castmates.judging.choice import Decision, choose, decide, utility
from castmates.judging.readings import Calibration, CellScore, Scores
from castmates.judging.scores import summed
from castmates.judging.study import Study, StudyPrompt, cells
from tests.judging import tiny

Surface = dict[tuple[int, float], tuple[float, float]]


def scored(
    surface: Surface,
    *,
    base_hat: float = 1.0,
    copied: tuple[tuple[int, float], ...] = (),
    held_out: int = 4,
    study: Study | None = None,
) -> Scores:
    """Scores with given (likeness, share of hats kept) for each arm; every picture alike."""
    study = study or tiny.study(seeds=tuple(range(1, 9)))
    readings = []
    for cell in cells(study):
        key = (cell.epoch, cell.strength)
        likeness, hat = (0.0, base_hat) if cell.epoch == 0 else surface[key]
        wanted = study.prompt(cell.prompt).wants
        kept = cell.seed <= round(hat * len(study.seeds))
        readings.append(
            CellScore(
                name=cell.name,
                epoch=cell.epoch,
                strength=cell.strength,
                prompt=cell.prompt,
                seed=cell.seed,
                likeness=likeness,
                wanted=wanted,
                found=wanted if kept else (),
                copying=0.2 if key in copied else -0.1,
            )
        )
    levels = Calibration(
        stranger=0.3, real=0.9, held_out=held_out, training=20, against_training=held_out < 2
    )
    return summed(study, readings, levels)


STUDY = tiny.study(seeds=tuple(range(1, 9)))
KNOWN_BEST: Surface = {
    (2, 0.4): (0.2, 1.0), (2, 0.8): (0.35, 1.0), (2, 1.0): (0.42, 1.0),
    (6, 0.4): (0.6, 1.0), (6, 0.8): (0.86, 0.875), (6, 1.0): (0.9, 0.75),
    (10, 0.4): (0.7, 0.75), (10, 0.8): (0.9, 0.25), (10, 1.0): (0.97, 0.0),
}  # fmt: skip
FLAT: Surface = dict.fromkeys(KNOWN_BEST, (0.8, 1.0))


def test_the_known_best_is_chosen_and_called_good() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST))
    assert (decision.pick.epoch, decision.pick.strength) == (6, 0.8)
    assert decision.pick.verdict == "good"
    assert decision.pick.adapter == "pip-000006"
    assert decision.advice == ()


def test_the_reasons_are_plain_sentences_with_figures() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST))
    assert decision.sentence == (
        "Use epoch 6 at 0.8: likeness .86 (.86-.86), "
        "the christmas hat appears in 88 % (7 of 8 pictures)."
    )
    assert decision.pick.reasons[0] == decision.sentence
    assert (
        "Epoch 10 at 0.8 (the last epoch) is a little more alike (.90) "
        "but loses the christmas hat (25 % instead of 88 %)."
    ) in decision.pick.reasons


def test_the_last_epoch_is_always_named() -> None:
    for surface in (KNOWN_BEST, FLAT, {**FLAT, (10, 0.4): (0.9, 1.0)}):
        decision = choose(STUDY, scored(surface))
        assert any("(the last epoch)" in line for line in decision.pick.reasons)
        assert decision.last.epoch == 10


def test_equals_go_to_the_lower_strength_then_to_the_earlier_epoch() -> None:
    decision = choose(STUDY, scored(FLAT))
    assert (decision.pick.strength, decision.pick.epoch) == (0.4, 2)
    almost = {**FLAT, (10, 1.0): (0.81, 1.0), (6, 0.8): (0.79, 1.0)}
    assert choose(STUDY, scored(almost)).pick.strength == 0.4
    clearly = {**FLAT, (10, 1.0): (0.9, 1.0)}
    assert choose(STUDY, scored(clearly)).pick.epoch == 10


def test_likeness_beyond_saturation_does_not_buy_obedience() -> None:
    scores = scored({**FLAT, (6, 0.8): (0.95, 0.875), (10, 1.0): (1.0, 0.875)})
    assert utility(scores.arm(6, 0.8)) == utility(scores.arm(10, 1.0))


def test_nothing_at_all_on_one_axis_is_worth_nothing() -> None:
    scores = scored({**FLAT, (2, 0.4): (0.0, 1.0), (10, 1.0): (1.0, 0.0)})
    assert utility(scores.arm(2, 0.4)) == utility(scores.arm(10, 1.0)) == 0.0


def test_epochs_that_lose_the_accessory_are_left_out_and_counted() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST))
    lost = {(r.epoch, r.strength) for r in decision.ruled_out if r.why == "accessory"}
    assert lost == {(10, 0.8), (10, 1.0)}
    assert any("2 of 9 combinations lose the christmas hat" in r for r in decision.pick.reasons)


def test_copies_are_left_out_even_when_they_score_best() -> None:
    surface = {**FLAT, (10, 1.0): (1.0, 1.0)}
    assert choose(STUDY, scored(surface)).pick.epoch == 10
    decision = choose(STUDY, scored(surface, copied=((10, 1.0),)))
    assert (decision.pick.epoch, decision.pick.strength) == (2, 0.4)
    assert decision.ruled_out[0].why == "copying"


def test_what_the_base_cannot_draw_rules_nothing_out() -> None:
    surface = dict.fromkeys(KNOWN_BEST, (0.8, 0.0))
    decision = choose(STUDY, scored(surface, base_hat=0.125))
    assert decision.ruled_out == ()
    assert decision.pick.verdict == "poor"
    assert any("base alone rarely draws the christmas hat" in line for line in decision.advice)


def test_low_likeness_everywhere_is_called_poor_with_the_way_out() -> None:
    decision = choose(STUDY, scored(dict.fromkeys(KNOWN_BEST, (0.2, 1.0))))
    assert decision.pick.verdict == "poor"
    assert decision.sentence.startswith("None is good yet; the best is epoch")
    assert any("train for more epochs" in line for line in decision.advice)


def test_an_accessory_lost_everywhere_is_called_poor_with_the_way_out() -> None:
    decision = choose(STUDY, scored(dict.fromkeys(KNOWN_BEST, (0.9, 0.125))))
    assert decision.pick.verdict == "poor"
    assert any("The christmas hat gets lost" in line for line in decision.advice)


def test_likeness_against_training_pictures_is_never_called_good() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST, held_out=0))
    assert decision.pick.verdict == "fair"
    assert "with care" in decision.sentence
    assert any("held-out" in line for line in decision.advice)


def test_a_single_picture_per_arm_is_never_called_good() -> None:
    only = StudyPrompt(label="hat", words="x", wants=("christmas hat",), gate=True)
    study = tiny.study(prompts=(only,), seeds=(1,))
    decision = choose(study, scored(dict.fromkeys(KNOWN_BEST, (0.9, 1.0)), study=study))
    assert decision.pick.likeness_interval == (0.0, 1.0)
    assert decision.pick.verdict == "fair"
    assert any("more seeds" in line for line in decision.advice)


def test_without_anything_asked_likeness_chooses_alone_and_says_so() -> None:
    study = tiny.study(prompts=(StudyPrompt(label="plain", words="x"),), seeds=(1, 2, 3))
    decision = choose(study, scored(KNOWN_BEST, study=study))
    assert (decision.pick.epoch, decision.pick.strength) == (10, 1.0)
    assert decision.pick.verdict == "fair"
    assert decision.pick.obedience_interval == (0.0, 1.0)
    assert "nothing was asked that can be checked" in decision.sentence


def test_runners_up_are_the_most_alike_and_the_most_flexible() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST))
    assert (decision.most_like.epoch, decision.most_like.strength) == (6, 1.0)
    assert (decision.most_flexible.epoch, decision.most_flexible.strength) == (6, 0.8)
    assert "pick itself" in decision.most_flexible.says


def test_the_same_scores_give_the_same_decision_also_from_disk(tmp_path: Path) -> None:
    folder, scores = StudyFolder(tmp_path), scored(KNOWN_BEST)
    first = decide(STUDY, folder, scores)
    assert first == choose(STUDY, Scores.model_validate_json(scores.model_dump_json()))
    assert load(folder.choice, Decision) == first


@pytest.mark.parametrize("hat", [1.0, 0.5])
def test_the_choice_does_not_depend_on_the_order_of_the_axes(hat: float) -> None:
    turned = tiny.study(seeds=STUDY.seeds, strengths=(1.0, 0.4, 0.8), adapters=STUDY.adapters[::-1])
    surface = {**KNOWN_BEST, (6, 1.0): (0.9, hat)}
    here, there = choose(STUDY, scored(surface)), choose(turned, scored(surface, study=turned))
    assert here.pick == there.pick


def test_a_flat_grid_is_called_equal_and_the_gentlest_is_taken() -> None:
    decision = choose(STUDY, scored(FLAT))
    assert decision.outcome == "equal"
    assert decision.sentence.startswith("9 combinations are equal; taking the gentlest, epoch 2")
    assert len(decision.equals) == 9
    assert choose(STUDY, scored(KNOWN_BEST)).outcome == "pick"


def test_what_came_of_it_is_told_as_data() -> None:
    weak = choose(STUDY, scored(dict.fromkeys(KNOWN_BEST, (0.2, 1.0))))
    assert weak.outcome == "none-good"
    only = StudyPrompt(label="hat", words="x", wants=("christmas hat",), gate=True)
    study = tiny.study(prompts=(only,), seeds=(1,))
    few = choose(study, scored(dict.fromkeys(KNOWN_BEST, (0.9, 1.0)), study=study))
    assert few.outcome == "not-enough-evidence"
    assert few.sentence.startswith("Not enough was seen to choose; the best so far is")


def test_the_lowest_loss_is_named_beside_the_last_epoch() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST), lowest=2)
    assert any("(the lowest held-out loss)" in line for line in decision.pick.reasons)
    assert decision.lowest is not None
    assert decision.lowest.epoch == 2
    assert choose(STUDY, scored(KNOWN_BEST), lowest=10).lowest is None, "it is the last one"


def test_less_and_more_of_the_adapter_stand_beside_the_pick() -> None:
    decision = choose(STUDY, scored(KNOWN_BEST))
    assert decision.under is not None
    assert decision.over is not None
    assert (decision.under.epoch, decision.under.strength) == (2, 0.4)
    assert (decision.over.epoch, decision.over.strength) == (10, 1.0)
