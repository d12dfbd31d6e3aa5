"""Names of samplers are read as people and programs write them."""

from __future__ import annotations

import pytest

from castmates.drawing.sampler_names import (
    WRITTEN,
    calls_per_step,
    named,
    schedule_named,
    schedule_written,
    written,
)
from castmates.drawing.samplers import SAMPLERS


@pytest.mark.parametrize(
    ("said", "sampler", "schedule"),
    [
        ("Euler a", "euler a", None),
        ("DPM++ 2M Karras", "dpm++ 2m", "karras"),
        ("DPM++ 3M SDE Exponential", "dpm++ 3m sde", "exponential"),
        ("DPM++ 2M SDE Heun Karras", "dpm++ 2m sde heun", "karras"),
        ("k_dpmpp_2m_ka", "dpm++ 2m", "karras"),
        ("k_euler_ancestral", "euler a", None),
        ("k_dpm_2_a", "dpm2 a", None),
        ("dpmpp_3m_sde_gpu", "dpm++ 3m sde", None),
        ("uni_pc", "unipc", None),
        ("unipc", "unipc", None),
        ("Sorcery", "sorcery", None),
    ],
)
def test_old_new_and_others_names(said: str, sampler: str, schedule: str | None) -> None:
    assert named(said) == (sampler, schedule)


def test_every_sampler_of_ours_is_written_as_a1111_does() -> None:
    for name in SAMPLERS:
        assert written(name) == SAMPLERS.take(name).written == WRITTEN[name]
        assert named(written(name)).sampler == name
        assert calls_per_step(name) == SAMPLERS.take(name).per_step


def test_schedules_are_read_as_they_are_written() -> None:
    for name in ("normal", "karras", "exponential", "sgm uniform", "simple", "automatic"):
        assert schedule_named(schedule_written(name)) == name
    assert schedule_named("Uniform") == "normal"
