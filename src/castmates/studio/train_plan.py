"""What a training will do, need and leave, said before it starts; trains nothing."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from castmates.adapters.lora import places
from castmates.core.events import Tell
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.studio.train_choice import Choice
from castmates.training import texts
from castmates.training.adapter import ranks_of
from castmates.training.blocks import blocks_of
from castmates.training.disk_use import Layer, Shape, adapter_bytes, latents_bytes
from castmates.training.optimizers import kind_of
from castmates.training.plan import Plan, plan, repeated
from castmates.training.prepare import Material
from castmates.training.probe import Probe, probe
from castmates.training.recipe import Recipe


@dataclass(frozen=True)
class Room:
    """Bytes on the disk.

    Attributes:
        checkpoints, caches, state: what the run writes there.
        free: what the disk has.
    """

    checkpoints: int
    caches: int
    state: int
    free: int

    @property
    def wanted(self) -> int:
        return self.checkpoints + self.caches + self.state


@dataclass(frozen=True)
class Outlook:
    """Attributes:
    choice: the recipe and what is said of it.
    road: steps and checkpoints.
    captions: pictures with words of their own.
    encodings: windows of pictures that are encoded before the first step.
    room: on the disk.
    probe: what a step costs; None: it was not tried.
    free: bytes of memory that the device has left; None: not known.
    """

    choice: Choice
    road: Plan
    captions: int
    encodings: int
    room: Room
    probe: Probe | None
    free: int | None

    @property
    def refused(self) -> tuple[str, ...]:
        """Why the training would not begin, though its settings can be followed."""
        found = []
        if self.room.wanted > self.room.free:
            found.append(
                f"The run writes about {sizes(self.room.wanted)}, and the disk has "
                f"{sizes(self.room.free)}."
            )
        return tuple(found)

    def data(self) -> dict[str, Any]:
        """For machines; sizes in bytes, times in seconds."""
        report, choice, probed = self.choice.report, self.choice, self.probe
        unable = (*(report.unable if report else ()), *choice.unable)
        return {
            "recipe": choice.recipe.model_dump(mode="json"),
            "steps": self.road.steps,
            "epochs": self.road.epochs,
            "steps_per_epoch": self.road.steps_per_epoch,
            "pictures": self.road.images,
            "regularization": len(self.road.regularization),
            "buckets": [
                {"size": f"{width}x{height}", "visits": visits}
                for (width, height), visits in self.road.buckets
            ],
            "captions": self.captions,
            "checkpoints": [
                {"file": save.file, "epoch": save.epoch, "step": save.step}
                for save in self.road.saves
            ],
            "memory": None
            if probed is None
            else {"most": probed.memory, "free": self.free, "device": probed.device},
            "disk": {
                "wanted": self.room.wanted,
                "checkpoints": self.room.checkpoints,
                "caches": self.room.caches,
                "state": self.room.state,
                "free": self.room.free,
            },
            "seconds": None if probed is None else round(self._seconds(probed), 1),
            "seconds_per_step": None if probed is None else round(probed.step, 4),
            "notes": [*(report.notes if report else ()), *choice.notes],
            "ignored": [one.model_dump() for one in report.ignored] if report else [],
            "differs_from_kohya": [one.model_dump() for one in report.differs] if report else [],
            "accepted": [one.model_dump() for one in report.machine] if report else [],
            "not_done": [one.model_dump() for one in unable],
            "refused": [*choice.refused, *self.refused],
        }

    def text(self) -> str:
        """For people."""
        recipe = self.choice.recipe.model_dump(mode="json")
        lines = [*self.choice.lines(), "Recipe:"]
        lines += [f"  {key} = {value}" for key, value in recipe.items() if value is not None]
        lines += [str(self.road), f"{self.captions} of {self.road.images} pictures have captions"]
        lines.append(
            f"disk: {sizes(self.room.wanted)} ({sizes(self.room.checkpoints)} of it "
            f"checkpoints), {sizes(self.room.free)} are free"
        )
        if self.probe is not None:
            lines.append(
                f"about {clock(self._seconds(self.probe))} on {self.probe.device}, "
                f"{self.probe.step:.3g} s a step"
                + (f"; memory: {sizes(self.probe.memory)}" if self.probe.memory else "")
            )
        reasons = [*self.choice.refused, *self.refused]
        if reasons:
            lines += ["It would be refused:", *(f"  {reason}" for reason in reasons)]
        return "\n".join(lines)

    def _seconds(self, probed: Probe) -> float:
        return probed.seconds(self.road, self.encodings)


def outlook(
    base: Base,
    choice: Choice,
    name: str,
    captions: int,
    where: Path,
    *,
    probing: bool,
    tell: Tell,
) -> Outlook:
    """The outlook of a run.

    Args:
        name: of the checkpoints.
        captions: pictures with words of their own.
        where: the studio's folder, for the disk's free space.
        probing: try a few steps.

    Raises:
        Unfit: a step does not fit into memory.
    """
    recipe, native = choice.recipe, base.facts.native_size
    road = plan(recipe, choice.items, name, native=native)
    who = Character(name=name, trigger=name)
    items = repeated(choice.items, recipe)
    material = Material(base, recipe, items, road.steps, who, tell=tell)
    sizes = [view.size for _, view in dict.fromkeys(material.looks().shown())]
    room = _room(base, recipe, road, _caches(material, sizes), where)
    free = free_memory(base.device)
    tried = probe(material) if probing else None
    return Outlook(choice, road, captions, len(sizes), room, tried, free)


def _caches(material: Material, sizes: list[tuple[int, int]]) -> int:
    """Bytes of latents, masks and words."""
    base, recipe, looks = material.base, material.recipe, material.looks()
    found = latents_bytes(sizes) + (latents_bytes(sizes, channels=1) if recipe.weighs else 0)
    if recipe.trains_text:
        return found
    each = texts.bytes_of(base, recipe.max_tokens)
    captions = [item.caption for item, _ in material.measured()]
    return found + each * len(texts.worth_keeping(looks, captions, each))


def _room(base: Base, recipe: Recipe, road: Plan, caches: int, where: Path) -> Room:
    ranks = ranks_of(recipe, blocks_of(recipe, base.bank.layers))
    layers: dict[Shape, list[Layer]] = {}
    for _, shape, rank, _ in places(base.bank, "it", ranks):
        layer = Layer(shape.into, shape.out, max(shape.kernel, default=1))
        layers.setdefault(_kind(recipe, rank), []).append(layer)
    numbers = sum(kind.numbers(layer) for kind, some in layers.items() for layer in some)
    written = sum(adapter_bytes(some, kind) for kind, some in layers.items())
    return Room(
        checkpoints=_files(recipe, road) * written,
        caches=caches,
        state=_in_state(recipe) * 4 * numbers,
        free=shutil.disk_usage(where).free,
    )


def _kind(recipe: Recipe, rank: int) -> Shape:
    """What decides the size of layers of one rank."""
    more = recipe.factor, recipe.decompose_both, recipe.full_matrix, recipe.dora
    return Shape(recipe.kind, rank, rank, *more)


def _files(recipe: Recipe, road: Plan) -> int:
    """Checkpoints that are there at once: while one is written, the one that goes still is."""
    numbered = len(road.saves) - 1
    kept = numbered if recipe.keep_last is None else min(numbered, recipe.keep_last + 1)
    return kept + 1 + bool(recipe.ema)


def _in_state(recipe: Recipe) -> int:
    """Float32 numbers that the state holds for each number of the factors."""
    return 1 + kind_of(recipe.optimizer).held + bool(recipe.ema)


def free_memory(device: torch.device) -> int | None:
    """Bytes that the device, or this computer, has left; None: the system does not say."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0])
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, AttributeError, OSError):
        return None


def sizes(count: int) -> str:
    """`12 MB`, `3.4 GB`."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.1f} MB" if count < 1e7 else f"{count / 1e6:.0f} MB"


def clock(seconds: float) -> str:
    """`50 s`, `12 min`, `3 h 20 min`."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
