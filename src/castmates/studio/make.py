"""The verb `make`: pictures in, a chosen character and a report out; knows no stage's inside."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from castmates.core.events import Tell, both, silent
from castmates.core.types import AdapterUse, Choice, Shot, Value
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import facts_of
from castmates.files.journal import Journal
from castmates.files.studio import RunFolder, Studio, StudyFolder
from castmates.files.writing import write_text
from castmates.pictures.check import Report as CheckReport
from castmates.pictures.sources import find
from castmates.studio.check import check, fits
from castmates.studio.choose import choose_from
from castmates.studio.compare import Axes, draw_study, study_of
from castmates.studio.draw import bring_adapters, write_drawn
from castmates.studio.init import init
from castmates.studio.journey import Journey
from castmates.studio.journey import journey as journey_by_name
from castmates.studio.models import base_name, reference, take_base
from castmates.studio.new import name_from, new
from castmates.studio.page import Finished, page_of
from castmates.studio.report import render
from castmates.studio.suite import PicturePrompt, suite_for
from castmates.studio.tag import tag
from castmates.studio.train import recipe_of, train_on

SEED = 1000
"""The first pictures' seeds start here, away from the study's, on which the pick was made."""


class Made(Value):
    """What a journey left behind."""

    character: str
    choice: Choice
    report: str
    seconds: dict[str, float]


@dataclass
class Clock:
    """How long each stage took, in seconds; stages that were already done take almost none."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.monotonic)

    def lap(self, stage: str) -> None:
        now = time.monotonic()
        self.seconds[stage] = round(now - self._since, 1)
        self._since = now


def make(
    sources: Sequence[Path],
    studio: Path,
    *,
    name: str | None = None,
    class_word: str = "",
    base: str | None = None,
    journey: str = "full",
    tell: Tell = silent,
) -> Made:
    """Go the whole way. The same call goes on where an earlier one stopped.

    Raises:
        BadInput: no pictures, a base folder that is not one, an unknown journey.
        Unfit: the base cannot draw pictures like these; said before training.
        Stopped: Ctrl-C; what is finished is kept.
    """
    far = journey_by_name(journey)
    find(sources, keep_out=studio / "cast")
    if base is not None:
        facts_of(base)
    clock, house = Clock(), init(studio)
    called = name or name_from(sources)
    came = new(house, called, sources, class_word=class_word, tell=tell)
    tell = both(tell, Journal(came.folder.path / "events.jsonl").tell)
    clock.lap("pictures")
    opened, checked = _dataset(house, called, base, clock, tell)
    folder = house.character(called)
    trained = train_on(opened, folder, recipe_of(opened, far.recipe), tell)
    run = RunFolder(Path(trained.run))
    clock.lap("training")
    study = study_of(opened, folder, run, Axes(far.strengths, far.seeds))
    drawn = draw_study(opened, folder, run, study, tell)
    clock.lap("grid")
    chosen = choose_from(folder, drawn, reference(opened), tell)
    clock.lap("choice")
    pictures = first_pictures(opened, house, called, drawn, far, tell)
    clock.lap("drawing")
    done = Finished(
        studio=studio,
        base=opened.name,
        folder=house.character(called),
        run=run,
        study=drawn,
        checked=checked,
        chosen=chosen,
        pictures=pictures,
        seconds=clock.seconds,
    )
    write_text(drawn.report, render(page_of(done)))
    return Made(
        character=called,
        choice=chosen.decision.pick,
        report=str(drawn.report),
        seconds=clock.seconds,
    )


def _dataset(
    house: Studio, name: str, base: str | None, clock: Clock, tell: Tell
) -> tuple[Base, CheckReport]:
    """Open the base, see that it can draw such pictures, caption them, check them."""
    folder = house.character(name)
    opened = take_base(base_name(house, folder.character, base), tell, house)
    fits(opened, folder)
    clock.lap("base")
    tag(house, name, tell=tell)
    checked = check(house, name, base=base, tell=tell)
    clock.lap("captions")
    return opened, checked


def first_pictures(
    base: Base, studio: Studio, name: str, study: StudyFolder, far: Journey, tell: Tell
) -> tuple[tuple[PicturePrompt, Path], ...]:
    """The suite's pictures with the chosen adapter: new scenes, hats and styles.

    They are drawn all together or not at all, so that a stopped journey ends in the same pictures.
    """
    character = studio.character(name).character
    prompts = suite_for(base.name).filled(character).pictures[: far.pictures]
    into = study.path / "pictures"
    into.mkdir(exist_ok=True)
    paths = [into / f"{i:02d}.png" for i in range(1, len(prompts) + 1)]
    if not all(path.is_file() for path in paths):
        use = AdapterUse(name=name, strength=character.strength or 1.0)
        hashes = bring_adapters(base, studio, [use])
        shots = [
            Shot(words=p.words, negative=character.negative, seed=SEED + i, adapters=(use,))
            for i, p in enumerate(prompts)
        ]
        drawn = list(Painter(base, hashes=hashes).draw(shots, tell))
        for one in drawn:
            write_drawn(one, paths[one.index])
        base.bank.remove(name)
    return tuple(zip(prompts, paths, strict=True))
