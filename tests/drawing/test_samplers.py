"""Samplers against exact solutions and against diffusers' schedulers, on the same numbers."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
)
from torch import Tensor

from castmates.core.errors import BadInput, Unfit
from castmates.drawing.noise import Streams, noise
from castmates.drawing.samplers import SAMPLERS, Estimate, Predict, read
from castmates.drawing.schedule import Grid, Level, Prediction, timesteps

BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
MEAN, SPREAD = 0.7, 0.5
# diffusers hands tensors to numpy in a way that numpy 2 warns about.
by_array = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def alphas(zero_snr: bool = False) -> Tensor:
    """SD 1.x' noise levels, by diffusers; optionally with zero terminal SNR."""
    return DDIMScheduler(**BETAS, rescale_betas_zero_snr=zero_snr).alphas_cumprod


def network(x: Tensor, t: int) -> Tensor:
    """A small smooth function of latents and time: what it says does not matter here."""
    return torch.sin(x * 1.3 + t / 400) + 0.3 * x.roll(1, dims=-1)


def as_predict(prediction: Prediction) -> Predict:
    return lambda x, level: read(network(x, level.t), x, level, prediction)


def gaussian(x: Tensor, level: Level) -> Estimate:
    """The exact denoiser of pictures whose numbers are N(MEAN, SPREAD²)."""
    total = (level.alpha * SPREAD) ** 2 + level.sigma**2
    clean = MEAN + level.alpha * SPREAD**2 / total * (x - level.alpha * MEAN)
    return Estimate(clean, (x - level.alpha * clean) / level.sigma)


def walk(name: str, grid: Grid, steps: int, predict: Predict, start: Tensor) -> Tensor:
    sampler = SAMPLERS.take(name)
    schedule = sampler.schedule(grid, steps)
    fresh = torch.Generator().manual_seed(7)
    noisy = sampler.start(start, schedule)
    *_, drawn = sampler.walk(
        predict, noisy, schedule, lambda *_: torch.randn(start.shape, generator=fresh)
    )
    return drawn


def diffusers_walk(scheduler: object, steps: int, start: Tensor) -> Tensor:
    scheduler.set_timesteps(steps)  # type: ignore[attr-defined]
    x = start * scheduler.init_noise_sigma  # type: ignore[attr-defined]
    for t in scheduler.timesteps:  # type: ignore[attr-defined]
        scaled = scheduler.scale_model_input(x, t)  # type: ignore[attr-defined]
        x = scheduler.step(network(scaled, int(t)), t, x).prev_sample  # type: ignore[attr-defined]
    return x


START = torch.randn(3, 4, 8, 8, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("steps", [1, 7, 18, 20, 24, 30, 48])
@pytest.mark.parametrize("spacing", ["trailing", "leading"])
@pytest.mark.parametrize(
    ("prediction", "zero_snr"),
    [("epsilon", False), ("v_prediction", False), ("v_prediction", True)],
)
def test_ddim_equals_diffusers(
    steps: int, spacing: str, prediction: Prediction, zero_snr: bool
) -> None:
    theirs = DDIMScheduler(
        **BETAS,
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        timestep_spacing=spacing,
        clip_sample=False,
        set_alpha_to_one=spacing == "trailing",
        steps_offset=int(spacing == "leading"),
    )
    grid = Grid(theirs.alphas_cumprod, prediction, spacing)  # type: ignore[arg-type]
    ours = walk("ddim", grid, steps, as_predict(prediction), START)
    torch.testing.assert_close(ours, diffusers_walk(theirs, steps, START), atol=5e-5, rtol=5e-5)


@by_array
@pytest.mark.parametrize("steps", [1, 12, 24])
@pytest.mark.parametrize(("prediction", "zero_snr"), [("epsilon", False), ("v_prediction", True)])
def test_euler_equals_diffusers(steps: int, prediction: Prediction, zero_snr: bool) -> None:
    theirs = EulerDiscreteScheduler(
        **BETAS,
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        timestep_spacing="trailing",
    )
    grid = Grid(alphas(zero_snr), prediction)
    ours = walk("euler", grid, steps, as_predict(prediction), START)
    # diffusers stands in for infinite sigma by 4096, where float32 keeps three decimals.
    near = 5e-3 if zero_snr else 5e-5
    torch.testing.assert_close(ours, diffusers_walk(theirs, steps, START), atol=near, rtol=near)


@by_array
@pytest.mark.parametrize("steps", [2, 9, 20])
def test_heun_equals_diffusers(steps: int) -> None:
    theirs = HeunDiscreteScheduler(**BETAS, timestep_spacing="trailing")
    ours = walk("heun", Grid(alphas(), "epsilon"), steps, as_predict("epsilon"), START)
    torch.testing.assert_close(ours, diffusers_walk(theirs, steps, START), atol=2e-4, rtol=2e-4)


@by_array
@pytest.mark.parametrize("steps", [2, 9, 20])
def test_dpm_2m_equals_diffusers(steps: int) -> None:
    theirs = DPMSolverMultistepScheduler(
        **BETAS, timestep_spacing="trailing", final_sigmas_type="zero", lower_order_final=True
    )
    grid = Grid(alphas(), "epsilon")
    # diffusers starts from unit noise; undo the sigma of our start, which is A1111's.
    start = START / grid.level(999).sigma
    ours = walk("dpm++ 2m", grid, steps, as_predict("epsilon"), start)
    torch.testing.assert_close(ours, diffusers_walk(theirs, steps, START), atol=5e-5, rtol=5e-5)


@pytest.mark.parametrize("steps", [4, 25])
@pytest.mark.parametrize(("prediction", "zero_snr"), [("epsilon", False), ("v_prediction", True)])
def test_euler_is_ddim_where_steps_divide_the_training(
    steps: int, prediction: Prediction, zero_snr: bool
) -> None:
    grid = Grid(alphas(zero_snr), prediction)
    euler = walk("euler", grid, steps, as_predict(prediction), START)
    scaled = START * grid.level(999).sigma
    ddim = walk("ddim", grid, steps, as_predict(prediction), scaled)
    torch.testing.assert_close(euler, ddim, atol=1e-6, rtol=1e-6)


def error(name: str, steps: int, zero_snr: bool) -> float:
    """How far a sampler ends from where the probability flow leads exactly (root mean square).

    Along it, pictures of N(m, s²) shrink about m by s/√(s²α²+σ²).
    """
    grid = Grid(alphas(zero_snr), "v_prediction")
    first = grid.level(999)
    start = START if name == "ddim" else START * first.sigma
    total = math.sqrt((first.alpha * SPREAD) ** 2 + first.sigma**2)
    exact = MEAN + SPREAD / total * (start - first.alpha * MEAN)
    return float((walk(name, grid, steps, gaussian, START) - exact).square().mean().sqrt())


@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("name", ["ddim", "euler", "dpm++ 2m"])
def test_error_falls_with_the_steps(name: str, zero_snr: bool) -> None:
    errors = [error(name, steps, zero_snr) for steps in (10, 40, 500)]
    assert errors[1] < 0.36 * errors[0]
    assert errors[2] < 0.005


@pytest.mark.parametrize("zero_snr", [False, True])
def test_the_second_order_is_nearer_than_the_first(zero_snr: bool) -> None:
    assert error("dpm++ 2m", 20, zero_snr) < 0.7 * error("euler", 20, zero_snr)


@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("name", ["ddim", "euler", "euler a", "dpm++ 2m"])
def test_pictures_have_the_spread_of_the_data(name: str, zero_snr: bool) -> None:
    start = torch.randn(1, 1, 1, 40_000, generator=torch.Generator().manual_seed(3))
    drawn = walk(name, Grid(alphas(zero_snr), "v_prediction"), 100, gaussian, start)
    assert float(drawn.mean()) == pytest.approx(MEAN, abs=0.02)
    # Euler a comes near from below: its noise is a first-order split of each step.
    near = 0.08 if name == "euler a" else 0.04
    assert float(drawn.std()) == pytest.approx(SPREAD, rel=near)


def test_ancestral_noise_is_each_rows_own() -> None:
    grid = Grid(alphas(), "epsilon")
    sampler = SAMPLERS.take("euler a")
    schedule = sampler.schedule(grid, 6)

    def draw(seeds: list[int]) -> Tensor:
        streams = Streams(seeds, (4, 8, 8), "cpu")
        noisy = sampler.start(streams.draw(), schedule)
        *_, drawn = sampler.walk(as_predict("epsilon"), noisy, schedule, streams.fresh)
        return drawn

    together, alone = draw([5, 6, 7]), draw([6])
    assert torch.equal(together[1:2], alone)
    assert not torch.allclose(together[0], together[1])


def test_a_seed_is_the_same_noise_everywhere() -> None:
    shape = (4, 16, 16)
    rows = Streams([3, 2**63 - 1, 3], shape, "cpu").draw()
    assert torch.equal(rows[0], noise(3, shape))
    assert torch.equal(rows[1], noise(2**63 - 1, shape))
    assert torch.equal(rows[0], rows[2])
    plain = torch.randn(1, *shape, generator=torch.Generator().manual_seed(3))
    assert torch.equal(rows[0], plain[0])


def test_timesteps_are_those_of_diffusers() -> None:
    theirs = DDIMScheduler(**BETAS, timestep_spacing="trailing")
    for steps in range(1, 51):
        theirs.set_timesteps(steps)
        assert timesteps(steps, "trailing") == theirs.timesteps.tolist()
    assert timesteps(1000, "trailing") == list(range(999, -1, -1))
    assert timesteps(1000, "leading")[0] == 999
    assert all(len(timesteps(n, "trailing")) == n for n in range(1, 1001))


def test_predicted_noise_cannot_start_from_pure_noise() -> None:
    with pytest.raises(Unfit, match="begin at pure noise") as raised:
        Grid(alphas(zero_snr=True), "epsilon").schedule(20)
    assert "v_prediction" in raised.value.fix


def test_a_misspelt_sampler_gets_the_near_name() -> None:
    take: Callable[[str], object] = SAMPLERS.take
    with pytest.raises(BadInput, match=r"Did you mean 'dpm\+\+ 2m'"):
        take("dpm++2m")
