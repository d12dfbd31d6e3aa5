"""What a header must tell of an adapter besides its run: module, ranks, architecture; no tensors.

Keys as sd-scripts 0.10 writes them, so that web UIs and sites read them; modelspec 1.0.1.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from castmates.adapters.factors import Adapter, Factors

_BASES = {
    "sd2": ("sd_v2", "True", "stable-diffusion-v2-512/lora"),
    "sdxl": ("sdxl_base_v1-0", "False", "stable-diffusion-xl-v1-base/lora"),
    "flux": ("flux1", "False", "flux-1-dev/lora"),
}
"""Family -> kohya's version, whether it is "v2", modelspec's architecture."""
_SD15 = ("sd_v1", "False", "stable-diffusion-v1/lora")


def header_of(
    adapter: Adapter, path: Path, metadata: Mapping[str, str], family: str = "sd15"
) -> dict[str, str]:
    """All texts of the header but the hash.

    `metadata` wins over what is usual, and what is measured on the factors wins over `metadata`.
    """
    wide = [f for f in adapter.factors.values() if f.is_wide]
    plain = [f for f in adapter.factors.values() if not f.is_wide] or wide
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    version, is_v2, architecture = _BASES.get(family, _SD15)
    usual = {
        "ss_output_name": path.stem,
        "ss_base_model_version": version,
        "ss_v2": is_v2,
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": architecture,
        "modelspec.implementation": "diffusers",
        "modelspec.title": metadata.get("ss_output_name", path.stem),
        "modelspec.date": now,
        "modelspec.prediction_type": "epsilon",
    }
    measured = {
        "ss_network_module": "networks.lora",
        "ss_network_dim": _shared(f.rank for f in plain),
        "ss_network_alpha": _shared(_short(f.alpha) for f in plain),
        "ss_network_args": _arguments(wide),
    }
    return {**usual, **metadata, **measured}


def _arguments(wide: list[Factors]) -> str:
    if not wide:
        return "{}"
    alpha = _shared(_short(f.alpha) for f in wide)
    return json.dumps({"conv_dim": _shared(f.rank for f in wide), "conv_alpha": alpha})


def _shared(values: Iterable[object]) -> str:
    """The value that all have; kohya's word where they differ."""
    found = Counter(map(str, values))
    return next(iter(found)) if len(found) == 1 else "Dynamic"


def _short(number: float) -> str:
    """`16.0` as kohya writes floats, without the last digits of a scale times a rank."""
    return str(float(f"{number:.6g}"))
