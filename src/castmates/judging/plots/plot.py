"""What a plot is: axes, words, adapters and bases, and the cells they span; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import product
from pathlib import PurePath
from typing import Any, Self

from pydantic import Field, model_validator

from castmates.core.types import AdapterUse, Shot, Value
from castmates.drawing.infotext import adapters_of, words_of
from castmates.drawing.sampler_names import named, schedule_named
from castmates.files import settings
from castmates.files.studio import slug
from castmates.judging.plots.axes import KINDS, NONE, SEARCH
from castmates.prompts.grammar import write

SEAT = "<lora:this-cell:1>"
"""Where in the words the cell's adapter goes."""
SEATED = "this-cell"

WORDING = ("prompt", SEARCH, "negative", "character")
"""Kinds of axes that decide the words of a cell."""
_ADAPTING = ("adapter", "epoch", "strength")


class Axis(Value):
    """An axis with its values, as they are written; or a setting that all cells share."""

    kind: str
    values: tuple[str, ...] = Field(min_length=1)


class Arm(Value):
    """An adapter that cells are drawn with.

    Attributes:
        name: in prompts and in the bank.
        file: its path, as the study should remember it.
        digest: of its tensors.
        character: whose it is; "": nobody's.
        epoch: that it was saved after; None: the one that stands where no epoch is named.
        strength: where no axis says another.
    """

    name: str
    file: str
    digest: str
    character: str = ""
    epoch: int | None = None
    strength: float = 1.0


class Worded(Value):
    """The words of some cells.

    Attributes:
        at: the values of the axes that decide words, in the order of the plot's axes.
        words: with names expanded; `<lora:this-cell:1>` is where the cell's adapter goes.
    """

    at: tuple[str, ...] = ()
    words: str
    negative: str = ""


class Opens(Value):
    """A base: the name or path by which it is opened, and its fingerprint."""

    name: str
    fingerprint: str = ""


class Plot(Value):
    """Everything that decides an X/Y/Z plot.

    Attributes:
        character: whose plot it is.
        run: the training whose epochs are meant; "": none.
        axes: at most four: across, down, blocks side by side, blocks one below the other.
        fixed: what all cells share.
        words: of the cells, for each combination of what decides them.
        arms: the adapters.
        bases: in the order in which they are opened.
        others: name -> hash of further adapters that the words name.
        precise: drawn in float32 throughout.
        chance: the seed decides words, too: they hold `{a|b}` or `__file__`.
    """

    character: str
    run: str = ""
    axes: tuple[Axis, ...] = Field(min_length=1, max_length=4)
    fixed: tuple[Axis, ...] = ()
    words: tuple[Worded, ...] = Field(min_length=1)
    arms: tuple[Arm, ...] = ()
    bases: tuple[Opens, ...] = Field(min_length=1)
    others: Mapping[str, str] = Field(default_factory=dict)
    precise: bool = False
    chance: bool = False

    @model_validator(mode="after")
    def _kinds_are_known(self) -> Self:
        wrong = [axis.kind for axis in (*self.axes, *self.fixed) if axis.kind not in KINDS]
        if wrong:
            raise ValueError(f"there is no axis '{wrong[0]}'")
        return self

    @property
    def frame(self) -> str:
        """A digest that stays when values are added to an axis: the same plot, grown."""
        kinds = tuple(axis.kind for axis in self.axes)
        of = (self.character, self.run, str(self.precise), *kinds)
        shared = [f"{axis.kind}={axis.values}" for axis in self.fixed]
        bases = [base.name for base in self.bases] if "checkpoint" not in kinds else []
        return sha256("\n".join([*of, *shared, *bases]).encode()).hexdigest()

    @cached_property
    def texts(self) -> Mapping[tuple[str, ...], Worded]:
        return {worded.at: worded for worded in self.words}

    def value(self, kind: str, at: tuple[str, ...]) -> str | None:
        """What a cell has of a kind: on an axis, or shared; None: neither."""
        for axis, value in zip(self.axes, at, strict=True):
            if axis.kind == kind:
                return value
        return next((axis.values[0] for axis in self.fixed if axis.kind == kind), None)

    def wording(self, at: tuple[str, ...]) -> tuple[str, ...]:
        """Of a cell's values those that decide its words."""
        kinds = (*WORDING, "seed") if self.chance else WORDING
        return tuple(v for axis, v in zip(self.axes, at, strict=True) if axis.kind in kinds)

    def arm(self, at: tuple[str, ...]) -> Arm | None:
        """The adapter of a cell; None: it is drawn without one."""
        if any(self.value(kind, at) == NONE for kind in _ADAPTING):
            return None
        if self.strength(at, 1.0) == 0.0:
            return None
        wanted = self.value("adapter", at)
        if wanted is not None:
            return next(arm for arm in self.arms if arm.name == adapter_named(wanted))
        who, epoch = self.value("character", at) or self.character, self.value("epoch", at)
        number = None if epoch is None else int(epoch)
        found = [arm for arm in self.arms if (arm.character, arm.epoch) == (who, number)]
        if self.arms and not found:
            raise ValueError(f"the plot has no adapter of '{who}' for epoch {epoch}")
        return found[0] if found else None

    def strength(self, at: tuple[str, ...], usual: float) -> float:
        """How much of its adapter a cell has."""
        said = self.value("strength", at)
        return usual if said in (None, NONE) else float(said or 0)


def adapter_named(value: str) -> str:
    """The name of an adapter that an axis names, maybe by its file."""
    return PurePath(value).stem if value.endswith(".safetensors") else value


class PlotCell(Value):
    """One picture of a plot.

    Attributes:
        at: its values, one for each axis.
        name: of its file.
        base: the name of its base.
        adapters: name -> hash, of those that take part.
    """

    at: tuple[str, ...]
    name: str
    base: str
    shot: Shot
    adapters: Mapping[str, str] = Field(default_factory=dict)


class _Decided(Value):
    shot: Shot
    adapters: Mapping[str, str]
    base: str
    precise: bool


def digest(plot: Plot, cell: PlotCell) -> str:
    """sha256 over everything that decides a cell's pixels."""
    base = next(base.fingerprint for base in plot.bases if base.name == cell.base)
    decided = _Decided(shot=cell.shot, adapters=cell.adapters, base=base, precise=plot.precise)
    return settings.digest(decided)


def cells(plot: Plot) -> list[PlotCell]:
    """All pictures of a plot, the first axis running fastest.

    Cells without an adapter that differ in its epoch or strength alone share a name and a shot.
    """
    readings = {at: _read(worded) for at, worded in plot.texts.items()}
    found = [_cell(plot, at, readings[plot.wording(at)]) for at in places(plot)]
    shots: dict[str, set[str]] = {}
    for cell in found:
        shots.setdefault(cell.name, set()).add(digest(plot, cell))
    return [cell if len(shots[cell.name]) == 1 else _renamed(cell) for cell in found]


def _renamed(cell: PlotCell) -> PlotCell:
    """A cell whose readable name another one has, too."""
    mark = sha256("\n".join(cell.at).encode()).hexdigest()[:8]
    return cell.model_copy(update={"name": f"{cell.name.removesuffix('.png')}-{mark}.png"})


def places(plot: Plot) -> Iterator[tuple[str, ...]]:
    """The values of every cell, the first axis running fastest."""
    for values in product(*(axis.values for axis in reversed(plot.axes))):
        yield tuple(reversed(values))


@dataclass(frozen=True)
class _Reading:
    """The fields of a shot with the seat of an adapter, and without; other adapters in them."""

    seated: Mapping[str, Any]
    bare: Mapping[str, Any]
    others: tuple[str, ...]


def _read(worded: Worded) -> _Reading:
    seated = words_of(worded.words, worded.negative)
    kept = tuple(use for use in seated.get("adapters", ()) if use.name != SEATED)
    bare = {**seated, "words": seated["words"].replace(SEAT, "").strip(), "adapters": kept}
    return _Reading(seated, bare, tuple(adapters_of(Shot.model_validate(bare))))


def _cell(plot: Plot, at: tuple[str, ...], reading: _Reading) -> PlotCell:
    arm = plot.arm(at)
    fields = reading.bare
    if arm is not None:
        fields = _seated(reading.seated, arm.name, plot.strength(at, arm.strength))
    used = {arm.name: arm.digest} if arm else {}
    return PlotCell(
        at=at,
        name=_name(plot, at, arm),
        base=plot.value("checkpoint", at) or plot.bases[0].name,
        shot=Shot.model_validate({**fields, **_course(plot, at)}),
        adapters={**{name: plot.others[name] for name in reading.others}, **used},
    )


def _seated(fields: Mapping[str, Any], name: str, strength: float) -> dict[str, Any]:
    use = AdapterUse(name=name, strength=strength)
    adapters = tuple(use if one.name == SEATED else one for one in fields.get("adapters", ()))
    words = fields["words"].replace(SEAT, write("", [use]))
    return {**fields, "words": words, "adapters": adapters}


def _course(plot: Plot, at: tuple[str, ...]) -> dict[str, Any]:
    """What of a shot the values decide besides its words and adapter."""
    plain = {"steps": "steps", "cfg": "guidance", "clip skip": "clip_skip", "size": "size"}
    said = {ours: plot.value(kind, at) for kind, ours in {**plain, "seed": "seed"}.items()}
    fields: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    sampler, schedule = plot.value("sampler", at), plot.value("schedule", at)
    if sampler is not None:
        fields["sampler"], by_name = named(sampler)
        schedule = schedule or by_name
    if schedule is not None:
        fields["schedule"] = schedule_named(schedule)
    return fields


def _name(plot: Plot, at: tuple[str, ...], arm: Arm | None) -> str:
    parts = [] if arm else ["base"]
    for axis, value in zip(plot.axes, at, strict=True):
        if arm or axis.kind not in _ADAPTING:
            parts.append(_part(axis.kind, value))
    return f"{'-'.join(parts)}.png"


def _part(kind: str, value: str) -> str:
    """A value in a file's name: readable, and never the same for two values."""
    if kind == "epoch":
        return f"e{int(value):03d}"
    if kind == "strength":
        return f"s{float(value):.2f}" if len(value) <= 4 else f"s{value}"
    short = {"seed": "seed{}", "steps": "{}steps", "cfg": "cfg{}", "clip skip": "skip{}"}
    if kind in short:
        return short[kind].format(value)
    shown = (PurePath(value).name if kind == "checkpoint" else value).lower().replace("++", "pp")
    plain = slug(shown)
    faithful = len(plain) <= 32 and plain == shown.replace(" ", "-")
    mark = "" if faithful else sha256(value.encode()).hexdigest()[:6]
    return "-".join(part for part in (plain[:32].strip("-"), mark) if part) or "nothing"
