"""Races of simulated characters whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bench.race import EPOCHS, HARSH, MILD, PROMPTS, World, best, raced
from castmates.core.errors import BadInput
from castmates.judging.race.arms import Arm, around, broken, crossed, gentleness, spaced
from castmates.judging.race.ladder import STRENGTHS, Prompt, ladder, spread
from castmates.judging.race.plan import field_of
from castmates.judging.race.run import Findings, Race, Request, replay, run

COURSE = ladder(EPOCHS, len(PROMPTS), [Arm(10, 1.0)])
GRID = len(EPOCHS) * len(STRENGTHS) * len(PROMPTS) * 4


@pytest.fixture(scope="module")
def races() -> list[tuple[World, Race]]:
    worlds = [World(seed, MILD) for seed in range(12)]
    return [(world, raced(world, COURSE)) for world in worlds]


def test_it_finds_an_arm_as_good_as_the_best_for_a_fifth_of_the_grid(
    races: list[tuple[World, Race]],
) -> None:
    regrets = [best(world) - world.utility(race.pick.arm) for world, race in races]
    assert float(np.mean(regrets)) <= 0.015
    assert max(regrets) <= 0.04
    assert all(race.pictures + COURSE.baseline <= 0.2 * GRID for _, race in races)


def test_the_winner_s_intervals_hold_the_truth(races: list[tuple[World, Race]]) -> None:
    held = []
    for world, race in races:
        alike, obeys = world.truth(race.pick.arm)
        for (low, high), value in (
            (race.pick.likeness_interval, alike),
            (race.pick.obedience_interval, obeys),
        ):
            held.append(low <= value <= high)
            assert high - low < 0.35
    assert float(np.mean(held)) >= 0.85


def test_its_figures_come_from_seeds_that_chose_nothing(races: list[tuple[World, Race]]) -> None:
    for _, race in races:
        before = {r.seed for one in race.rounds[:-1] for r in one.readings}
        assert not before & set(race.seeds)
        assert race.pick.pictures == len(race.seeds) * race.pick.prompts


def test_the_last_epoch_is_in_every_rung(races: list[tuple[World, Race]]) -> None:
    for _, race in races:
        assert all(Arm(10, 1.0) in {r.arm for r in one.readings} for one in race.rounds)


def test_the_winner_is_the_gentlest_of_those_that_count_as_equal(
    races: list[tuple[World, Race]],
) -> None:
    for _, race in races:
        assert race.pick.arm == min((Arm(*one) for one in race.equals), key=gentleness)


def test_strengths_between_the_tenths_are_opened_around_the_leader(
    races: list[tuple[World, Race]],
) -> None:
    opened = [
        r.strength
        for _, race in races
        if race.end == "last rung"
        for one in race.rounds
        for r in one.readings
        if round(100 * r.strength) % 10
    ]
    assert opened


def test_a_flat_character_ends_early_and_takes_the_gentlest() -> None:
    for noise in (MILD, HARSH):
        race = raced(World(3, noise, "flat"), COURSE)
        assert race.end == "equal"
        assert race.pictures < 0.12 * GRID
        assert race.pick.arm == Arm(*race.equals[0])


def test_an_under_trained_character_ends_early_with_none_good() -> None:
    race = raced(World(1, MILD, "weak"), COURSE)
    assert race.end == "none good"
    assert race.pick.likeness_interval[1] < 0.4
    assert race.pictures < 0.12 * GRID


def test_the_same_answers_are_the_same_race_also_from_what_was_written_down() -> None:
    first, again = raced(World(5, HARSH), COURSE), raced(World(5, HARSH), COURSE)
    assert first == again
    written = Race.model_validate_json(first.model_dump_json())
    assert run(COURSE, PROMPTS, EPOCHS, replay(written.rounds)) == first


def test_arms_that_a_gate_shuts_out_do_not_win_and_are_told() -> None:
    world = World(2)
    free = raced(world, COURSE).pick.arm

    def gated(requests: Sequence[Request]) -> Findings:
        return Findings(world.measure(requests).readings, {free: "copying"})

    race = run(COURSE, PROMPTS, EPOCHS, gated)
    assert race.pick.arm != free
    assert [(out.epoch, out.strength, out.why) for out in race.ruled_out] == [(*free, "copying")]


def test_when_every_arm_is_shut_out_none_is_good() -> None:
    world = World(2)

    def gated(requests: Sequence[Request]) -> Findings:
        return Findings(world.measure(requests).readings, {r.arm: "collapse" for r in requests})

    assert run(COURSE, PROMPTS, EPOCHS, gated).end == "none good"


def test_the_cost_that_is_told_is_never_exceeded() -> None:
    for budget in (None, 1200, 600, 300, 120):
        course = ladder(EPOCHS, len(PROMPTS), [Arm(10, 1.0)], budget)
        asked: set[Request] = set()
        world = World(7, HARSH)

        def counted(
            requests: Sequence[Request], world: World = world, asked: set[Request] = asked
        ) -> Findings:
            asked |= set(requests)
            return world.measure(requests)

        race = run(course, PROMPTS, EPOCHS, counted)
        bases = {(request.prompt, request.seed) for request in asked}
        assert race.pictures == len(asked) <= course.pictures
        assert len(bases) <= course.baseline
        assert budget is None or len(asked) + len(bases) <= budget


def test_a_budget_that_is_too_small_names_the_smallest() -> None:
    with pytest.raises(BadInput, match="smallest race of this character costs"):
        ladder(EPOCHS, len(PROMPTS), (), 20)


@pytest.mark.parametrize(("epochs", "prompts"), [(1, 24), (1, 2), (2, 1), (30, 24), (8, 3)])
def test_small_and_large_fields_race_to_an_end(epochs: int, prompts: int) -> None:
    some = PROMPTS[:prompts]
    course = ladder(range(1, epochs + 1), prompts, [Arm(epochs, 1.0)])
    race = run(course, some, range(1, epochs + 1), World(4).measure)
    assert race.pictures <= course.pictures
    assert race.pick.epoch <= epochs


def test_every_beginning_of_the_prompts_has_something_of_each_family() -> None:
    assert len({prompt.family for prompt in PROMPTS[:6]}) == 6
    assert PROMPTS[0].family == "likeness"
    assert sorted(p.label for p in spread(PROMPTS)) == sorted(p.label for p in PROMPTS)


def test_neighbours_are_half_a_tenth_and_one_epoch_away_and_exist() -> None:
    assert around(Arm(4, 0.8), [2, 4, 7], {Arm(7, 0.8)}) == [
        Arm(4, 0.75), Arm(4, 0.85), Arm(2, 0.8),
    ]  # fmt: skip
    assert around(Arm(1, 2.0), [1], ()) == [Arm(1, 1.95)]


def test_epochs_are_thinned_evenly_and_keep_the_last() -> None:
    assert spaced(range(1, 21), 5) == [1, 6, 11, 15, 20]
    assert spaced([3, 1, 2], 9) == [1, 2, 3]
    assert spaced([1, 2, 3], 1) == [3]
    assert crossed([2, 1], [1.0, 0.5])[0] == Arm(1, 0.5)


def test_only_clear_failures_do_not_start() -> None:
    losses = {1: 0.30, 2: 0.21, 3: 0.20, 4: 0.20, 5: 0.19, 6: float("nan")}
    found = broken(losses, base=0.4)
    assert sorted(found) == [1, 6]
    assert "no number" in found[6]
    assert sorted(broken({1: 0.5, 2: 0.2}, base=0.4)) == [1]
    assert broken({1: 0.21, 2: 0.20, 3: 0.20}) == {}


def test_the_last_and_the_lowest_loss_are_always_arms_and_named() -> None:
    prompts = [Prompt(label=f"p{i}") for i in range(6)]
    plan = field_of(range(1, 6), prompts, {1: 0.3, 2: 0.2, 3: 0.1, 4: 0.2, 5: 0.9}, 0.5)
    assert (plan.last, plan.lowest) == (5, 3)
    assert {Arm(5, 1.0), Arm(3, 1.0)} <= set(plan.ladder.arms)
    assert any("epoch 5 (the last) and epoch 3 (the lowest held-out loss)" in line
               for line in plan.lines())  # fmt: skip
    assert 5 in plan.starters, "the last epoch races even where its loss is the worst"


def test_where_gates_shut_out_the_finalists_gentler_arms_get_a_second_chance() -> None:
    world = World(2)

    def gated(requests: Sequence[Request]) -> Findings:
        # As in life, a gate needs more pictures than the first rung has.
        count = len(requests) / len({request.arm for request in requests})
        over = {r.arm for r in requests if r.arm.epoch * r.arm.strength > 2.0}
        shut = dict.fromkeys(over, "outfit") if count >= 12 else {}
        return Findings(world.measure(requests).readings, shut)

    race = run(COURSE, PROMPTS, EPOCHS, gated)
    assert "second chance" in {one.name for one in race.rounds}
    assert race.end != "none good"
    assert race.pick.epoch * race.pick.strength <= 2.0
    assert race.pictures <= COURSE.pictures
