"""The page about one character's making: frozen values in, one self-contained HTML file out.

Knows no folder and runs no stage: the verbs gather the values. The page asks for nothing from
outside (its own content policy forbids it), needs no script, and carries its pictures inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

from castmates.core.events import Event, Measured
from castmates.core.ports import Pixels
from castmates.core.types import Character
from castmates.judging.cells import Study
from castmates.judging.choice import Decision
from castmates.judging.race.run import Race
from castmates.judging.scores import Scores


@dataclass(frozen=True)
class PictureCard:
    """A picture with its words.

    Attributes:
        pixels: (H, W, 3) uint8.
        caption: the training caption, or the prompt it was drawn from.
        title: a short name above the caption ("on the beach"); may be empty.
        held_out: True for real pictures that training never saw.
    """

    pixels: Pixels
    caption: str = ""
    title: str = ""
    held_out: bool = False

    @classmethod
    def read(
        cls, path: Path, caption: str = "", title: str = "", *, held_out: bool = False
    ) -> PictureCard:
        """A card from a picture file. Raises BadInput if the file is broken."""
        from castmates.files import images

        return cls(images.read(path), caption, title, held_out)


@dataclass(frozen=True)
class Finding:
    """Something the check found. `level`: "good", "note", "warning" or "error"."""

    level: str
    what: str
    where: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Curve:
    """A measured line: (step, value) in rising steps."""

    points: tuple[tuple[int, float], ...] = ()

    @classmethod
    def of(cls, events: Iterable[Event], name: str) -> Curve:
        """The values that were measured under `name` in a journal ("loss", "held_out_loss")."""
        found = {e.at: e.value for e in events if isinstance(e, Measured) and e.name == name}
        return cls(tuple(sorted((at, value) for at, value in found.items() if at is not None)))


@dataclass(frozen=True)
class Training:
    """How the adapter was trained.

    Attributes:
        loss: of every step. held_out: on pictures that training never saw; may be empty.
        saved: (epoch, step) of each checkpoint.
        facts: settings worth showing ("rank", "16").
    """

    loss: Curve
    held_out: Curve = Curve()
    saved: tuple[tuple[int, int], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A scored study: `pictures` maps cell names (`e006-s0.80-hat-seed1.png`) to pixels.

    Attributes:
        race: how it was raced; None: a full grid was drawn, and all of it can be shown.
    """

    study: Study
    scores: Scores
    decision: Decision
    pictures: Mapping[str, Pixels] = field(default_factory=dict)
    race: Race | None = None


@dataclass(frozen=True)
class Command:
    """A command to go on with, and what it does."""

    line: str
    says: str


@dataclass(frozen=True)
class Timing:
    """How long a stage took."""

    what: str
    seconds: float


@dataclass(frozen=True)
class Report:
    """Everything on the page. What is empty or None leaves its chapter out.

    Attributes:
        character: whose page it is. base: the base model's name. date: as it should be read.
        hero: the picture beside the name (usually the best drawing).
        dataset: the real pictures with captions. findings: what the check said about them.
        drawings: the pictures drawn with the pick.
        notes: small print: machine, version, seeds… as (name, value).
    """

    character: Character
    base: str = ""
    date: str = ""
    hero: PictureCard | None = None
    dataset: tuple[PictureCard, ...] = ()
    findings: tuple[Finding, ...] = ()
    training: Training | None = None
    comparison: Comparison | None = None
    drawings: tuple[PictureCard, ...] = ()
    commands: tuple[Command, ...] = ()
    timings: tuple[Timing, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def render(report: Report) -> str:
    """The page as HTML text; write it with files.writing.write_text."""
    from castmates.studio import report_chart, report_pareto, report_picks, report_view

    training, comparison = report.training, report.comparison
    chart = ""
    if training and training.loss.points:
        picked = comparison.decision.pick.epoch if comparison else None
        chart = report_chart.loss_chart(
            training.loss.points, training.held_out.points, training.saved, picked
        )
    page = environment().get_template("report.html.j2")
    return page.render(
        r=report,
        name=report.character.name.replace("_", " ").replace("-", " ").title(),
        chart=chart,
        pick=report_view.pick(comparison) if comparison else None,
        heat=report_view.heat_tables(comparison) if comparison else (),
        panels=report_view.panels(comparison) if comparison and not comparison.race else (),
        race=report_view.race_lines(comparison.race) if comparison and comparison.race else (),
        pareto=report_pareto.pareto(comparison.scores, comparison.decision) if comparison else "",
        sheet=report_picks.sheet(
            comparison.study, comparison.scores, comparison.decision, comparison.pictures
        )
        if comparison
        else None,
        shares=report_view.shares(report.timings),
    )


@cache
def environment() -> Environment:
    """What the templates of this folder are rendered with."""
    from castmates.studio import report_view

    folder = files("castmates.studio")
    environment = Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["inline"] = report_view.inline
    environment.filters["took"] = report_view.took
    return environment
