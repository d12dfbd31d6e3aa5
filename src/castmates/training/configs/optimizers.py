"""Which optimizer, rates and schedule a configuration asks for; knows no tensors.

Sources: sd-scripts' `get_optimizer` and `get_scheduler_fix`; Adafactor as in transformers.
"""

from __future__ import annotations

from typing import Any

from castmates.core.units import steps
from castmates.training.configs import kinds
from castmates.training.configs.draft import Draft
from castmates.training.configs.keys import keys_of
from castmates.training.configs.report import shown

DEFAULT_RATE = 2e-6
"""sd-scripts' learning_rate when none is given."""

_schedules = {
    "constant": "constant",
    "constant_with_warmup": "constant",
    "linear": "linear",
    "cosine": "cosine",
    "cosine_with_restarts": "cosine_with_restarts",
    "cosine_with_min_lr": "cosine_with_min_lr",
    "polynomial": "polynomial",
    "inverse_sqrt": "inverse_sqrt",
    "adafactor": "adafactor",
}
_rates = ("learning_rate", "unet_lr", "text_encoder_lr")


def read(draft: Draft) -> None:
    """Put everything of `optimizer.*` and `schedule.*` that hangs together."""
    name = _name(draft)
    arguments = _arguments(draft)
    relative = name == "adafactor" and bool(arguments.pop("relative_step", True))
    draft.put("optimizer.optimizer", name, "optimizer_type")
    draft.put("optimizer.relative_step", relative, "optimizer_args")
    draft.put("optimizer.arguments", arguments, "optimizer_args")
    if name.endswith("8bit") or name.startswith("paged"):
        draft.findings.note(
            f"{name} keeps its state in 8 bits by bitsandbytes on CUDA; elsewhere castmates uses "
            "the same mathematics in plain torch and says so"
        )
    _put_rates(draft, name)
    _put_schedule(draft, name, relative)
    if relative:
        _tell_relative(draft)


def _name(draft: Draft) -> str:
    name = draft.get("optimizer_type") or "AdamW"
    if draft.get("use_8bit_adam"):
        name = "AdamW8bit"
    if draft.get("use_lion_optimizer"):
        name = "Lion"
    return str(name) if "." in name else str(name).lower()


def _arguments(draft: Draft) -> dict[str, Any]:
    """The arguments as values; weight decay and betas have places of their own."""
    found: dict[str, Any] = {}
    for name, text in (draft.get("optimizer_args") or {}).items():
        try:
            value = kinds.literal(text)
        except ValueError as error:
            draft.findings.differ(
                f"optimizer_args {name}={text}", f"stops: {error}", f"reads the text '{text}'"
            )
            value = text
        key = keys_of("o").get(name)
        if key is not None and key.role == "sets":
            draft.put(key.becomes, draft.read(name, value, key.kind), "optimizer_args")
        else:
            found[name] = value if isinstance(value, bool | int | float | str) else str(value)
    return found


def _put_rates(draft: Draft, name: str) -> None:
    rate = draft.get("learning_rate")
    if rate is None:
        rate = DEFAULT_RATE
        if not (draft.has("unet_lr") and draft.has("text_encoder_lr")):
            draft.findings.note(f"no learning_rate is given: it is kohya's own, {rate}")
    unet = draft.get("unet_lr")
    texts = draft.get("text_encoder_lr") or (None,)
    if len(set(texts)) > 1:
        draft.findings.cannot("text_encoder_lr", texts, "one rate for all text encoders")
    unet = rate if unet is None else unet
    text = rate if texts[0] is None else texts[0]
    draft.put("optimizer.unet_rate", unet, "unet_lr")
    draft.put("optimizer.text_rate", text, "text_encoder_lr")
    only_unet = bool(draft.get("network_train_unet_only"))
    only_text = bool(draft.get("network_train_text_encoder_only"))
    draft.put("adapter.unet", not only_text and unet > 0, "network_train_text_encoder_only")
    draft.put("adapter.text_encoder", not only_unet and text > 0, "network_train_unet_only")
    if name.startswith(("prodigy", "dadapt")) and max(unet, text) < 0.1:
        draft.findings.note(f"{name} finds the rate itself and wants about 1; found {shown(unet)}")


def _put_schedule(draft: Draft, name: str, relative: bool) -> None:
    written = str(draft.get("lr_scheduler") or "constant").lower()
    if draft.has("lr_scheduler_type") or written not in _schedules:
        draft.findings.cannot(
            "lr_scheduler", written, "castmates has: " + ", ".join(_schedules), stops=True
        )
    schedule = _schedules.get(written, "constant")
    if relative and schedule != "adafactor":
        draft.findings.differ(
            "lr_scheduler",
            f"puts adafactor in the place of {written}",
            "does the same, and says so",
        )
    if schedule == "adafactor" and name != "adafactor":
        draft.findings.differ(
            "lr_scheduler",
            f"stops: adafactor belongs to the optimizer Adafactor, not {name}",
            "keeps the rate constant",
        )
        schedule = "constant"
    draft.put("schedule.schedule", "adafactor" if relative else schedule, "lr_scheduler")
    _put_warmup(draft, written, relative)


def _put_warmup(draft: Draft, written: str, relative: bool) -> None:
    value = draft.pairs.get("lr_warmup_steps")
    if value in (None, "", 0, "0", 0.0):
        return
    if relative or written == "adafactor":
        draft.findings.differ(
            "lr_warmup_steps", f"stops: Adafactor takes no warm-up of {value}", "takes none"
        )
        return
    if written == "constant":
        draft.findings.differ(
            "lr_warmup_steps",
            "stops: constant has no warm-up; constant_with_warmup has",
            "warms up, then keeps the rate",
        )
    if isinstance(value, str) and value.endswith(("epochs", "steps")):
        draft.put("schedule.warmup", value, "lr_warmup_steps")
        return
    number = draft.get("lr_warmup_steps")
    if number is None:
        return
    if number < 1:  # a share below 0 is refused with the settings
        draft.put("schedule.warmup_share", number, "lr_warmup_steps")
        return
    if isinstance(value, float):
        draft.findings.differ(
            "lr_warmup_steps",
            f"takes any number with a point for a share: {value} x all steps",
            f"takes {int(number)} steps",
        )
    draft.put("schedule.warmup", steps(int(number)), "lr_warmup_steps")


def _tell_relative(draft: Draft) -> None:
    written = [f"{key} = {shown(draft.pairs[key])}" for key in _rates if draft.has(key)]
    if written:
        draft.findings.differ(
            ", ".join(written),
            "drops them without a word: Adafactor chooses its step size itself (relative_step)",
            "does not use them either",
        )
    draft.findings.note(
        "Adafactor's step size is max(1e-3, RMS of the weights) x min(1e-2, 1 / sqrt(step)): the "
        "up factors, which start at 0, move at 1e-5, whatever rate is written"
    )
