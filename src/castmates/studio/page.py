"""Gather what a finished journey left on disk into the report page's values; draws nothing."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from castmates import __version__
from castmates.core.events import Event
from castmates.core.types import Character
from castmates.files import images
from castmates.files.journal import replay
from castmates.files.settings import load
from castmates.files.studio import CharacterFolder, RunFolder, StudyFolder
from castmates.pictures.check import Report as CheckReport
from castmates.studio.choose import Chosen
from castmates.studio.report import (
    Command,
    Comparison,
    Curve,
    Finding,
    PictureCard,
    Report,
    Timing,
    Training,
)
from castmates.studio.suite import PicturePrompt
from castmates.training.recipe import Recipe


@dataclass(frozen=True)
class Finished:
    """A finished journey: its folders, what was checked and chosen, what was drawn, how long."""

    studio: Path
    base: str
    folder: CharacterFolder
    run: RunFolder
    study: StudyFolder
    checked: CheckReport
    chosen: Chosen
    pictures: tuple[tuple[PicturePrompt, Path], ...]
    seconds: dict[str, float]


def page_of(done: Finished) -> Report:
    """The report page's values."""
    character = done.folder.character
    drawings = tuple(
        PictureCard.read(path, caption=prompt.words, title=prompt.label)
        for prompt, path in done.pictures
    )
    return Report(
        character=character,
        base=done.base,
        date=date.today().strftime("%-d %B %Y")
        if platform.system() != "Windows"
        else str(date.today()),
        hero=drawings[0] if drawings else None,
        dataset=_dataset(done.folder),
        findings=tuple(
            Finding(level=f.level, what=f.what, where=f.where, fix=f.fix)
            for f in done.checked.findings
        ),
        training=_training(done.run),
        comparison=_comparison(done),
        drawings=drawings,
        commands=_commands(character, done.studio),
        timings=tuple(Timing(what, seconds) for what, seconds in done.seconds.items()),
        notes=(
            ("castmates", __version__),
            ("base", done.base),
            ("machine", f"{platform.system()} {platform.machine()}"),
            ("run", done.run.path.name),
            ("study", done.study.path.name),
        ),
    )


def _dataset(folder: CharacterFolder) -> tuple[PictureCard, ...]:
    held = {record.number for record in folder.records() if record.held_out}
    return tuple(
        PictureCard.read(e.path, caption=e.caption or "", held_out=e.number in held)
        for e in folder.pictures()
    )


def _training(run: RunFolder) -> Training:
    events: list[Event] = (
        [event for _, event in replay(run.journal)] if run.journal.is_file() else []
    )
    loss = Curve.of(events, "loss")
    held_out = Curve.of(events, "held_out_loss")
    recipe = load(run.recipe, Recipe)
    epochs = run.checkpoints()
    last = loss.points[-1][0] if loss.points else 0
    per_epoch = last / epochs[-1][0] if epochs and last else 0.0
    return Training(
        loss=loss,
        held_out=held_out,
        saved=tuple((epoch, round(epoch * per_epoch)) for epoch, _ in epochs),
        facts=(
            ("kind", recipe.kind),
            ("rank", str(recipe.rank)),
            ("length", str(recipe.length)),
            ("batch", str(recipe.batch)),
            ("rate", f"{recipe.unet_rate:g}"),
            ("seed", str(recipe.seed)),
        ),
    )


def _comparison(done: Finished) -> Comparison:
    return Comparison(
        study=done.chosen.study,
        scores=done.chosen.scores,
        decision=done.chosen.decision,
        pictures={p.name: images.read(p) for p in sorted(done.study.cells.glob("*.png"))},
    )


def _commands(character: Character, studio: Path) -> tuple[Command, ...]:
    name = character.name
    return (
        Command(
            f'castmates draw "{{{name}}}, crown, castle, smile, full body" --studio {studio}',
            "draws new pictures with the chosen adapter and strength",
        ),
        Command(
            f'castmates compare {name} --strengths "0.5, 0.7, 0.9" --studio {studio}',
            "draws another grid, as fine as you like",
        ),
        Command(
            f"castmates new {name} MORE_PICTURES --studio {studio}",
            "adds pictures; what is there already is left alone",
        ),
        Command(
            f"castmates inspect {studio}/cast/{name}/{name}.safetensors",
            "says what the adapter file holds",
        ),
    )
