"""Each sampler has the order and the spread that its paper says, on data that is known exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler
from torch import Tensor

from castmates.drawing.layouts import laid_out
from castmates.drawing.samplers import SAMPLERS, Estimate
from castmates.drawing.schedule import CLEAN, Level
from castmates.drawing.stochastic import third
from tests.drawing.gaussian import MEAN, SPREAD, at, flowed, fresh_of, grid, seen, walked

STEPS = (10, 20, 40, 80)
COUNT = 20_000
MEAN_ERROR, SPREAD_ERROR = (3.0 * SPREAD / math.sqrt(n) for n in (COUNT, 2 * COUNT))
"""Three standard errors of mean and standard deviation."""


def error(name: str, layout: str, steps: int) -> float:
    """How far it is from the exact flow at the least noise (root mean square).

    There, and not at the clean picture: the last stride, the same for any number of steps, is
    first-order in all of them.
    """
    schedule = laid_out(grid(), layout, steps)
    first, last = schedule.steps[0].here, schedule.steps[-1].here
    x = at(first, 200, seed=1)
    *_, ended, _ = walked(name, schedule, x)
    return float((ended - flowed(x, first, last)).square().mean().sqrt())


@pytest.mark.parametrize("layout", ["karras", "exponential"])
@pytest.mark.parametrize(
    ("name", "order"),
    [("ddim", 1), ("euler", 1), ("heun", 2), ("dpm2", 2), ("dpm++ 2m", 2), ("unipc", 3)],
)
def test_errors_fall_by_the_order(name: str, order: int, layout: str) -> None:
    errors = [error(name, layout, steps) for steps in STEPS]
    slope = -np.polyfit(np.log(STEPS), np.log(errors), 1)[0]
    assert slope >= order - 0.3, errors


@pytest.mark.parametrize(
    ("name", "layout", "steps"),
    [
        ("euler a", "karras", 400),
        ("dpm2 a", "karras", 100),
        ("dpm++ 2s a", "karras", 100),
        ("dpm++ sde", "karras", 50),
        ("dpm++ 2m sde", "exponential", 50),
        ("dpm++ 2m sde heun", "exponential", 50),
        ("dpm++ 3m sde", "exponential", 30),
    ],
)
def test_pictures_have_the_mean_and_the_spread_of_the_data(
    name: str, layout: str, steps: int
) -> None:
    schedule = SAMPLERS.take(name).schedule(grid(), steps, layout)
    *_, drawn = walked(name, schedule, at(schedule.steps[0].here, COUNT, seed=3), seed=11)
    assert abs(float(drawn.mean()) - MEAN) < MEAN_ERROR
    assert abs(float(drawn.std()) - SPREAD) < SPREAD_ERROR


@pytest.mark.parametrize("layout", ["lcm", "beta", "turbo"])
def test_lcm_has_the_datas_mean_and_spread_on_a_base_that_was_distilled(layout: str) -> None:
    """Whose estimate is where the flow ends; an exact denoiser's pictures are too alike."""
    schedule = laid_out(grid(), layout, 4)
    start = at(schedule.steps[0].here, COUNT, seed=3)

    def distilled(x: Tensor, level: Level) -> Estimate:
        return Estimate(flowed(x, level, CLEAN), x)

    lcm = SAMPLERS.take("lcm")
    *_, drawn = lcm.walk(distilled, start, schedule, fresh_of("lcm", schedule, start, 11))
    assert abs(float(drawn.mean()) - MEAN) < MEAN_ERROR
    assert abs(float(drawn.std()) - SPREAD) < SPREAD_ERROR
    *_, flat = walked("lcm", schedule, start, seed=11)
    assert float(flat.std()) < 0.8 * SPREAD


# diffusers hands tensors to numpy in a way that numpy 2 warns about.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_third_order_is_right_where_diffusers_keeps_too_much_noise() -> None:
    """diffusers 0.42: -(A + 1/2) stands where -(A - 1/2) belongs."""
    schedule = laid_out(grid(), "karras", 30)
    start = at(schedule.steps[0].here, COUNT, seed=3)
    *_, ours = walked("dpm++ 3m sde", schedule, start, seed=11)
    theirs = DPMSolverMultistepScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        algorithm_type="sde-dpmsolver++",
        solver_order=3,
        prediction_type="sample",
        use_karras_sigmas=True,
        final_sigmas_type="zero",
    )
    theirs.set_timesteps(30)
    numbers = torch.Generator().manual_seed(5)
    x = start
    for t, sigma in zip(theirs.timesteps, theirs.sigmas.tolist(), strict=False):
        alpha = 1.0 / math.hypot(1.0, sigma)
        clean = seen(x, Level(float(t), alpha, sigma * alpha)).clean
        x = theirs.step(clean, t, x, generator=numbers).prev_sample
    assert abs(float(ours.std()) - SPREAD) < SPREAD_ERROR
    assert float(x.std()) - SPREAD > 3.0 * SPREAD_ERROR


def test_the_curves_share_vanishes_with_the_stride() -> None:
    one, none = torch.ones(1), torch.zeros(1)
    for stride in (0.3, 0.05, 0.01):
        # Estimates 0, 0, 1: the slope is 3/2 a stride, the curve 1 a stride squared.
        h = 2.0 * stride
        phi_2 = 1.0 - (1.0 - math.exp(-h)) / h
        found = float(third(stride, one, [(stride, none), (stride, none)]))
        assert found == pytest.approx(1.5 * phi_2 - 0.5 * (phi_2 / h - 0.5), abs=1e-6)
        assert abs(phi_2 / h - 0.5) < stride


@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("name", sorted(SAMPLERS))
def test_every_sampler_walks_every_layout(name: str, zero_snr: bool) -> None:
    sampler = SAMPLERS.take(name)
    for layout in ("trailing", "normal", "karras", "exponential", "sgm uniform", "simple", "beta"):
        for steps in (1, 2, 13):
            schedule = sampler.schedule(grid(zero_snr), steps, layout)
            x = at(schedule.steps[0].here, 8, seed=1)
            calls: list[Level] = []

            def counted(x: Tensor, level: Level, calls: list[Level] = calls) -> Estimate:
                calls.append(level)
                return seen(x, level)

            states = list(sampler.walk(counted, x, schedule, fresh_of(name, schedule, x, 1)))
            assert len(states) == steps
            assert states[-1].isfinite().all()
            assert len(calls) == sampler.calls(schedule)


def test_own_layouts_of_ddim_and_unipc_take_as_many_calls_as_in_a1111() -> None:
    for name, steps, calls in (("ddim", 20, 19), ("ddim", 30, 30), ("unipc", 20, 20)):
        sampler = SAMPLERS.take(name)
        assert sampler.calls(sampler.schedule(grid(), steps, sampler.automatic)) == calls
