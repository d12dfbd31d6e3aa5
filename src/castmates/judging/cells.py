"""What is compared: epochs × strengths × prompts × seeds; knows no painter and no score."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from castmates.core.types import AdapterUse, Shot, Value, WrittenSize


class Checkpoint(Value):
    """One saved epoch of a training run.

    Attributes:
        epoch: counted from 1.
        file: the adapter's path, as the study should remember it (relative to the character).
        digest: hash of the file's content; a new training under the same name is drawn anew.
    """

    epoch: int = Field(ge=1)
    file: str
    digest: str = ""

    @property
    def name(self) -> str:
        """The adapter's name in the bank and in prompts: the file's name without ending."""
        return Path(self.file).stem


Family = Literal["", "plain", "accessory", "outfit", "scene", "motion", "style", "leak"]
"""What a prompt is there to find out. "leak": the class word without the trigger, where strangers
must stay strangers."""


class StudyPrompt(Value):
    """One prompt of a study.

    Attributes:
        label: short name for files and headings ("hat").
        words: the prompt, with the trigger already filled in; without adapters.
        wants: tags that the tagger should find in the picture, because the words ask for them.
        gate: True where the first of `wants` is an accessory that must not get lost: epochs and
            strengths that lose it are left out.
        avoids: tags that must not be there, because the words ask for something else.
        family: what the prompt is there to find out.
    """

    label: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    words: str = Field(min_length=1)
    wants: tuple[str, ...] = ()
    gate: bool = False
    avoids: tuple[str, ...] = ()
    family: Family = ""


Spot = tuple[int, float, str, int]
"""Where a picture of a study stands: epoch (0: the base), strength, prompt label, seed."""


class Study(Value):
    """Everything that decides a comparison; frozen in `study.toml` beside its cells.

    Each (prompt, seed) starts from the same noise for every epoch, every strength and the base
    without adapter (seeds are per picture), so that cells differ by the adapter alone.

    Attributes:
        only: the pictures that were opened so far, where not all of them are wanted (a race);
            empty: all. It is no part of what is frozen.
    """

    adapters: tuple[Checkpoint, ...] = Field(min_length=1)
    strengths: tuple[float, ...] = Field(min_length=1)
    prompts: tuple[StudyPrompt, ...] = Field(min_length=1)
    seeds: tuple[int, ...] = Field(default=(1, 2), min_length=1)
    negative: str = ""
    size: WrittenSize | None = None
    sampler: str | None = None
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0.0, le=100.0)
    base: str = ""
    only: tuple[Spot, ...] = Field(default=(), exclude=True)

    @model_validator(mode="after")
    def _axes_are_sound(self) -> Self:
        axes: dict[str, list[object]] = {
            "epoch": [c.epoch for c in self.adapters],
            "adapter": [c.name for c in self.adapters],
            "strength": list(self.strengths),
            "prompt label": [p.label for p in self.prompts],
            "seed": list(self.seeds),
        }
        for what, values in axes.items():
            twice = sorted({str(v) for v in values if values.count(v) > 1})
            if twice:
                raise ValueError(f"{what} {', '.join(twice)} stands twice in the study")
        wrong = [s for s in self.strengths if not 0 < s <= 2]
        if wrong:
            raise ValueError(
                f"strength {wrong[0]:g} is not within 0 (the base, always drawn) and 2"
            )
        return self

    def opening(self, spots: Iterable[Spot]) -> Study:
        """The same study with only these pictures in it."""
        return self.model_copy(update={"only": tuple(dict.fromkeys(spots))})

    @property
    def last(self) -> Checkpoint:
        """The checkpoint trained longest."""
        return max(self.adapters, key=lambda c: c.epoch)

    def prompt(self, label: str) -> StudyPrompt:
        """The prompt with this label. Raises KeyError."""
        return next(p for p in self.prompts if p.label == label)

    def gates(self) -> tuple[tuple[str, str], ...]:
        """(prompt label, tag) of each accessory that must not get lost: of the prompts marked as
        gates, else of all that want something."""
        asking = [p for p in self.prompts if p.wants]
        marked = [p for p in asking if p.gate] or asking
        return tuple((p.label, p.wants[0]) for p in marked)


class Cell(Value):
    """One picture of a study. Epoch 0, strength 0, no adapter: the base alone."""

    adapter: str
    epoch: int
    strength: float
    prompt: str
    seed: int
    shot: Shot

    @property
    def name(self) -> str:
        """The readable file name: `e006-s0.80-hat-seed1.png`, `base-hat-seed1.png`."""
        return cell_name(self.epoch, self.strength, self.prompt, self.seed)


def cell_name(epoch: int, strength: float, prompt: str, seed: int) -> str:
    """The file name of the cell at these coordinates (epoch 0: the base without adapter)."""
    if epoch == 0:
        return f"base-{prompt}-seed{seed}.png"
    shown = f"{strength:.2f}" if round(strength, 2) == strength else f"{strength!r}"
    return f"e{epoch:03d}-s{shown}-{prompt}-seed{seed}.png"


def cells(study: Study) -> list[Cell]:
    """All pictures of a study that are wanted: first the base without adapter, then by epoch."""
    if study.only:
        return [_at(study, spot) for spot in sorted(study.only, key=_order_in(study))]
    arms: list[tuple[str, int, float]] = [("", 0, 0.0)]
    for checkpoint in sorted(study.adapters, key=lambda c: c.epoch):
        arms += [(checkpoint.name, checkpoint.epoch, s) for s in sorted(study.strengths)]
    return [
        _cell(study, *arm, prompt, seed)
        for arm in arms
        for prompt in study.prompts
        for seed in study.seeds
    ]


def _order_in(study: Study) -> Callable[[Spot], tuple[int, float, int, int]]:
    labels = {prompt.label: i for i, prompt in enumerate(study.prompts)}
    return lambda spot: (spot[0], spot[1], labels[spot[2]], spot[3])


def _at(study: Study, spot: Spot) -> Cell:
    epoch, strength, label, seed = spot
    name = next((c.name for c in study.adapters if c.epoch == epoch), "")
    return _cell(study, name, epoch, strength, study.prompt(label), seed)


def _cell(
    study: Study, adapter: str, epoch: int, strength: float, prompt: StudyPrompt, seed: int
) -> Cell:
    uses = (AdapterUse(name=adapter, strength=strength),) if epoch else ()
    shot = Shot(
        words=prompt.words,
        negative=study.negative,
        seed=seed,
        size=study.size,
        sampler=study.sampler,
        steps=study.steps,
        guidance=study.guidance,
        adapters=uses,
    )
    return Cell(
        adapter=adapter,
        epoch=epoch,
        strength=strength,
        prompt=prompt.label,
        seed=seed,
        shot=shot,
    )
