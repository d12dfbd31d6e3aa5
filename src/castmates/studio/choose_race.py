"""Race a character's saved epochs: draws what the race asks for, reads it, tells how long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from castmates.adapters.file import load as load_adapter
from castmates.core.errors import Misfits
from castmates.core.events import Began, Event, Measured, Moved, Tell, Warned, silent
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.files.journal import replay as events_of
from castmates.files.locks import holding
from castmates.files.runs import RACE
from castmates.files.settings import digest
from castmates.files.studio import CharacterFolder, RunFolder, StudyFolder
from castmates.files.tensors import tensor_hash
from castmates.judging.cells import Checkpoint, Spot, Study
from castmates.judging.eligible import Rules, readings_of, ruled_out
from castmates.judging.judges import Judges
from castmates.judging.likeness import RealPictures
from castmates.judging.measures.obedience import checks
from castmates.judging.race.arms import FINE, Arm
from castmates.judging.race.ladder import STRENGTHS, Prompt
from castmates.judging.race.plan import ASIDE_SEEDS, Field, field_of
from castmates.judging.race.run import Findings, Race, Request
from castmates.judging.race.run import run as run_race
from castmates.judging.scores import Scores, score
from castmates.judging.study import run as draw_cells
from castmates.studio.report_view import took
from castmates.studio.suite import Filled

SEEN = 12
"""Pictures of an arm before gates count: one odd picture of four proves nothing."""
LEAK = "leak"
"""The family of prompts without the trigger, which only finalists are drawn with."""
PROBE = 16
"""Pictures after which the time is told."""


@dataclass(frozen=True)
class Course:
    """A race that is ready to start: its study (every picture it may want) and its plan."""

    study: Study
    field: Field


def course_of(
    base: Base,
    folder: CharacterFolder,
    trained: RunFolder,
    suite: Filled,
    budget: int | None,
) -> Course:
    """The race of a run's epochs. Raises BadInput: the budget is too small."""
    prompts = suite.race or suite.study
    saved = trained.checkpoints()
    losses, base_loss = held_out_losses(trained)
    asked = [Prompt(label=p.label, family=p.family) for p in prompts if p.family != LEAK]
    aside = [p.label for p in prompts if p.family == LEAK]
    plan = field_of([epoch for epoch, _ in saved], asked, losses, base_loss, budget, aside)
    most = max(STRENGTHS) + FINE
    fine = [round(min(STRENGTHS) - FINE + i * FINE, 2) for i in range(100)]
    seeds = max(r.seeds for r in plan.ladder.rungs) + plan.ladder.last.seeds
    study = Study(
        adapters=tuple(
            Checkpoint(
                epoch=epoch,
                file=path.relative_to(folder.path).as_posix(),
                digest=tensor_hash(path),
            )
            for epoch, path in saved
        ),
        strengths=tuple(s for s in fine if s <= most + 1e-9),
        prompts=tuple(prompts),
        seeds=tuple(range(1, max(8, seeds) + 1)),
        negative=folder.character.negative,
        base=base.fingerprint,
    )
    return Course(study, plan)


def held_out_losses(trained: RunFolder) -> tuple[dict[int, float], float | None]:
    """Epoch -> loss on held-out pictures, as training measured it; and that of the base alone."""
    if not trained.journal.is_file():
        return {}, None
    found = {
        event.at: event.value
        for _, event in events_of(trained.journal)
        if isinstance(event, Measured) and event.name == "held_out_loss" and event.at is not None
    }
    base = found.pop(0, None)
    epochs = [epoch for epoch, _ in trained.checkpoints()]
    steps = sorted(found)
    if not steps or len(steps) < len(epochs):
        return {}, base
    # Measured once an epoch: the last epoch's step is the last one, the others by their share.
    last = epochs[-1]
    nearest = {e: min(steps, key=lambda s: abs(s - steps[-1] * e / last)) for e in epochs}
    return {epoch: found[step] for epoch, step in nearest.items()}, base


def target_of(folder: CharacterFolder, course: Course) -> StudyFolder:
    """The race's folder: the same study is the same race, with whatever budget."""
    return folder.study_for(f"{RACE}{digest(course.study)}")


@dataclass
class Stand:
    """Where the race is watched from: answers its requests with drawn and scored pictures.

    Attributes:
        drawn: pictures so far, those without the adapter included.
    """

    course: Course
    target: StudyFolder
    painter: Painter
    real: RealPictures
    judges: Judges
    tell: Tell = silent
    drawn: int = 0
    _scores: Scores | None = None
    _known: dict[Spot, None] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _new: int = 0
    _rung: int = 0

    @property
    def seen(self) -> Scores:
        """The scores of everything that was seen. Raises RuntimeError before the first rung."""
        if self._scores is None:
            raise RuntimeError("nothing was measured yet")
        return self._scores

    def measure(self, requests: Sequence[Request]) -> Findings:
        """Draw what is missing, look at all of it, and answer."""
        self._rung += 1
        wanted = [self._spot(request) for request in requests]
        both = [*wanted, *self._aside(requests)]
        bases = [(0, 0.0, prompt, seed) for _, _, prompt, seed in both]
        self._draw(dict.fromkeys([*bases, *both]))
        everything = self.course.study.opening(self._known)
        scores = score(everything, self.target, self.real, self.judges, silent)
        self._scores = scores
        asked = set(wanted)
        seen = (c for c in scores.cells if (c.epoch, c.strength, c.prompt, c.seed) in asked)
        out = ruled_out(self.course.study, scores, Rules(), SEEN)
        base = [cell for cell in scores.cells if cell.epoch == 0]
        return Findings(
            readings_of(seen, checks(self.course.study, base)),
            {Arm(row.epoch, row.strength): row.why for row in out},
        )

    def _aside(self, requests: Sequence[Request]) -> list[Spot]:
        """What only finalists are drawn with, once they are few."""
        course, arms = self.course.field, dict.fromkeys(request.arm for request in requests)
        last = course.ladder.last.keep + course.ladder.refine + len(course.ladder.anchors)
        labels = course.aside if len(arms) <= last else ()
        seeds = range(1, ASIDE_SEEDS + 1)
        return [(*arm, label, seed) for arm in arms for label in labels for seed in seeds]

    def _spot(self, request: Request) -> Spot:
        return (request.arm.epoch, request.arm.strength, request.prompt, request.seed)

    def _draw(self, spots: dict[Spot, None]) -> None:
        """Draw the spots that no rung asked for before; others are there."""
        new = [spot for spot in spots if spot not in self._known]
        if not new:
            return
        some = self.course.study.opening(new)
        draw_cells(some, self.painter, self.target, self._passed_on)
        self._known |= dict.fromkeys(new)
        self.drawn = len(self._known)

    def _passed_on(self, event: Event) -> None:
        """The race is one piece of work to who watches it, however many rungs it has."""
        if not isinstance(event, Moved):
            return
        if event.note != "already drawn":
            self._new += 1
        done = len(self._known) + event.done
        self.tell(Moved(what="race", done=done, note=f"rung {self._rung}{self._left(done)}"))

    def _left(self, done: int) -> str:
        if self._new < PROBE:
            return ""
        each = (time.monotonic() - self._began) / self._new
        left = max(0, self.course.field.cost - done)
        return f", at most {took(each * left)} left"


def run_on(
    base: Base,
    course: Course,
    folder: CharacterFolder,
    stand: Stand,
    tell: Tell,
) -> Race:
    """Run a race; what a stopped one drew is kept, and the same call goes on.

    Raises:
        Unfit: adapters that do not fit the base; all of them, before the first picture.
    """
    names = []
    tell(Began(what="race", total=course.field.cost, unit="pictures"))
    try:
        misfits = Misfits()
        for checkpoint in course.study.adapters:
            with misfits.gather():
                base.bank.add(load_adapter(folder.path / checkpoint.file))
                names.append(checkpoint.name)
        misfits.raise_if_any()
        with holding(stand.target.path):
            plan = course.field
            return run_race(plan.ladder, plan.prompts, plan.starters, stand.measure)
    finally:
        for adapter in names:
            base.bank.remove(adapter)


def warnings(folder: CharacterFolder, course: Course, real: RealPictures) -> list[Warned]:
    """What weakens a race from the start, and what it costs to mend it."""
    name, found = folder.character.name, []
    if len(course.field.epochs) == 1:
        found.append(
            Warned(
                what="Only one epoch is saved: its strengths are compared, no epochs.",
                fix=f"To have a choice: castmates train {name} --set save_every='epochs(1)'",
            )
        )
    if not real.enough:
        count = len(real.training) + len(real.held_out)
        found.append(
            Warned(
                what=f"{len(real.held_out)} of {count} pictures are held out; likeness wants 2. It "
                "is measured on training pictures: that flatters copies, and no pick is called "
                "good.",
                fix=f"Mark 2 as held_out in pictures.toml and train again: it costs {count - 2} "
                f"instead of {count} pictures to learn from; or add 2 new ones.",
            )
        )
    return found
