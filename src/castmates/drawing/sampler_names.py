"""Names of samplers and schedules, ours and others'; knows no sampler.

Ours are A1111's in lower case. Older versions wrote the schedule behind the sampler; the interface
for machines took names that begin with `k_`; ComfyUI joins words by `_`.
"""

from __future__ import annotations

from typing import NamedTuple

WRITTEN = {
    name.lower(): name
    for name in (
        "DDIM",
        "DPM adaptive",
        "DPM fast",
        "DPM++ 2M",
        "DPM++ 2M SDE",
        "DPM++ 2M SDE Heun",
        "DPM++ 2S a",
        "DPM++ 3M SDE",
        "DPM++ SDE",
        "DPM2",
        "DPM2 a",
        "Euler",
        "Euler a",
        "Heun",
        "LCM",
        "LMS",
        "PLMS",
        "Restart",
        "UniPC",
    )
}
"""Ours, lower case -> A1111's. A name that is not here is written as it is."""

TRAILING, AUTOMATIC = "trailing", "automatic"
SCHEDULES = {
    TRAILING: "SGM Uniform",  # the nearest of A1111's; infotexts say more beside it
    AUTOMATIC: "Automatic",
    "normal": "Normal",
    "karras": "Karras",
    "exponential": "Exponential",
    "sgm uniform": "SGM Uniform",
    "simple": "Simple",
    "beta": "Beta",
    "kl optimal": "KL Optimal",
    "turbo": "Turbo",
    "ddim": "",
    "lcm": "",
    "time uniform": "",
}
"""Our schedules -> A1111's names; "": a sampler's own, which it does not write.

"trailing" is the base's own layout (`castmates.drawing.schedule`), "automatic" what A1111 takes for
a sampler where nobody says otherwise; for the others see `castmates.drawing.layouts`.
"""

TWICE = frozenset({"dpm++ 2s a", "dpm++ sde", "dpm2", "dpm2 a", "heun"})
"""Samplers that call the network twice a step: schedules in prompts name calls."""

_ALIASES = {
    "k_euler": "euler",
    "k_euler_a": "euler a",
    "k_euler_ancestral": "euler a",
    "k_heun": "heun",
    "k_lms": "lms",
    "k_dpm_2": "dpm2",
    "k_dpm_2_a": "dpm2 a",
    "k_dpm_fast": "dpm fast",
    "k_dpm_ad": "dpm adaptive",
    "k_dpmpp_2s_a": "dpm++ 2s a",
    "k_dpmpp_2m": "dpm++ 2m",
    "k_dpmpp_sde": "dpm++ sde",
    "k_dpmpp_2m_sde": "dpm++ 2m sde",
    "k_dpmpp_2m_sde_heun": "dpm++ 2m sde heun",
    "k_dpmpp_3m_sde": "dpm++ 3m sde",
    "k_lcm": "lcm",
    "euler_ancestral": "euler a",
    "dpm_2": "dpm2",
    "dpm_2_ancestral": "dpm2 a",
    "dpmpp_2s_ancestral": "dpm++ 2s a",
    "dpmpp_2m": "dpm++ 2m",
    "dpmpp_sde": "dpm++ sde",
    "dpmpp_sde_gpu": "dpm++ sde",
    "dpmpp_2m_sde": "dpm++ 2m sde",
    "dpmpp_2m_sde_gpu": "dpm++ 2m sde",
    "dpmpp_3m_sde": "dpm++ 3m sde",
    "dpmpp_3m_sde_gpu": "dpm++ 3m sde",
    "uni_pc": "unipc",
    "euler ancestral": "euler a",
}
_SCHEDULE_ALIASES = {
    "uniform": "normal",
    "polyexponential": "exponential",  # with ρ = 1, which nobody changes
    "sgm_uniform": "sgm uniform",
    "kl_optimal": "kl optimal",
}
_SUFFIXES = {
    " karras": "karras",
    " exponential": "exponential",
    " polyexponential": "exponential",
    "_ka": "karras",
}


class Named(NamedTuple):
    """A sampler and its schedule by our names; None: the name says nothing of a schedule."""

    sampler: str
    schedule: str | None = None


def named(text: str) -> Named:
    """What a name stands for; one that nobody knows comes back in lower case.

    >>> named("DPM++ 2M Karras")
    Named(sampler='dpm++ 2m', schedule='karras')
    """
    name = " ".join(text.lower().split())
    for suffix, schedule in _SUFFIXES.items():
        if name.endswith(suffix):
            bare = name.removesuffix(suffix)
            return Named(_ALIASES.get(bare, bare), schedule)
    return Named(_ALIASES.get(name, name))


def calls_per_step(name: str) -> int:
    """How many calls of the network A1111 counts for a step of a sampler."""
    return 2 if named(name).sampler in TWICE else 1


def schedule_named(text: str) -> str:
    """Our name of a schedule; one that nobody knows comes back in lower case."""
    name = " ".join(text.lower().split())
    return _SCHEDULE_ALIASES.get(name, name)


def written(name: str) -> str:
    """The name of one of our samplers in an infotext."""
    return WRITTEN.get(name, name)


def schedule_written(name: str) -> str:
    """The name of one of our schedules in an infotext; "": none is written."""
    return SCHEDULES.get(name, name)
