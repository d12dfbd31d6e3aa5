"""Choose settings from goal, pictures, base and memory, and say why; measures nothing.

A pure function over `auto.toml`: the same answers for the same questions, on every machine.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from math import floor
from typing import Any

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Size, Value
from castmates.core.units import epochs
from castmates.training.configs.neutral import (
    Adapter,
    Base,
    Captions,
    Loss,
    Optimizer,
    Pictures,
    Run,
    Saving,
    Schedule,
    TrainingSettings,
)

FEW = 10
"""Below so many pictures, a run is shortened: they would be learned by heart."""


class Auto(Value):
    """Attributes:
    settings: what was chosen.
    looks_per_epoch: visits to pictures an epoch (`Recipe.visits_per_epoch`).
    reasons: one sentence for each choice.
    """

    settings: TrainingSettings
    looks_per_epoch: int
    reasons: tuple[str, ...]


def goals() -> tuple[str, ...]:
    """The goals there are."""
    return tuple(_table()["goals"])


def auto(
    goal: str, pictures: int, base: str, memory: float | None = None, *, symmetric: bool = False
) -> Auto:
    """Settings for a training.

    Args:
        goal: one of `goals()`.
        pictures: to train on.
        base: a base with numbers of its own (`storybook`), else its family (`sd15`).
        memory: of the device, in GiB; None: not known.
        symmetric: whoever it is looks the same mirrored.

    Raises:
        BadInput: an unknown goal or base, or no pictures.
    """
    aim, facts = _entry("goals", goal), _entry("families", base)
    if pictures < 1:
        raise BadInput("There is no picture to train on.", "Add some: castmates add NAME FOLDER.")
    reasons = [f"{goal}: {aim['why']}."]
    size, batch = _fitting(aim, facts, memory, reasons)
    repeats = _repeats(aim, pictures, reasons)
    adapter = _adapter(aim, facts, pictures, reasons)
    rates = (facts["unet_rate"], facts["text_rate"])
    reasons.append(
        f"rates {rates[0]:g} and {rates[1]:g} (U-Net, text encoder) suit a base like {base}; they "
        "rise over a twentieth of the run and fall to 0 as a cosine."
    )
    if not symmetric:
        reasons.append("nothing is mirrored: left and right may differ.")
    settings = TrainingSettings(
        base=Base(family=facts["family"]),
        adapter=adapter,
        optimizer=Optimizer(unet_rate=rates[0], text_rate=rates[1]),
        schedule=Schedule(schedule="cosine", schedule_begins="within", warmup_share=0.05),
        run=Run(length=epochs(aim["epochs"]), batch=batch, seed=0),
        pictures=_pictures(size, symmetric),
        captions=Captions(
            shuffle=aim["shuffle"],
            keep_tokens=1,
            caption_dropout=0.05,
            tag_dropout=aim["tag_dropout"],
        ),
        loss=Loss(min_snr_gamma=5.0),
        saving=Saving(save_every=epochs(1), saved_precision="fp16"),
    )
    return Auto(settings=settings, looks_per_epoch=pictures * repeats, reasons=tuple(reasons))


def _pictures(size: int, symmetric: bool) -> Pictures:
    return Pictures(
        size=Size(width=size, height=size),
        buckets=True,
        bucket_smallest=min(256, size // 2),
        bucket_largest=max(1024, 2 * size),
        bucket_step=min(64, max(8, size // 8)),
        bucket_upscale=False,
        flip=symmetric,
    )


def _repeats(aim: dict[str, Any], pictures: int, reasons: list[str]) -> int:
    """Looks at each picture an epoch."""
    looks = aim["looks"]
    if pictures < FEW:
        looks = looks * 2 // 3
        reasons.append(
            f"{pictures} pictures are few: half the rank and a third fewer looks, so that they are "
            "not learned by heart."
        )
    repeats = max(1, round(float(looks / aim["epochs"] / pictures)))
    total = pictures * repeats * aim["epochs"]
    reasons.append(
        f"{pictures} pictures x {repeats} repeats x {aim['epochs']} epochs are {total} looks, of "
        f"about {looks} that are wanted; every epoch is saved, and the best is chosen by looking."
    )
    return repeats


def _adapter(
    aim: dict[str, Any], facts: dict[str, Any], pictures: int, reasons: list[str]
) -> Adapter:
    rank = aim["rank"] // 2 if pictures < FEW else aim["rank"]
    conv = rank if aim["conv"] or facts["conv_always"] else 0
    alpha = rank * aim["alpha_share"]
    text = facts["text_rate"] > 0
    reasons.append(
        f"rank {rank} and alpha {alpha:g}"
        + (f", convolutions too ({conv})" if conv else "")
        + ("; the trigger becomes a name in the text encoder." if text else ".")
    )
    return Adapter(
        rank=rank,
        alpha=alpha,
        conv_rank=conv,
        conv_alpha=float(conv) * aim["alpha_share"],
        text_encoder=text,
    )


def _fitting(
    aim: dict[str, Any], facts: dict[str, Any], memory: float | None, reasons: list[str]
) -> tuple[int, int]:
    """Size and batch that should fit."""
    size = facts["large_size"] if aim["large"] else facts["size"]
    batch = int(aim["batch"])
    if memory is None:
        reasons.append(
            f"{size} px in batches of {batch}: memory is not known, the plan measures it."
        )
        return size, batch
    room = memory - facts["base_gib"]
    if room < _need(facts, size) and size > facts["size"]:
        size = facts["size"]
    fits = floor(room / _need(facts, size))
    batch = max(1, min(batch, fits))
    taken = facts["base_gib"] + batch * _need(facts, size)
    reasons.append(
        f"{size} px in batches of {batch}: about {taken:.1f} of {memory:g} GiB"
        + ("." if fits >= 1 else "; it will hardly fit, and the plan measures it first.")
    )
    return size, batch


def _need(facts: dict[str, Any], size: int) -> float:
    """GiB of one picture in a batch: it grows with its area."""
    return float(facts["look_gib"] * (size / facts["size"]) ** 2)


def _entry(kind: str, name: str) -> dict[str, Any]:
    known: dict[str, dict[str, Any]] = _table()[kind]
    if name not in known:
        what = "goal" if kind == "goals" else "base"
        raise BadInput(f"auto knows no {what} '{name}'.", did_you_mean(name, known))
    return known[name]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("castmates.training") / "auto.toml").read_text("utf-8"))
