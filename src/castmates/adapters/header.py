"""What a header must tell of an adapter besides its run: module, ranks, architecture; no tensors.

Keys as sd-scripts 0.10 writes them, so that web UIs and sites read them; modelspec 1.0.1.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.keys.dotted import kernel_of
from castmates.adapters.native import Native

_SAID = (
    "rank_dropout",
    "module_dropout",
    "factor",
    "decompose_both",
    "full_matrix",
    "block_dims",
    "block_alphas",
    "conv_block_dims",
    "conv_block_alphas",
    "down_lr_weight",
    "mid_lr_weight",
    "up_lr_weight",
    "block_lr_zero_threshold",
    "loraplus_lr_ratio",
    "loraplus_unet_lr_ratio",
    "loraplus_text_encoder_lr_ratio",
)
"""Settings of the run among network_args that the tensors do not show."""
_BASES = {
    "sd2": ("sd_v2", "True", "stable-diffusion-v2-512/lora"),
    "sdxl": ("sdxl_base_v1-0", "False", "stable-diffusion-xl-v1-base/lora"),
    "flux": ("flux1", "False", "flux-1-dev/lora"),
}
"""Family -> kohya's version, whether it is "v2", modelspec's architecture."""
_CODE = {
    "sdxl": "https://github.com/Stability-AI/generative-models",
    "flux": "https://github.com/black-forest-labs/flux",
}
"""Family -> whose code the layers' names are of; diffusers' where it has no entry."""
_MODULES = {"flux": "networks.lora_flux"}
"""Family -> the module of sd-scripts that reads a plain LoRA; `networks.lora` without an entry."""
_FLOWS = ("flux",)
"""Families that predict neither noise nor v: modelspec has no word for it."""
_SD15 = ("sd_v1", "False", "stable-diffusion-v1/lora")


CLIP_SKIP = "ss_clip_skip"


def clip_skip_of(metadata: Mapping[str, str]) -> int | None:
    """The clip skip that an adapter was trained with; None: its header does not say."""
    said = metadata.get(CLIP_SKIP, "")
    return int(said) if said.isascii() and said.isdigit() and 1 <= int(said) <= 12 else None


def header_of(
    adapter: Adapter, path: Path, metadata: Mapping[str, str], family: str = "sd15"
) -> dict[str, str]:
    """All texts of the header but the hash.

    `metadata` wins over what is usual, and what is measured on the factors wins over `metadata`.
    """
    wide = [one for layer, one in _all(adapter) if _is_wide(layer, one)]
    plain = [one for layer, one in _all(adapter) if not _is_wide(layer, one)] or wide
    now = datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()
    version, is_v2, architecture = _BASES.get(family, _SD15)
    usual = {
        "ss_output_name": path.stem,
        "ss_base_model_version": version,
        "ss_v2": is_v2,
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": architecture,
        "modelspec.implementation": _CODE.get(family, "diffusers"),
        "modelspec.title": metadata.get("ss_output_name", path.stem),
        "modelspec.date": now,
        **({} if family in _FLOWS else {"modelspec.prediction_type": "epsilon"}),
    }
    lora = _MODULES.get(family, "networks.lora")
    measured = {
        "ss_network_module": "lycoris.kohya" if adapter.native else lora,
        "ss_network_dim": _shared(f.rank for f in plain),
        "ss_network_alpha": _shared(_short(f.alpha) for f in plain),
        "ss_network_args": json.dumps(_arguments(adapter, wide, metadata)),
    }
    return {**usual, **metadata, **measured}


def _arguments(
    adapter: Adapter, wide: Sequence[Factors | Native], metadata: Mapping[str, str]
) -> dict[str, str]:
    """network_args: what the tensors say, and of the run's what they do not."""
    found: dict[str, str] = {}
    if adapter.native:
        form = next(iter(adapter.native.values())).form.name
        found["algo"] = "locon" if form == "lora" else form
    if wide:
        found["conv_dim"] = _shared(one.rank for one in wide)
        found["conv_alpha"] = _shared(_short(one.alpha) for one in wide)
    if any(one.is_dora for one in adapter.native.values()):
        found["dora_wd"] = "True"
    said = _read(metadata.get("ss_network_args", ""))
    return found | {key: str(said[key]) for key in _SAID if key in said}


def _read(text: str) -> dict[str, object]:
    """What others wrote may be `None`, or nothing that can be read."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _all(adapter: Adapter) -> Iterator[tuple[str, Factors | Native]]:
    yield from adapter.factors.items()
    yield from adapter.native.items()


def _is_wide(layer: str, one: Factors | Native) -> bool:
    """A LoHa's tensors are flat: there the name says whether the kernel is wide."""
    return one.is_wide if isinstance(one, Factors) else kernel_of(layer, "sd15") == 3


def _shared(values: Iterable[object]) -> str:
    """The value that all have; kohya's word where they differ."""
    found = Counter(map(str, values))
    return next(iter(found)) if len(found) == 1 else "Dynamic"


def _short(number: float) -> str:
    """`16.0` as kohya writes floats, without the last digits of a scale times a rank."""
    return str(float(f"{number:.6g}"))
