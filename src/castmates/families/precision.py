"""Which half precision a device computes in natively; knows no model."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import torch


def half_on(device: str | torch.device) -> torch.dtype | None:
    """bfloat16 where the device has instructions for it, else None: float32 is faster there.

    float16 is never offered: it overflows in training without loss scaling.
    """
    kind = torch.device(device).type
    if kind == "cpu":
        return torch.bfloat16 if _cpu_has_bf16() else None
    if kind == "cuda" and torch.cuda.get_device_capability(device)[0] >= 8:
        return torch.bfloat16
    return None


@cache
def _cpu_has_bf16() -> bool:
    """AVX512-bf16 or AMX on x86, as Linux tells it; elsewhere unknown, and so: no.

    Emulated bfloat16 is several times slower than float32 (reference: many-adapters, 5).
    """
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    flags = re.search(r"^flags\s*:(.*)$", told, re.MULTILINE)
    return bool(flags and {"avx512_bf16", "amx_bf16"} & set(flags[1].split()))
