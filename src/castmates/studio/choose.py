"""The verb `choose`: score a study, pick epoch and strength, make them the character's own."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.core.errors import Missing
from castmates.core.events import Tell, silent
from castmates.core.types import Choice
from castmates.files import images
from castmates.files.settings import load
from castmates.files.studio import CharacterFolder, Studio, StudyFolder
from castmates.files.writing import write_bytes
from castmates.judging import grid
from castmates.judging.cells import Study
from castmates.judging.choice import Decision, decide
from castmates.judging.likeness import RealPictures
from castmates.judging.scores import Judges, Scores, score
from castmates.studio.compare import compare
from castmates.studio.convert import plain_beside
from castmates.studio.models import base_name, take_encoder, take_tagger


@dataclass(frozen=True)
class Chosen:
    """A study, its scores and what follows from them."""

    study: Study
    scores: Scores
    decision: Decision


def choose(studio: Studio, name: str, *, base: str | None = None, tell: Tell = silent) -> Choice:
    """Choose from the newest study; one is drawn first when there is none.

    Raises:
        Missing: nothing is trained yet.
    """
    folder = studio.character(name)
    target = folder.newest_study()
    if target is None:
        compare(studio, name, base=base, tell=tell)
        target = folder.newest_study()
    if target is None:
        raise Missing(f"'{name}' has no study.", f"Run: castmates compare {name}")
    used = base_name(studio, folder.character, base)
    return choose_from(folder, target, used, tell).decision.pick


def choose_from(folder: CharacterFolder, target: StudyFolder, base: str, tell: Tell) -> Chosen:
    """Score a drawn study, write choice and sheet, and set the character's adapter."""
    study = load(target.study, Study)
    judges = Judges(encoder=take_encoder(), tagger=take_tagger())
    scores = score(study, target, real_pictures(folder), judges, tell)
    decision = decide(study, target, scores, tell)
    grid.write(study, target, folder.character.name.title(), scores, decision, tell)
    adopt(folder, study, decision.pick, base)
    plain_beside(folder.adapter_path, tell)
    return Chosen(study, scores, decision)


def real_pictures(folder: CharacterFolder) -> RealPictures:
    """The character as it really is: trained on, and held out."""
    held = {record.number for record in folder.records() if record.held_out}
    pixels = [(e.number in held, images.read(e.path)) for e in folder.pictures()]
    return RealPictures(
        training=tuple(p for out, p in pixels if not out),
        held_out=tuple(p for out, p in pixels if out),
    )


def adopt(folder: CharacterFolder, study: Study, pick: Choice, base: str) -> None:
    """Copy the picked epoch beside character.toml and remember its strength."""
    chosen = next(c for c in study.adapters if c.epoch == pick.epoch)
    write_bytes(folder.adapter_path, (folder.path / chosen.file).read_bytes())
    folder.save(
        folder.character.model_copy(
            update={
                "adapter": folder.adapter_path.name,
                "strength": pick.strength,
                "base": base,
            }
        )
    )
