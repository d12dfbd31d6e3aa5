"""Names of samplers as infotexts write them; knows no sampler."""

from __future__ import annotations

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


def written(name: str) -> str:
    """The name of one of our samplers in an infotext."""
    return WRITTEN.get(name, name)
