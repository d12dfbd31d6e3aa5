"""Turns the report's values into what its template lays out; knows no HTML and no folder."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from castmates.core.ports import Pixels
from castmates.judging.cells import Study, cell_name
from castmates.judging.eligible import key, obeys, utility
from castmates.judging.intervals import Interval
from castmates.judging.race.run import Race
from castmates.judging.reasons import Told, figure, percent
from castmates.judging.scores import ArmScore, CellScore

if TYPE_CHECKING:
    from castmates.studio.report import Comparison, Timing

LONGEST = 448
"""Pictures larger than this are shrunk for the page: twice the widest place they are shown at."""


OUTCOMES = {
    "pick": "",
    "equal": "equal: the gentlest",
    "none-good": "none is good yet",
    "not-enough-evidence": "too little evidence",
}
"""What is said besides the verdict."""


@dataclass(frozen=True)
class Meter:
    """A value on a scale 0..1 with its interval, and how it reads."""

    name: str
    value: float
    low: float
    high: float
    reads: str
    says: str


@dataclass(frozen=True)
class Pick:
    """The recommendation, as the page shows it."""

    epoch: int
    strength: str
    verdict: str
    outcome: str
    sentence: str
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    meters: tuple[Meter, ...]
    small_print: str


@dataclass(frozen=True)
class HeatCell:
    """One arm in a heat table; `out` says why it was not allowed to win, `says` how sure it is."""

    reads: str
    value: float
    picked: bool
    out: str
    says: str = ""


@dataclass(frozen=True)
class HeatTable:
    """A figure by epoch (rows) and strength (columns); None: not measured."""

    name: str
    says: str
    strengths: tuple[str, ...]
    rows: tuple[tuple[int, tuple[HeatCell | None, ...]], ...]
    base: str


@dataclass(frozen=True)
class GridCell:
    """One thumbnail of the grid; `picture` None where it was not drawn."""

    picture: Pixels | None
    says: str
    alike: str
    wanted: str
    lost: bool
    picked: bool


@dataclass(frozen=True)
class Panel:
    """One prompt of the grid."""

    label: str
    words: str
    strengths: tuple[str, ...]
    rows: tuple[tuple[int, tuple[GridCell, ...]], ...]
    base: Pixels | None
    seed: int


@dataclass(frozen=True)
class Share:
    """A stage's part of the time, in percent of all."""

    what: str
    reads: str
    percent: float


def inline(pixels: Pixels, longest: int = LONGEST) -> str:
    """A picture as a data URI: JPEG, full colour resolution, no side above `longest`."""
    image = Image.fromarray(pixels)
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    stream = BytesIO()
    image.save(stream, "JPEG", quality=88, subsampling=0, optimize=True)
    return f"data:image/jpeg;base64,{b64encode(stream.getvalue()).decode('ascii')}"


def took(seconds: float) -> str:
    """A time as people say it: 0.4 s, 12 s, 2 min 5 s, 1 h 3 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def pick(comparison: Comparison) -> Pick:
    """The recommendation with its two meters."""
    decision, scores, race = comparison.decision, comparison.scores, comparison.race
    choice = decision.pick
    arm = scores.arm(choice.epoch, choice.strength)
    told = Told(study=comparison.study, scores=scores, pick=arm)
    held_out = scores.calibration.held_out
    likeness = Meter(
        "likeness",
        choice.likeness,
        *choice.likeness_interval,
        figure(choice.likeness),
        "0 is a stranger, 1 is as alike as the real pictures are to each other",
    )
    obedience = Meter(
        "obedience",
        choice.obedience,
        *choice.obedience_interval,
        percent(choice.obedience),
        f"how much of what was asked for is there, like {told.thing}",
    )
    meters = (likeness,) if arm.obedience is None else (likeness, obedience)
    against = "training pictures" if scores.calibration.against_training else "held-out pictures"
    count = scores.calibration.training if scores.calibration.against_training else held_out
    return Pick(
        epoch=choice.epoch,
        strength=f"{choice.strength:g}",
        verdict=choice.verdict,
        outcome=OUTCOMES[decision.outcome],
        sentence=decision.sentence,
        reasons=choice.reasons[1:],
        advice=decision.advice,
        meters=meters,
        small_print=(
            f"Measured on {race.pick.pictures if race else arm.n} pictures of this epoch and "
            f"strength, against {count} {against}. "
            f"{'Seeds that had no part in choosing. ' if race and race.end != 'none good' else ''}"
            "Small models did the looking; the bands are 95 % intervals. Your own eyes on the "
            "grid come first."
        ),
    )


def heat_tables(comparison: Comparison) -> tuple[HeatTable, ...]:
    """Likeness, obedience and what the two are worth together, by epoch and strength."""
    base, arms = comparison.scores.baseline, comparison.scores.arms
    likeness = _heat(
        comparison,
        "Likeness",
        "0 a stranger, 1 like the real pictures among themselves",
        [(arm, arm.likeness, figure(arm.likeness), arm.likeness_interval) for arm in arms],
        figure(base.likeness),
    )
    if base.obedience is None:
        return (likeness,)
    obedience = _heat(
        comparison,
        "Obedience",
        "how much of what the words asked for is there",
        [(arm, obeys(arm), percent(obeys(arm)), arm.obedience_interval) for arm in arms],
        percent(base.obedience),
    )
    together = _heat(
        comparison,
        "Utility",
        "likeness, and obedience as far as the base can: neither can buy the other",
        [(arm, utility(arm), figure(utility(arm)), None) for arm in arms],
        figure(utility(base)),
    )
    return (likeness, obedience, together)


def _heat(
    comparison: Comparison,
    name: str,
    says: str,
    values: Sequence[tuple[ArmScore, float, str, Interval | None]],
    base: str,
) -> HeatTable:
    decision = comparison.decision
    why = {(row.epoch, row.strength): row.reason or row.why for row in decision.ruled_out}
    cells = {}
    for arm, value, reads, interval in values:
        at = key(arm)
        band = f" ({figure(interval[0])}-{figure(interval[1])})" if interval else ""
        cells[at] = HeatCell(
            reads=reads,
            value=round(min(1.0, max(0.0, value)), 3),
            picked=at == (decision.pick.epoch, decision.pick.strength),
            out=why.get(at, ""),
            says=f"epoch {arm.epoch} at {arm.strength:g}: {reads}{band}, {arm.n} pictures",
        )
    epochs = sorted(c.epoch for c in comparison.study.adapters)
    strengths = sorted({arm.strength for arm in comparison.scores.arms})
    rows = tuple((epoch, tuple(cells.get((epoch, s)) for s in strengths)) for epoch in epochs)
    return HeatTable(name, says, tuple(f"{s:g}" for s in strengths), rows, base)


def race_lines(race: Race) -> tuple[str, ...]:
    """How a race went, a line for each rung."""
    lines = []
    for one in race.rounds:
        arms = len({reading.arm for reading in one.readings})
        reasons = {why: sum(left.why == why for left in one.left) for why in ("behind", "rank")}
        gates = len(one.left) - sum(reasons.values())
        said = [f"{reasons['rank']} left by rank"] if reasons["rank"] else []
        said += [f"{reasons['behind']} provably behind"] if reasons["behind"] else []
        said += [f"{gates} left by a gate"] if gates else []
        lines.append(
            f"{one.name}: {arms} combinations, {one.pictures} pictures each over {one.prompts} "
            f"prompts ({one.new} new){'; ' if said else ''}{', '.join(said)}"
        )
    return tuple(lines)


def panels(comparison: Comparison) -> tuple[Panel, ...]:
    """The grid, one panel a prompt, the study's first seed."""
    study, pictures = comparison.study, comparison.pictures
    readings = {cell.name: cell for cell in comparison.scores.cells}
    choice = comparison.decision.pick
    epochs, strengths = _axes(study)
    seed = study.seeds[0]
    found = []
    for prompt in study.prompts:
        rows = []
        for epoch in epochs:
            row = []
            for strength in strengths:
                name = cell_name(epoch, strength, prompt.label, seed)
                picked = (epoch, strength) == (choice.epoch, choice.strength)
                says = f"{prompt.label}, epoch {epoch} at strength {strength:g}"
                row.append(_grid_cell(pictures.get(name), readings.get(name), says, picked))
            rows.append((epoch, tuple(row)))
        found.append(
            Panel(
                label=prompt.label,
                words=prompt.words,
                strengths=tuple(f"{s:g}" for s in strengths),
                rows=tuple(rows),
                base=pictures.get(cell_name(0, 0.0, prompt.label, seed)),
                seed=seed,
            )
        )
    return tuple(found)


def _grid_cell(
    picture: Pixels | None, reading: CellScore | None, says: str, picked: bool
) -> GridCell:
    alike = wanted = ""
    lost = False
    if reading is not None:
        alike = figure(min(1.0, max(0.0, reading.likeness)))
        if reading.wanted:
            missed = [tag for tag in reading.wanted if tag not in reading.found]
            lost = bool(missed)
            whole = "all there" if len(reading.wanted) > 1 else reading.found[:1]
            wanted = f"no {missed[0]}" if missed else "".join(whole)
    return GridCell(picture, says, alike, wanted.replace("_", " "), lost, picked)


def shares(timings: Sequence[Timing]) -> tuple[Share, ...]:
    """Each stage's share of the time; a sliver stays visible."""
    total = sum(timing.seconds for timing in timings) or 1.0
    return tuple(
        Share(t.what, took(t.seconds), max(0.6, round(100 * t.seconds / total, 2))) for t in timings
    )


def _axes(study: Study) -> tuple[list[int], list[float]]:
    return sorted(c.epoch for c in study.adapters), sorted(study.strengths)
