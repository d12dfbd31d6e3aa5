"""kohya_ss: the JSON that its window saves, into the keys of sd-scripts; knows no settings.

The window drops every value that is empty, false or zero before it starts sd-scripts, which then
takes its own default. So `"max_grad_norm": 0` trains with 1.0. What it really does is taken, and
each such value is told.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from castmates.training.configs.keys import is_off, keys_of
from castmates.training.configs.kinds import real
from castmates.training.configs.report import Findings, shown

_modules = {
    "Standard": ("networks.lora", ""),
    "Kohya LoCon": ("networks.lora", ""),
    "LoCon": ("lycoris.kohya", "locon"),
    "Kohya DyLoRA": ("networks.dylora", ""),
    "Kohya LoHa": ("networks.loha", ""),
    "Kohya LoKr": ("networks.lokr", ""),
    "LoRA-FA": ("networks.lora_fa", ""),
    "Flux1": ("networks.lora_flux", ""),
    "LyCORIS/LoCon": ("lycoris.kohya", "locon"),
    "LyCORIS/LoHa": ("lycoris.kohya", "loha"),
    "LyCORIS/LoKr": ("lycoris.kohya", "lokr"),
    "LyCORIS/DyLoRA": ("lycoris.kohya", "dylora"),
    "LyCORIS/GLoRA": ("lycoris.kohya", "glora"),
    "LyCORIS/iA3": ("lycoris.kohya", "ia3"),
    "LyCORIS/Diag-OFT": ("lycoris.kohya", "diag-oft"),
    "LyCORIS/BOFT": ("lycoris.kohya", "boft"),
    "LyCORIS/Native Fine-Tuning": ("lycoris.kohya", "full"),
}
"""The window's LoRA_type -> network_module and LyCORIS's algo."""

_conv = ("conv_dim", "conv_alpha")
_blocks = (
    "down_lr_weight",
    "mid_lr_weight",
    "up_lr_weight",
    "block_lr_zero_threshold",
    "block_dims",
    "block_alphas",
    "conv_block_dims",
    "conv_block_alphas",
)
_lycoris = (
    "factor",
    "use_tucker",
    "use_cp",
    "use_scalar",
    "decompose_both",
    "train_norm",
    "dora_wd",
    "full_matrix",
)
_always = ("rank_dropout", "module_dropout", "loraplus_lr_ratio", "loraplus_unet_lr_ratio")
_renamed = {"max_resolution": "resolution", "optimizer": "optimizer_type"}


def pairs_of(data: Mapping[str, Any], findings: Findings) -> dict[str, object]:
    """What the window would hand to sd-scripts."""
    found = _dropped(data, findings)
    _rename(found)
    _network(data, found, findings)
    _length(data, found, findings)
    _warmup(found)
    _one_part_only(data, found)
    _noise(found, findings)
    if "additional_parameters" in found:
        found.update(_command_line(str(found.pop("additional_parameters"))))
    return found


def _dropped(data: Mapping[str, Any], findings: Findings) -> dict[str, object]:
    """All pairs but those that are empty, false or zero."""
    known = keys_of("g")
    found: dict[str, object] = {}
    for name, value in data.items():
        if value is None or (is_off(value) and name in known):
            key = known.get(name)
            if key and key.role in ("sets", "reads") and value not in (None, "") and key.default:
                _tell_dropped(name, value, key.default, findings)
            continue
        found[name] = value
    return found


def _tell_dropped(name: str, value: object, default: str, findings: Findings) -> None:
    if not is_off(default):
        findings.differ(
            f"{name} = {shown(value)}",
            f"drops it, because it is zero, and takes {default}",
            f"takes {default} too",
        )


def _rename(found: dict[str, object]) -> None:
    for old, new in _renamed.items():
        if old in found:
            found[new] = found.pop(old)
    for gone in ("max_resolution", "optimizer", *_conv, *_blocks, *_lycoris, *_always):
        found.pop(gone, None)


def _network(data: Mapping[str, Any], found: dict[str, object], findings: Findings) -> None:
    kind = str(found.pop("LoRA_type", "Standard"))
    module, algorithm = _modules.get(kind, (kind, ""))
    lycoris = module.startswith("lycoris")
    wanted = [*_always, *(_lycoris if lycoris else _blocks)]
    if lycoris or "LoCon" in kind:
        wanted += _conv
    elif any(not is_off(data.get(key)) and str(data[key]) != "1" for key in _conv):
        findings.ignore("conv_dim, conv_alpha", why=f"the window leaves them out for {kind}")
    given = {key: data[key] for key in wanted if key in data and data[key] not in (None, "")}
    given = {k: v for k, v in given.items() if k in _conv or not is_off(v)}
    if lycoris:
        given["algo"] = algorithm
        given["preset"] = data.get("LyCORIS_preset") or "full"
    found.pop("LyCORIS_preset", None)
    found["network_module"] = module
    if given:
        found["network_args"] = [f"{key}={value}" for key, value in given.items()]


def _length(data: Mapping[str, Any], found: dict[str, object], findings: Findings) -> None:
    count = found.pop("epoch", None)
    if count is None or "max_train_epochs" in found or "max_train_steps" in found:
        return
    if "dataset_config" in found:
        findings.differ(
            f"epoch = {shown(count)}",
            "does not count it with a data set file and trains 1600 steps",
            f"trains {shown(count)} epochs",
        )
    else:
        findings.differ(
            f"epoch = {shown(count)}",
            "hands on a number of steps that knows no buckets: the last epoch may end early",
            f"trains {shown(count)} whole epochs",
        )
    found["max_train_epochs"] = count
    if str(data.get("lr_scheduler_num_cycles", "")) == "" and str(
        data.get("lr_scheduler", "")
    ).startswith("cosine_with"):
        found["lr_scheduler_num_cycles"] = count


def _warmup(found: dict[str, object]) -> None:
    """A number of steps wins; else percent of all steps."""
    percent = found.pop("lr_warmup", None)
    given = found.get("lr_warmup_steps", percent)
    if given is None:
        return
    try:
        number = real(given)
    except ValueError:
        found["lr_warmup_steps"] = given  # what does not fit is told where it is read
        return
    found["lr_warmup_steps"] = int(number) if "lr_warmup_steps" in found else number / 100


def _one_part_only(data: Mapping[str, Any], found: dict[str, object]) -> None:
    """A rate of 0 for one part and not for the other leaves that part untrained."""
    zero_unet = "unet_lr" in data and is_off(data["unet_lr"]) and data["unet_lr"] != ""
    zero_text = "text_encoder_lr" in data and is_off(data["text_encoder_lr"])
    zero_text = zero_text and data["text_encoder_lr"] != ""
    if zero_text and "unet_lr" in found:
        found["network_train_unet_only"] = True
    if zero_unet and "text_encoder_lr" in found:
        found["network_train_text_encoder_only"] = True


def _noise(found: dict[str, object], findings: Findings) -> None:
    kind = str(found.pop("noise_offset_type", "Original"))
    unused = (
        ("noise_offset", "adaptive_noise_scale")
        if kind == "Multires"
        else ("multires_noise_iterations", "multires_noise_discount")
    )
    for key in unused:
        if key in found:
            del found[key]
            findings.ignore(key, why=f"noise_offset_type is {kind}")


def _command_line(text: str) -> dict[str, object]:
    """`--a 1 --b` -> {"a": "1", "b": True}."""
    found: dict[str, object] = {}
    words = shlex.split(text)
    for place, word in enumerate(words):
        if word.startswith("--"):
            name, mark, value = word[2:].partition("=")
            after = words[place + 1 : place + 2]
            plain = after and not after[0].startswith("--")
            found[name] = value if mark else (after[0] if plain else True)
    return found
