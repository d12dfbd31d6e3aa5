"""What the axes of a plot stand for in a studio: epochs, adapters, characters, bases; no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from castmates.adapters.keys.dialects import family_of
from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing, Unfit
from castmates.core.near import did_you_mean
from castmates.core.shelf import Shelf
from castmates.core.types import Size, WrittenSize
from castmates.drawing.sampler_names import (
    SCHEDULES,
    WRITTEN,
    named,
    schedule_named,
    schedule_written,
    written,
)
from castmates.families.facts import Facts
from castmates.families.fingerprint import fingerprint
from castmates.families.shelf import facts_of, fingerprint_of, folder_of
from castmates.files.studio import CharacterFolder, RunFolder, Studio
from castmates.files.tensors import read_header, tensor_hash
from castmates.judging.plots.axes import NONE, Asked
from castmates.judging.plots.plot import Arm, Axis, Opens, adapter_named

_size: TypeAdapter[Size] = TypeAdapter(WrittenSize)
_SAMPLERS: Shelf[object] = Shelf("samplers", dict.fromkeys(WRITTEN, ""))
"""Names alone, third parties' among them: nothing is taken from it."""


def trained(folder: CharacterFolder) -> RunFolder:
    """The newest run with saved epochs. Raises Missing."""
    for run in reversed(folder.runs()):
        if run.checkpoints():
            return run
    name = folder.character.name
    raise Missing(f"'{name}' has no trained adapter yet.", f"Run: castmates train {name}")


def base_path(studio: Studio, name: str) -> str:
    """A base as it is opened: what was written, or a folder of the studio's models."""
    if not Path(name).expanduser().exists():
        for folder in studio.model_folders():
            if (folder / name).exists():
                return str(folder / name)
    return name


class Meanings:
    """What written values stand for in one studio; gathers what stands for nothing.

    Args:
        cast: the characters of the plot, by name.
    """

    def __init__(
        self, studio: Studio, cast: Mapping[str, CharacterFolder], misfits: Misfits
    ) -> None:
        self._studio, self._misfits = studio, misfits
        self.cast = dict(cast)
        self.facts: dict[str, Facts] = {}

    def axis(self, asked: Asked) -> Axis | None:
        """The axis with its values as they are written from now on; None: it does not fit."""
        before = len(self._misfits)
        with self._misfits.gather():
            items = asked.items or self._all(asked)
            found = [one for item in items for one in self._meant(asked, item)]
            if len(self._misfits) == before and found:
                if asked.kind == "character":
                    self.cast = {who: self._studio.character(who) for who in found}
                return Axis(kind=asked.kind, values=tuple(dict.fromkeys(found)))
        return None

    def _all(self, asked: Asked) -> Iterable[str]:
        if asked.kind == "character":
            return self._studio.characters()
        return ("all",)

    def _meant(self, asked: Asked, item: str) -> list[str]:
        readers = {
            "epoch": self._epoch,
            "adapter": self._adapter,
            "character": self._character,
            "sampler": self._sampler,
            "schedule": self._schedule,
            "size": self._sized,
            "checkpoint": self._checkpoint,
        }
        reader = readers.get(asked.kind)
        if reader is None or item == NONE:
            return [item]
        try:
            return reader(item)
        except CastmatesError as error:
            self._misfits.add(type(error)(f"{asked.place}: {error.what}", error.fix))
            return []

    def _epoch(self, item: str) -> list[str]:
        """Epochs that every character of the plot has."""
        shared: list[str] | None = None
        for name, folder in self.cast.items():
            run = trained(folder)
            there = list(dict.fromkeys(str(epoch) for epoch, _ in run.checkpoints()))
            if item not in ("all", "last", *there):
                what = f"'{name}' has no epoch {item}: the run {run.path.name} saved "
                raise Missing(f"{what}{', '.join(there)}.", "Take one of these.")
            shared = [one for one in shared if one in there] if shared is not None else there
        if not shared:
            raise Missing("These characters have no saved epoch in common.", "Plot each.")
        return {"all": shared, "last": shared[-1:]}.get(item, [item])

    def _adapter(self, item: str) -> list[str]:
        known = self._studio.adapters()
        if item in known:
            return [item]
        if item.endswith(".safetensors"):
            path = Path(item).expanduser()
            if not path.is_file():
                raise Missing(f"There is no file '{item}'.", "Check the path.")
            return [str(path)]
        raise Missing(f"There is no adapter '{item}'.", did_you_mean(item, known))

    def _character(self, item: str) -> list[str]:
        self._studio.character(item)
        return [item]

    def _sampler(self, item: str) -> list[str]:
        sampler, schedule = named(item)
        if sampler not in _SAMPLERS:
            raise BadInput(
                f"There is no sampler '{item}'.", did_you_mean(sampler, [*WRITTEN.values()])
            )
        return [
            f"{written(sampler)} {schedule_written(schedule)}" if schedule else written(sampler)
        ]

    def _schedule(self, item: str) -> list[str]:
        schedule = schedule_named(item)
        if schedule not in SCHEDULES:
            raise BadInput(f"There is no schedule '{item}'.", did_you_mean(schedule, SCHEDULES))
        return [schedule]

    def _sized(self, item: str) -> list[str]:
        try:
            return [str(_size.validate_python(item))]
        except ValidationError:
            raise BadInput(f"'{item}' is no size.", "Write it like: 640x768, or 512.") from None

    def _checkpoint(self, item: str) -> list[str]:
        facts_of(base_path(self._studio, item))
        return [item]


def opens(studio: Studio, name: str) -> Opens:
    """A base with a fingerprint of its files; nothing is loaded."""
    folder, _ = folder_of(base_path(studio, name))
    if folder.is_file():
        return Opens(name=name, fingerprint=fingerprint_of(folder))
    parts = sorted({path.parent.name for path in folder.glob("*/*.safetensors")})
    return Opens(name=name, fingerprint=fingerprint(folder, tuple(parts)))


def epoch_arms(folder: CharacterFolder, epochs: Iterable[str]) -> list[Arm]:
    """The newest run's epochs as adapters."""
    run, wanted = trained(folder), set(epochs)
    files: dict[int, Path] = {}
    for epoch, path in run.checkpoints():
        files.setdefault(epoch, path)
    return [
        _arm(folder, path, path.stem, epoch)
        for epoch, path in files.items()
        if str(epoch) in wanted
    ]


def usual_arm(folder: CharacterFolder) -> Arm:
    """A character's chosen adapter; before the choice, its last epoch. Raises Missing."""
    if folder.character.adapter and folder.adapter_path.is_file():
        return _arm(folder, folder.adapter_path, folder.character.name, None)
    path = trained(folder).checkpoints()[-1][1]
    return _arm(folder, path, path.stem, None)


def named_arm(studio: Studio, folder: CharacterFolder, value: str) -> Arm:
    """An adapter that an axis names: one of the studio's, or a file."""
    path = studio.adapters().get(value) or Path(value)
    return _arm(folder, path, adapter_named(value), None)


def _arm(folder: CharacterFolder, path: Path, name: str, epoch: int | None) -> Arm:
    inside = path.is_relative_to(folder.path)
    strength = folder.character.strength
    return Arm(
        name=name,
        file=path.relative_to(folder.path).as_posix() if inside else str(path.absolute()),
        digest=tensor_hash(path),
        character=folder.character.name,
        epoch=epoch,
        strength=1.0 if strength is None else strength,
    )


def family_misfits(arms: Iterable[tuple[Arm, Path]], facts: Mapping[str, Facts]) -> list[Unfit]:
    """Adapters and bases of more than one family, told once for each that does not go."""
    found: list[Unfit] = []
    families = {name: one.family for name, one in facts.items()}
    if len(set(families.values())) > 1:
        told = ", ".join(f"'{name}' is {family}" for name, family in families.items())
        found.append(Unfit(f"Bases of two families cannot share a plot: {told}.", "Plot each."))
    base, family = next(iter(families.items()))
    for arm, path in arms:
        known = family_of(read_header(path).shapes)
        if known is not None and known.name != family:
            what = f"The adapter '{arm.name}' is for {known.words}, and '{base}' is {family}."
            found.append(Unfit(what, "Leave it out, or plot it on a base of its family."))
    return found
