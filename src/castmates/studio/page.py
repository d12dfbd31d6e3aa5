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
from castmates.studio.choose_answer import Chosen
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
        date=_today(),
        hero=drawings[0] if drawings else None,
        dataset=_dataset(done.folder),
        findings=tuple(
            Finding(level=f.level, what=f.what, where=f.where, fix=f.fix)
            for f in done.checked.findings
        ),
        training=_training(done.run),
        comparison=comparison_of(done.chosen),
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
    recipe = load(run.recipe, Recipe) if run.recipe.is_file() else None
    epochs = run.checkpoints()
    last = loss.points[-1][0] if loss.points else 0
    per_epoch = last / epochs[-1][0] if epochs and last else 0.0
    return Training(
        loss=loss,
        held_out=held_out,
        saved=tuple((epoch, round(epoch * per_epoch)) for epoch, _ in epochs),
        facts=_facts(recipe) if recipe is not None else (),
    )


def _facts(recipe: Recipe) -> tuple[tuple[str, str], ...]:
    return (
        ("kind", recipe.kind),
        ("rank", str(recipe.rank)),
        ("length", str(recipe.length)),
        ("batch", str(recipe.batch)),
        ("rate", f"{recipe.unet_rate:g}"),
        ("seed", str(recipe.seed)),
    )


def race_page_of(
    studio: Path, folder: CharacterFolder, run: RunFolder, chosen: Chosen, base: str
) -> Report:
    """The report page of a race alone: what was chosen, from what, and the losses."""
    raced = chosen.evidence.raced
    cost = chosen.evidence.cost
    return Report(
        character=folder.character,
        base=base,
        date=_today(),
        hero=_best_of(chosen),
        training=_training(run),
        comparison=comparison_of(chosen),
        commands=_commands(folder.character, studio),
        timings=(Timing("race", cost.seconds),) if cost.seconds else (),
        notes=(
            ("castmates", __version__),
            ("base", base),
            ("run", run.path.name),
            ("study", chosen.folder.path.name),
            ("pictures", f"{cost.pictures} instead of {cost.grid}"),
            ("ended at", raced.race.end if raced else ""),
        ),
    )


def _best_of(chosen: Chosen) -> PictureCard | None:
    """The pick's picture that is most like the character and has all that was asked for."""
    pick = chosen.decision.pick
    own = [
        cell
        for cell in chosen.scores.cells
        if (cell.epoch, cell.strength) == (pick.epoch, pick.strength) and cell.family != "leak"
    ]
    if not own:
        return None
    best = max(own, key=lambda cell: (cell.obedience or 0.0, cell.likeness))
    words = chosen.study.prompt(best.prompt).words
    return PictureCard.read(chosen.folder.cells / best.name, words, best.prompt.replace("-", " "))


def comparison_of(chosen: Chosen) -> Comparison:
    """What was compared, with the pictures that were scored."""
    folder = chosen.folder.cells
    raced = chosen.evidence.raced
    names = [cell.name for cell in chosen.scores.cells if (folder / cell.name).is_file()]
    return Comparison(
        study=chosen.study,
        scores=chosen.scores,
        decision=chosen.decision,
        pictures={name: images.read(folder / name) for name in names},
        race=raced.race if raced else None,
    )


def _today() -> str:
    today = date.today()
    return today.strftime("%-d %B %Y") if platform.system() != "Windows" else str(today)


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
            f"castmates choose {name} --race --studio {studio}",
            "races the epochs over more prompts, and opens strengths in between",
        ),
        Command(
            f"castmates export adapter {name} --to {name}-adapter --studio {studio}",
            "puts the adapter, its card and previews into a folder to hand on",
        ),
        Command(
            f"castmates inspect {studio}/cast/{name}/{name}.safetensors",
            "says what the adapter file holds",
        ),
    )
