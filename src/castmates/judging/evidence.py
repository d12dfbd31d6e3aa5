"""Everything a choice was made from, as one file; the choice is computed anew from it alone.

`choice.json` holds the study, every reading, the rules, and, of a race, its ladder and what each
rung saw. Nothing of it is needed to draw; it is there so that nobody has to believe us.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from castmates import __version__
from castmates.core.errors import BadInput
from castmates.core.events import Made, Tell, silent
from castmates.core.types import Value
from castmates.files import writing
from castmates.files.studio import StudyFolder
from castmates.judging.cells import Study
from castmates.judging.choice import Decision, Rules, Won, answer, choose
from castmates.judging.eligible import RuledOut, key
from castmates.judging.intervals import share_interval
from castmates.judging.race.arms import Arm
from castmates.judging.race.figures import Standing
from castmates.judging.race.ladder import Ladder, Prompt
from castmates.judging.race.run import Race, replay, run
from castmates.judging.race.run import Rules as RaceRules
from castmates.judging.readings import Tripped
from castmates.judging.reasons import Diagnosis
from castmates.judging.scores import ArmScore, Scores


class Cost(Value):
    """What a choice cost.

    Attributes:
        pictures: drawn or found drawn, those without an adapter included.
        grid: what the full grid with four seeds would have taken.
        seconds: of drawing and looking, in this call.
        budget: what was allowed; None: no limit.
    """

    pictures: int
    grid: int
    seconds: float = 0.0
    budget: int | None = None


class Raced(Value):
    """A race with what it was run from."""

    ladder: Ladder
    prompts: tuple[Prompt, ...]
    epochs: tuple[int, ...]
    rules: RaceRules
    race: Race


class Evidence(Value):
    """A choice and all that it follows from: `choice.json`.

    Attributes:
        version: of castmates.
        lowest: the epoch with the lowest held-out loss.
        lines, remedies: what single attributes said.
        raced: None: a full grid was looked at.
    """

    version: str = __version__
    decision: Decision
    cost: Cost
    study: Study
    rules: Rules
    scores: Scores
    lowest: int | None = None
    lines: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    raced: Raced | None = None

    @property
    def diagnosis(self) -> Diagnosis:
        """What single attributes said."""
        return Diagnosis(self.lines, self.remedies)


def write(folder: StudyFolder, evidence: Evidence, tell: Tell = silent) -> None:
    """Write `choice.json`."""
    whole = evidence.model_copy(update={"scores": _finite(evidence.scores)})
    writing.write_text(folder.evidence, whole.model_dump_json(indent=1) + "\n")
    tell(Made(what="evidence", path=str(folder.evidence)))


def read(folder: StudyFolder) -> Evidence:
    """Read `choice.json`. Raises BadInput where it is not there or not whole."""
    try:
        return Evidence.model_validate_json(folder.evidence.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{folder.evidence} cannot be read: {error}.", "Choose again: castmates choose NAME"
        ) from error


def recomputed(evidence: Evidence) -> Decision:
    """The choice, computed from what was written down and nothing else."""
    raced = evidence.raced
    if raced is None:
        return choose(
            evidence.study, evidence.scores, evidence.rules, evidence.lowest, evidence.diagnosis
        )
    answers = replay(raced.race.rounds)
    race = run(raced.ladder, raced.prompts, raced.epochs, answers, raced.rules)
    won = won_by(race, evidence.scores, evidence.lowest, evidence.diagnosis)
    return answer(evidence.study, evidence.scores, won, evidence.rules)


def won_by(
    race: Race, scores: Scores, lowest: int | None = None, diagnosis: Diagnosis | None = None
) -> Won:
    """What a race found, for `choice.answer`: figures of fresh seeds, intervals over prompts."""
    finalists = {one.arm: _figured(scores, one, race.seeds) for one in race.finalists}
    winner = _figured(scores, race.pick, race.seeds)
    gates: dict[tuple[int, float, str], Tripped] = {
        (*key(arm), gate.gate): gate for arm in scores.arms for gate in arm.gates
    }
    out = []
    for one in race.ruled_out:
        gate = gates.get((one.epoch, one.strength, one.why))
        told = {"reason": gate.reason, "remedy": gate.remedy} if gate else {}
        out.append(RuledOut(epoch=one.epoch, strength=one.strength, why=one.why, **told))
    equals = [Arm(*one) for one in race.equals]
    return Won(
        winner=winner,
        equals=tuple(finalists[a] if a in finalists else scores.arm(*a) for a in equals),
        compared=tuple(finalists.values()),
        out=tuple(out),
        flat=race.end == "equal",
        lowest=lowest,
        diagnosis=diagnosis or Diagnosis(),
    )


def _finite(scores: Scores) -> Scores:
    """The same without intervals of single pictures: they reach to infinity, which JSON lacks."""
    arms = tuple(
        arm.model_copy(
            update={"intervals": {n: i for n, i in arm.intervals.items() if isfinite(i[0] + i[1])}}
        )
        for arm in (scores.baseline, *scores.arms)
    )
    return scores.model_copy(update={"baseline": arms[0], "arms": arms[1:]})


def _figured(scores: Scores, standing: Standing, seeds: Sequence[int]) -> ArmScore:
    """An arm with the figures of some seeds; prompts are the units."""
    at = (standing.epoch, standing.strength)
    found: dict[str, list[float]] = {}
    for cell in scores.cells:
        own = (cell.epoch, cell.strength) == at and cell.seed in seeds
        if own and cell.family != "leak" and cell.obedience is not None:
            found.setdefault(cell.prompt, []).append(cell.obedience)
    shares = [sum(values) / len(values) for values in found.values()]
    return scores.arm(*at).model_copy(
        update={
            "n": standing.pictures,
            "likeness": standing.likeness,
            "likeness_interval": standing.likeness_interval,
            "obedience": sum(shares) / len(shares) if shares else None,
            "obedience_interval": share_interval(shares) if shares else (0.0, 1.0),
            "flexibility": standing.obedience,
            "flexibility_interval": standing.obedience_interval,
            "utility": standing.utility,
        }
    )
