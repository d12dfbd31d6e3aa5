"""Each gate on cells made by hand: it sees its own failure, and lets good arms pass."""

from __future__ import annotations

import pytest

from castmates.judging.cells import StudyPrompt
from castmates.judging.gates import Arm, Limits, spared, tripped
from castmates.judging.measures.obedience import checks
from castmates.judging.readings import ArmScore, CellScore, Tripped
from tests.judging import tiny

STUDY = tiny.study(
    prompts=(
        StudyPrompt(label="plain", words="pip"),
        StudyPrompt(label="hat", words="pip, hat", wants=("hat",), gate=True),
    ),
    seeds=tuple(range(6)),
)


def row(epoch: int, hat: float = 1.0, **measures: float) -> list[CellScore]:
    return [
        CellScore(
            name=f"{epoch} {prompt.label} {seed}",
            epoch=epoch,
            strength=1.0,
            prompt=prompt.label,
            seed=seed,
            likeness=0.9,
            wanted=prompt.wants,
            found=prompt.wants if seed < 6 * hat else (),
            copying=0.0,
            nearest=2,
            measures=measures,
        )
        for prompt in STUDY.prompts
        for seed in STUDY.seeds
    ]


def judged(likeness: float = 0.9, hat: float = 1.0, **measures: float) -> tuple[Tripped, ...]:
    base = row(0, copying=0.0, collapse=0.0, background=0.0, diversity=1.0, style=0.0)
    arm = Arm(STUDY, row(6, hat, **measures), base, checks(STUDY, base), likeness, Limits())
    return tripped(arm)


def test_a_good_arm_passes() -> None:
    assert judged(copying=0.3, collapse=0.0, background=0.2, style=0.1, diversity=0.8) == ()


@pytest.mark.parametrize(
    ("measure", "value", "gate"),
    [
        ("collapse", 1.0, "collapse"),
        ("copying", 0.9, "copying"),
        ("background", 0.9, "background"),
        ("style", 0.6, "style"),
        ("outfit", 0.9, "outfit"),
        ("leakage", 0.8, "leakage"),
        ("diversity", 0.1, "diversity"),
    ],
)
def test_each_failure_is_named(measure: str, value: float, gate: str) -> None:
    found = judged(**{measure: value})
    assert [one.gate for one in found] == [gate]
    assert found[0].reason.endswith(".")
    assert found[0].remedy.endswith(".")
    assert found[0].n == 12


def test_a_stranger_is_under_trained_and_a_lost_hat_is_told() -> None:
    assert [one.gate for one in judged(likeness=0.2)] == ["under-trained"]
    lost = judged(hat=0.0)
    assert [one.gate for one in lost] == ["accessory"]
    assert lost[0].reason == "The hat gets lost."


def test_the_cause_comes_before_what_follows_from_it() -> None:
    found = judged(hat=0.0, copying=1.0, background=1.0, style=0.9)
    assert [one.gate for one in found] == ["copying", "background", "style", "accessory"]
    assert "most often number 3" in found[0].reason


def arm(epoch: int, likeness: float, **measures: float) -> ArmScore:
    return ArmScore(
        adapter="pip",
        epoch=epoch,
        strength=1.0,
        n=12,
        likeness=likeness,
        likeness_interval=(0.0, 1.0),
        n_asked=0,
        obedience=None,
        obedience_interval=(0.0, 1.0),
        copying=0.0,
        copied=0.0,
        measures=measures,
        gates=judged(**measures),
    )


@pytest.mark.parametrize("habit", ["leakage", "style", "outfit"])
def test_a_habit_shuts_out_where_one_as_alike_is_free_of_it(habit: str) -> None:
    bad, calm = spared([arm(8, 0.8, **{habit: 0.9}), arm(4, 0.75, **{habit: 0.1})])
    assert [one.gate for one in bad.gates] == [habit]
    assert calm.passes
    assert (bad.told, calm.told) == ((), ())


@pytest.mark.parametrize("habit", ["leakage", "style", "outfit"])
def test_a_habit_that_no_epoch_avoids_is_told_and_shuts_nothing_out(habit: str) -> None:
    alike, stranger = spared([arm(8, 0.8, **{habit: 0.9}), arm(1, 0.3, **{habit: 0.1})])
    assert alike.passes
    assert [one.gate for one in alike.told] == [habit]
    assert (stranger.gates, stranger.told) == ((), ())


def test_what_is_damaged_is_not_taken_in_the_place_of_a_habit() -> None:
    leaker, broken = spared([arm(8, 0.8, leakage=0.9), arm(4, 0.8, leakage=0.1, collapse=1.0)])
    assert leaker.passes
    assert [one.gate for one in broken.gates] == ["collapse"]


def test_of_several_accessories_the_mean_counts() -> None:
    names = ("hat", "crown", "scarf")
    study = tiny.study(
        prompts=tuple(
            StudyPrompt(label=n, words=f"pip, {n}", family="accessory", wants=(n,), gate=n == "hat")
            for n in names
        ),
        seeds=(1, 2, 3, 4),
    )

    def cells(epoch: int, worn: tuple[str, ...]) -> list[CellScore]:
        return [
            CellScore(
                name=f"{epoch} {name} {seed}",
                epoch=epoch,
                strength=1.0,
                prompt=name,
                seed=seed,
                likeness=0.9,
                wanted=(name,),
                found=(name,) if name in worn else (),
                copying=0.0,
                nearest=0,
            )
            for name in names
            for seed in study.seeds
        ]

    base = cells(0, names)
    told = {
        worn: [
            one.reason
            for one in tripped(Arm(study, cells(6, worn), base, checks(study, base), 0.9))
        ]
        for worn in (("hat", "crown"), ("hat",), ("crown", "scarf"))
    }
    assert told == {
        ("hat", "crown"): [],
        ("hat",): ["The crown and the scarf get lost."],
        ("crown", "scarf"): ["The hat gets lost."],
    }
