"""The verb `choose`: from the newest grid, or by a race; makes the pick the character's own."""

from __future__ import annotations

import time

from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Value
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.files.settings import load
from castmates.files.studio import CharacterFolder, Studio, StudyFolder
from castmates.files.writing import write_text
from castmates.judging import evidence, grid
from castmates.judging.cells import Study, cells
from castmates.judging.choice import Rules, answer, decide
from castmates.judging.choice import write as write_choice
from castmates.judging.evidence import Cost, Evidence, Raced
from castmates.judging.race.run import Race
from castmates.judging.race.run import Rules as RaceRules
from castmates.judging.remembering import remembering
from castmates.judging.scores import score
from castmates.studio.choose_answer import (
    Chosen,
    adopt,
    diagnosis_of,
    judges_of,
    real_pictures,
    with_offer,
)
from castmates.studio.choose_race import (
    Course,
    Stand,
    course_of,
    held_out_losses,
    run_on,
    target_of,
    warnings,
)
from castmates.studio.convert import plain_beside
from castmates.studio.models import base_name, reference, take_base, take_tagger
from castmates.studio.page import race_page_of
from castmates.studio.report import render
from castmates.studio.suite import suite_for
from castmates.studio.train import newest_finished

__all__ = ["Chosen", "Plan", "adopt", "choose", "choose_from", "plan_of", "real_pictures"]


class Plan(Value):
    """What a race would cost at most, in pictures; `lines` say it in words."""

    pictures: int
    baseline: int
    grid: int
    arms: int
    prompts: int
    lines: tuple[str, ...]


def choose(
    studio: Studio,
    name: str,
    *,
    base: str | None = None,
    budget: int | None = None,
    race: bool = False,
    tell: Tell = silent,
) -> Chosen:
    """Choose from the newest finished grid; race the epochs when there is none.

    Args:
        budget: pictures at most; asks for a race, as `race` does.

    Raises:
        Missing: nothing is trained yet.
        BadInput: the budget is too small.
        Unfit: adapters that do not fit the base.
    """
    folder = studio.character(name)
    target = folder.newest_study()
    if race or budget is not None or target is None or not _is_whole(target):
        return _raced(studio, folder, base, budget, tell)
    return choose_from(folder, target, base_name(studio, folder.character, base), tell)


def plan_of(
    studio: Studio,
    name: str,
    *,
    base: str | None = None,
    budget: int | None = None,
    tell: Tell = silent,
) -> Plan:
    """What a race would cost; draws nothing. Raises as `choose`."""
    _, course = _course(studio, studio.character(name), base, budget, tell)
    ladder = course.field.ladder
    return Plan(
        pictures=course.field.cost,
        baseline=ladder.baseline,
        grid=ladder.grid(len(course.field.prompts)),
        arms=len(ladder.arms),
        prompts=len(course.field.prompts),
        lines=tuple(course.field.lines()),
    )


def choose_from(folder: CharacterFolder, target: StudyFolder, base: str, tell: Tell) -> Chosen:
    """Score a drawn grid, write choice, evidence and sheet, and set the character's adapter."""
    began = time.monotonic()
    study = load(target.study, Study)
    judges, real = remembering(judges_of()), real_pictures(folder)
    scores = score(study, target, real, judges, tell)
    losses = held_out_losses(newest_finished(folder))[0]
    lowest = min(losses, key=lambda epoch: (losses[epoch], epoch)) if losses else None
    first = decide(study, target, scores, silent, lowest)
    diagnosis = with_offer(folder, first.pick, diagnosis_of(first, scores, target, real, judges))
    decision = decide(study, target, scores, tell, lowest, diagnosis)
    count = len(scores.cells)
    found = Evidence(
        decision=decision,
        cost=Cost(pictures=count, grid=count, seconds=round(time.monotonic() - began, 1)),
        study=study,
        rules=Rules(),
        scores=scores,
        lowest=lowest,
        lines=diagnosis.lines,
        remedies=diagnosis.remedies,
    )
    evidence.write(target, found, tell)
    grid.write(study, target, folder.character.name.title(), scores, decision, tell)
    adopt(folder, study, decision.pick, base)
    plain_beside(folder.adapter_path, tell)
    return Chosen(study, scores, decision, found, target)


def _is_whole(target: StudyFolder) -> bool:
    """Whether every cell of a grid is drawn."""
    if not target.study.is_file():
        return False
    study = load(target.study, Study)
    return all((target.cells / cell.name).is_file() for cell in cells(study))


def _course(
    studio: Studio, folder: CharacterFolder, base: str | None, budget: int | None, tell: Tell
) -> tuple[Base, Course]:
    """The opened base, and the race on it."""
    trained = newest_finished(folder)
    opened = take_base(base_name(studio, folder.character, base), tell, studio)
    suite = suite_for(opened.name).filled(folder.character)
    suite = suite.seen_by(take_tagger().vocabulary(), tell)
    return opened, course_of(opened, folder, trained, suite, budget)


def _raced(
    studio: Studio, folder: CharacterFolder, base: str | None, budget: int | None, tell: Tell
) -> Chosen:
    """Race the saved epochs, write choice, evidence and report, and set the adapter."""
    began = time.monotonic()
    opened, course = _course(studio, folder, base, budget, tell)
    real, judges = real_pictures(folder), remembering(judges_of())
    for warning in warnings(folder, course, real):
        tell(warning)
    tell(Warned(what=" ".join(course.field.lines()), fix="Fewer pictures: --budget N"))
    stand = Stand(course, target_of(folder, course), Painter(opened), real, judges, tell)
    race = run_on(opened, course, folder, stand, tell)
    found = _found(course, race, stand, budget, time.monotonic() - began)
    diagnosis = diagnosis_of(found.decision, stand.seen, stand.target, real, judges)
    diagnosis = with_offer(folder, found.decision.pick, diagnosis)
    said = {"lines": diagnosis.lines, "remedies": diagnosis.remedies}
    found = found.model_copy(update=said)
    found = found.model_copy(update={"decision": evidence.recomputed(found)})
    write_choice(stand.target, found.decision, tell)
    evidence.write(stand.target, found, tell)
    adopt(folder, course.study, found.decision.pick, reference(opened))
    plain_beside(folder.adapter_path, tell)
    chosen = Chosen(course.study, stand.seen, found.decision, found, stand.target)
    page = race_page_of(studio.path, folder, newest_finished(folder), chosen, opened.name)
    write_text(stand.target.report, render(page))
    return chosen


def _found(
    course: Course, race: Race, stand: Stand, budget: int | None, seconds: float
) -> Evidence:
    """The race as evidence, without what single attributes say."""
    plan, scores = course.field, stand.seen
    grid_cost = plan.ladder.grid(len(plan.prompts))
    return Evidence(
        decision=answer(course.study, scores, evidence.won_by(race, scores, plan.lowest)),
        cost=Cost(pictures=stand.drawn, grid=grid_cost, seconds=round(seconds, 1), budget=budget),
        study=course.study,
        rules=Rules(),
        scores=scores,
        lowest=plan.lowest,
        raced=Raced(
            ladder=plan.ladder,
            prompts=plan.prompts,
            epochs=plan.starters,
            rules=RaceRules(),
            race=race,
        ),
    )
