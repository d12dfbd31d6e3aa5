"""The samplers that call the network twice a step; knows no network.

Rules of k-diffusion (Karras et al. 2022, arXiv 2206.00364, algorithms 1-2; Lu et al. 2022, arXiv
2211.01095), s_churn 0 and eta 1. A step to the clean picture needs no second call; nor does one
from pure noise, where it would say nothing of a slope.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from castmates.drawing.samplers import Sampler
from castmates.drawing.schedule import Schedule, Step
from castmates.drawing.walking import Fresh, Predict, raised, split, towards


def _is_single(step: Step) -> bool:
    return step.there.sigma == 0.0 or step.here.alpha == 0.0


def heun(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """Karras et al., algorithm 1: the mean of the slopes at both ends of a step."""
    del fresh  # deterministic: everything comes from the start
    for here, there in ((step.here, step.there) for step in schedule.steps):
        seen = predict(x, here)
        x = towards(x, seen.clean, here, there)
        if there.sigma > 0.0 and here.alpha > 0.0:
            after = predict(x, there)
            half = 0.5 * there.alpha * (there.ratio - here.ratio)
            x = x + half * (after.noise - seen.noise)
        yield x


def dpm2(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """DPM-Solver-2 as in k-diffusion: the slope halfway between ln s and ln q."""
    del fresh  # deterministic: everything comes from the start
    for step in schedule.steps:
        here, there = step.here, step.there
        seen = predict(x, here)
        if _is_single(step):
            x = towards(x, seen.clean, here, there)
        else:
            middle = schedule.at(math.sqrt(here.ratio * there.ratio))
            after = predict(towards(x, seen.clean, here, middle), middle)
            stride = there.alpha * (there.ratio - here.ratio)
            x = towards(x, seen.clean, here, there) + stride * (after.noise - seen.noise)
        yield x


def dpm2_ancestral(
    predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh
) -> Iterator[Tensor]:
    """The same to a lower level, with fresh noise on top."""
    for step in schedule.steps:
        here, there = step.here, step.there
        seen = predict(x, here)
        if there.sigma == 0.0:
            x = towards(x, seen.clean, here, there)
        else:
            down, up = split(here, there)
            low = schedule.at(down)
            landed = towards(x, seen.clean, here, low)
            if down > 0.0:
                middle = schedule.at(math.sqrt(here.ratio * down))
                after = predict(towards(x, seen.clean, here, middle), middle)
                landed = landed + low.alpha * (down - here.ratio) * (after.noise - seen.noise)
            x = raised(landed, low, there, up, fresh(here, there))
        yield x


def dpm_2s_ancestral(
    predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh
) -> Iterator[Tensor]:
    """DPM-Solver++(2S) (Lu et al., algorithm 1) to a lower level, with fresh noise on top."""
    for step in schedule.steps:
        here, there = step.here, step.there
        clean = predict(x, here).clean
        if there.sigma == 0.0:
            x = towards(x, clean, here, there)
        else:
            down, up = split(here, there)
            low = schedule.at(down)
            if down > 0.0:
                middle = schedule.at(math.sqrt(here.ratio * down))
                clean = predict(towards(x, clean, here, middle), middle).clean
            landed = towards(x, clean, here, low)
            x = raised(landed, low, there, up, fresh(here, there))
        yield x


def dpm_sde(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """DPM-Solver++ for the SDE, two stages, r = 1/2; both draws of a step come from one path."""
    for step in schedule.steps:
        here, there = step.here, step.there
        clean = predict(x, here).clean
        if there.sigma == 0.0:
            x = towards(x, clean, here, there)
        else:
            if here.alpha > 0.0:
                middle = schedule.at(math.sqrt(here.ratio * there.ratio))
                down, up = split(here, middle)
                low = schedule.at(down)
                landed = towards(x, clean, here, low)
                noisy = raised(landed, low, middle, up, fresh(here, middle))
                clean = predict(noisy, middle).clean
            down, up = split(here, there)
            low = schedule.at(down)
            landed = towards(x, clean, here, low)
            x = raised(landed, low, there, up, fresh(here, there))
        yield x


HEUN = Sampler("Heun", heun, per_step=2)
DPM2 = Sampler("DPM2", dpm2, per_step=2, automatic="karras", discards=True)
DPM2_A = Sampler(
    "DPM2 a", dpm2_ancestral, noise="stream", per_step=2, automatic="karras", discards=True
)
DPM_2S_A = Sampler("DPM++ 2S a", dpm_2s_ancestral, noise="stream", per_step=2, automatic="karras")
DPM_SDE = Sampler("DPM++ SDE", dpm_sde, noise="path", per_step=2, automatic="karras")
