"""What a choice leaves behind: its answer, what single attributes say, the character's adapter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from castmates.backends.finders import open_finder
from castmates.core.ports import Pixels
from castmates.core.types import Choice
from castmates.files import images
from castmates.files.studio import CharacterFolder, StudyFolder
from castmates.files.tensors import with_metadata
from castmates.files.writing import write_bytes
from castmates.judging.attributes import Look, Shown, diagnosed
from castmates.judging.cells import Study
from castmates.judging.choice import Decision
from castmates.judging.evidence import Evidence
from castmates.judging.judges import Judges
from castmates.judging.likeness import RealPictures
from castmates.judging.reasons import Diagnosis
from castmates.judging.scores import Scores, plain
from castmates.studio.models import take_encoder, take_tagger


@dataclass(frozen=True)
class Chosen:
    """A study, its scores and what follows from them."""

    study: Study
    scores: Scores
    decision: Decision
    evidence: Evidence
    folder: StudyFolder

    @property
    def report(self) -> str:
        """Where its page lies; "" where it has none."""
        return str(self.folder.report) if self.folder.report.is_file() else ""

    def data(self) -> dict[str, Any]:
        """What `choose --json` prints."""
        pick, decision = self.decision.pick, self.decision
        beside = {"most like": decision.most_like, "most flexible": decision.most_flexible}
        picks = {"balanced": {"epoch": pick.epoch, "strength": pick.strength}}
        for name, one in beside.items():
            picks[name] = {"epoch": one.epoch, "strength": one.strength}
        return {
            "outcome": decision.outcome,
            "verdict": pick.verdict,
            "epoch": pick.epoch,
            "strength": pick.strength,
            "likeness": [pick.likeness, *pick.likeness_interval],
            "obedience": [pick.obedience, *pick.obedience_interval],
            "sentence": decision.sentence,
            "reasons": list(pick.reasons[1:]),
            "advice": list(decision.advice),
            "picks": picks,
            "cost": self.evidence.cost.model_dump(mode="json"),
            "study": str(self.folder.path),
            "report": self.report,
        }


def judges_of() -> Judges:
    """Who looks at a study of this installation."""
    return Judges(encoder=take_encoder(), tagger=take_tagger(), finder=open_finder("storybook"))


def diagnosis_of(
    decision: Decision,
    scores: Scores,
    folder: StudyFolder,
    real: RealPictures,
    judges: Judges,
) -> Diagnosis:
    """What single attributes say about the pick, by the tagger."""
    pick, over = decision.pick, decision.over
    families = {plain(tag): family for tag, family in judges.tagger.vocabulary().items()}

    def shown(name: str, epoch: int, strength: float) -> Shown:
        some = [c for c in scores.cells if c.epoch == epoch and c.family != "leak"]
        some = [c for c in some if epoch == 0 or c.strength == strength]
        tags = _tags([images.read(folder.cells / cell.name) for cell in some], judges)
        asked = [frozenset(map(plain, cell.wanted)) for cell in some]
        return Shown(name, [Look(t, a) for t, a in zip(tags, asked, strict=True)])

    more = None
    if over is not None:
        more = shown(f"epoch {over.epoch} at {over.strength:g}", over.epoch, over.strength)
    return diagnosed(
        _tags([*real.training, *real.held_out], judges),
        shown("the pick", pick.epoch, pick.strength),
        shown("the base", 0, 0.0),
        more,
        families,
    )


def _tags(pictures: Sequence[Pixels], judges: Judges) -> list[frozenset[str]]:
    return [frozenset(plain(tag.name) for tag in tags) for tags in judges.tagger.tags(pictures)]


def with_offer(folder: CharacterFolder, pick: Choice, diagnosis: Diagnosis) -> Diagnosis:
    """The same, with what the held-out pictures cost and how to get it back."""
    records = folder.records()
    held = sum(record.held_out for record in records)
    if not held:
        return diagnosis
    name = folder.character.name
    line = (
        f"{held} of {len(records)} pictures were held out to judge with, so they taught nothing. "
        f"To let them teach, too: castmates train {name} --all-pictures "
        f'--set "length={pick.epoch} epochs", and use the same strength.'
    )
    return Diagnosis(diagnosis.lines, (*diagnosis.remedies, line))


def real_pictures(folder: CharacterFolder) -> RealPictures:
    """The character as it really is: trained on, and held out."""
    held = {record.number for record in folder.records() if record.held_out}
    pixels = [(e.number in held, images.read(e.path)) for e in folder.pictures()]
    return RealPictures(
        training=tuple(p for out, p in pixels if not out),
        held_out=tuple(p for out, p in pixels if out),
    )


def adopt(folder: CharacterFolder, study: Study, pick: Choice, base: str) -> None:
    """Copy the picked epoch beside character.toml, with trigger and strength in its header."""
    chosen = next(c for c in study.adapters if c.epoch == pick.epoch)
    trigger = folder.character.trigger
    told = {
        "modelspec.trigger_phrase": trigger,
        "modelspec.usage_hint": f"Say {trigger}; use it at strength {pick.strength:g}.",
        "castmates.strength": f"{pick.strength:g}",
    }
    data = (folder.path / chosen.file).read_bytes()
    write_bytes(folder.adapter_path, with_metadata(data, told))
    folder.save(
        folder.character.model_copy(
            update={
                "adapter": folder.adapter_path.name,
                "strength": pick.strength,
                "base": base,
            }
        )
    )
