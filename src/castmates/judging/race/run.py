"""Runs a race: asks for readings rung by rung, drops arms, ends early; knows neither pictures nor
disks.

Whoever can answer `Measure` can be raced: the studio draws and reads pictures, a simulation rolls
dice, a replay reads what an earlier race wrote down. The same answers give the same race.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from castmates.core.types import Value
from castmates.judging.race.arms import Arm, around, gentleness
from castmates.judging.race.figures import Reading, Standing, Table
from castmates.judging.race.ladder import Ladder, Prompt, Rung
from castmates.judging.utility import EQUAL

SEVERAL = 4
"""Fewer arms than this that are alike are neighbours, and no sign that everything is equal."""
End = Literal["last rung", "equal", "none good"]
"""Where a race ended: at its last rung, or earlier because nothing is left to decide."""


class Request(NamedTuple):
    """A picture that is wanted: whose, of which prompt, from which seed."""

    arm: Arm
    prompt: str
    seed: int


@dataclass(frozen=True)
class Findings:
    """The readings of all that was asked for, and the arms that may not win, with the reason."""

    readings: Sequence[Reading]
    ruled_out: Mapping[Arm, str] = field(default_factory=dict)


Measure = Callable[[Sequence[Request]], Findings]
"""Answers requests; called once a rung with everything that the rung compares, so that what was
read before is given again (it may have been calibrated anew)."""


class Rules(Value):
    """When arms are dropped and a race ends.

    Attributes:
        equal: utilities closer than this are equal; the suite cannot resolve less.
        resolved: how small the error of one utility must be before "equal" means anything.
        level: of the bounds by which arms are dropped, shared among all arms and rungs.
        fair: what likeness and obedience must both be able to reach.
    """

    equal: float = EQUAL
    resolved: float = 0.02
    level: float = 0.05
    fair: float = 0.4


class Left(Value):
    """An arm that was dropped: by the paired bound, by rank, or by a gate (its reason)."""

    epoch: int
    strength: float
    why: str


class Round(Value):
    """One rung as it was run.

    Attributes:
        name: "rung 1" …, "around the leader", "fresh seeds".
        prompts, pictures: behind each arm.
        new: pictures that no rung before had asked for.
        readings: all that the rung compared.
        left: arms that did not go on.
        ruled_out: arms that a gate had shut out by then.
    """

    name: str
    prompts: int
    pictures: int
    new: int
    readings: tuple[Reading, ...]
    left: tuple[Left, ...] = ()
    ruled_out: tuple[Left, ...] = ()


class Race(Value):
    """A race that was run.

    Attributes:
        end: where it ended.
        pick: the winner's figures, on seeds that played no part in choosing where there are such.
        equals: finalists within `Rules.equal` of the best; the winner is the gentlest of them.
        finalists: the figures of all who were compared at the end, best first.
        behind: (epoch, strength, difference, low, high): each finalist's utility less the pick's.
        seeds: those that the figures come from.
        pictures: with an adapter.
    """

    end: End
    pick: Standing
    equals: tuple[tuple[int, float], ...]
    finalists: tuple[Standing, ...]
    behind: tuple[tuple[int, float, float, float, float], ...]
    ruled_out: tuple[Left, ...]
    rounds: tuple[Round, ...]
    seeds: tuple[int, ...]
    pictures: int

    @property
    def arms(self) -> int:
        """How many arms were looked at."""
        return len({reading.arm for one in self.rounds for reading in one.readings})


def run(
    ladder: Ladder,
    prompts: Sequence[Prompt],
    epochs: Sequence[int],
    measure: Measure,
    rules: Rules | None = None,
) -> Race:
    """Run a race to its end.

    Args:
        prompts: in the order in which rungs take them (`ladder.spread`).
        epochs: all saved ones: neighbours of the leader may be opened.
        measure: answers requests.
    """
    course = _Course(ladder, [prompt.label for prompt in prompts], measure, rules or Rules())
    end: End = "last rung"
    alive = list(ladder.arms)
    for number, rung in enumerate(ladder.rungs):
        table = course.compare(f"rung {number + 1}", alive, course.cells(rung))
        if number > 0 and (back := course.called_back(alive, rung)):
            alive = back
            table = course.compare("second chance", alive, course.cells(rung))
        if number > 0 and (early := course.ended(table)):
            end = early
            break
        alive = course.thinned(table, alive, rung.keep)
    if end == "none good":
        return course.finish(end, table, course.rounds[-1].readings)
    if end == "equal":
        alive, cells = course.equals[:1], []
    elif ladder.refine and not course.has_called_back:
        leader = max(course.free(alive), key=lambda arm: table.utilities[table.arms.index(arm)])
        opened = around(leader, epochs, course.seen)[: ladder.refine]
        cells = course.cells(ladder.refined)
        alive = list(dict.fromkeys((*alive, *opened)))
        table = course.compare("around the leader", alive, cells)
        alive = course.thinned(table, alive, ladder.last.keep)
    else:
        cells = course.cells(ladder.rungs[-1])
    alive = list(dict.fromkeys((*alive, *course.anchors)))
    fresh = course.fresh(ladder)
    both = course.compare("fresh seeds", alive, [*cells, *fresh])
    return course.finish(end, both, course.only(fresh))


class _Course:
    """What a race knows while it runs."""

    def __init__(
        self, ladder: Ladder, prompts: Sequence[str], measure: Measure, rules: Rules
    ) -> None:
        self.ladder, self.prompts, self.measure, self.rules = ladder, prompts, measure, rules
        self.anchors = [Arm(*one) for one in ladder.anchors]
        self.asked: set[Request] = set()
        self.out: dict[Arm, str] = {}
        self.rounds: list[Round] = []
        self.equals: list[Arm] = []
        self.has_called_back = False
        self._shares = len(ladder.arms) * (len(ladder.rungs) + 1)

    @property
    def seen(self) -> set[Arm]:
        """Arms that were looked at."""
        return {request.arm for request in self.asked}

    def free(self, arms: Iterable[Arm]) -> list[Arm]:
        """Those that may win; where none may, all."""
        some = list(arms)
        return [arm for arm in some if arm not in self.out] or some

    def cells(self, rung: Rung) -> list[tuple[str, int]]:
        """(prompt, seed) of a rung; seeds count from 1."""
        return [(p, s + 1) for s in range(rung.seeds) for p in self.prompts[: rung.prompts]]

    def fresh(self, ladder: Ladder) -> list[tuple[str, int]]:
        """(prompt, seed) of the last rung, on seeds that no rung before had."""
        first = 1 + max(rung.seeds for rung in ladder.rungs)
        rung = ladder.last
        return [(p, first + s) for s in range(rung.seeds) for p in self.prompts[: rung.prompts]]

    def compare(self, name: str, arms: Sequence[Arm], cells: Sequence[tuple[str, int]]) -> Table:
        """Have every arm looked at with every cell."""
        requests = [Request(arm, *cell) for arm in arms for cell in cells]
        new = set(requests) - self.asked
        found = self.measure(requests)
        self.asked |= new
        self.out = dict(found.ruled_out)
        table = Table.of(found.readings)
        self.rounds.append(
            Round(
                name=name,
                prompts=len(table.prompts),
                pictures=len(cells),
                new=len(new),
                readings=tuple(found.readings),
                ruled_out=_left(dict(sorted(self.out.items()))),
            )
        )
        return table

    def only(self, cells: Sequence[tuple[str, int]]) -> list[Reading]:
        """The last round's readings of some cells."""
        wanted = set(cells)
        return [r for r in self.rounds[-1].readings if (r.prompt, r.seed) in wanted]

    def called_back(self, alive: Sequence[Arm], rung: Rung) -> list[Arm]:
        """Arms that had left by rank, where a gate has since shut out all that went on.

        Gates need more pictures than the first rungs have, so the race may have gone for arms that
        look best and may not win. The pictures are those that the leader's neighbours would have
        had: the best arms with clearly less of the adapter (epoch × strength) than all that were
        shut out, each with less than the one before. [] without need, or without anyone left.
        """
        shut = [arm for arm in alive if arm in self.out]
        if len(shut) < len(alive) or self.has_called_back:
            return []
        worth = {
            arm: float(value)
            for one in self.rounds[:-1]
            for table in [Table.of(one.readings)]
            for arm, value in zip(table.arms, table.utilities, strict=True)
        }
        gentler = [
            Arm(left.epoch, left.strength)
            for one in self.rounds
            for left in one.left
            if left.why == "rank"
        ]
        room = self.ladder.refine * self.ladder.refined.pictures // rung.pictures
        gentlest = min(arm.epoch * arm.strength for arm in shut)
        opened: dict[Arm, None] = {}
        for step in range(room, 0, -1):
            most = gentlest * step / (room + 1)
            some = [arm for arm in gentler if arm.epoch * arm.strength <= most]
            if some := [arm for arm in some if arm not in opened]:
                opened[max(some, key=lambda arm: (round(worth[arm], 9), gentleness(arm)))] = None
        self.has_called_back = bool(opened)
        return [*opened, *self.anchors] if opened else []

    def ended(self, table: Table) -> End | None:
        """Whether nothing is left to decide: none can be good, or all that may win are equal."""
        free = [arm for arm in table.arms if arm not in self.out]
        if not free:
            return "none good"
        standings = [table.standing(arm) for arm in free]
        if all(self._cannot(standing) for standing in standings):
            return "none good"
        readings = [r for r in self.rounds[-1].readings if r.arm in set(free)]
        apart, error = Table.of(readings).spread()
        if len(free) < SEVERAL or apart > self.rules.equal or error > self.rules.resolved:
            return None
        self.equals = sorted(free, key=gentleness)
        return "equal"

    def _cannot(self, standing: Standing) -> bool:
        """Whether even the upper end of an interval is below fair."""
        if standing.likeness_interval[1] < self.rules.fair:
            return True
        asked = standing.obedience is not None
        return asked and standing.obedience_interval[1] < self.rules.fair

    def thinned(self, table: Table, alive: Sequence[Arm], keep: int) -> list[Arm]:
        """Who goes on: not ruled out, not provably behind, and among the best `keep`."""
        rows = {arm: i for i, arm in enumerate(table.arms)}
        free = self.free(alive)
        leader = max(free, key=lambda arm: table.utilities[rows[arm]])
        apart, half = table.differences(leader, 2 * self.rules.level / self._shares)
        why = {arm: self.out[arm] for arm in alive if arm in self.out and arm not in free}
        why |= {a: "behind" for a in free if apart[rows[a]] + half[rows[a]] < 0}
        ranked = sorted(
            (arm for arm in free if arm not in why),
            key=lambda arm: (-round(float(table.utilities[rows[arm]]), 9), gentleness(arm)),
        )
        why |= dict.fromkeys(ranked[keep:], "rank")
        why = {arm: reason for arm, reason in why.items() if arm not in self.anchors}
        self.rounds[-1] = self.rounds[-1].model_copy(update={"left": _left(why)})
        return [arm for arm in alive if arm not in why]

    def finish(self, end: End, table: Table, told: Sequence[Reading]) -> Race:
        """Choose from everything known; the figures are those of the readings `told`."""
        fresh = Table.of(told)
        rows = {arm: i for i, arm in enumerate(table.arms)}
        free = self.free(table.arms)
        top = max(float(table.utilities[rows[arm]]) for arm in free)
        floor = top - self.rules.equal - 1e-9
        near = sorted((a for a in free if table.utilities[rows[a]] >= floor), key=gentleness)
        equals = self.equals or near
        pick = equals[0]
        apart, half = table.differences(pick)
        order = sorted(table.arms, key=lambda arm: (-table.utilities[rows[arm]], gentleness(arm)))
        return Race(
            end=end,
            pick=fresh.standing(pick),
            equals=tuple((arm.epoch, arm.strength) for arm in equals),
            finalists=tuple(fresh.standing(arm) for arm in order),
            behind=tuple(
                (arm.epoch, arm.strength, *_band(float(apart[rows[arm]]), float(half[rows[arm]])))
                for arm in order
                if arm != pick
            ),
            ruled_out=_left(dict(sorted(self.out.items()))),
            rounds=tuple(self.rounds),
            seeds=tuple(sorted({reading.seed for reading in told})),
            pictures=len(self.asked),
        )


def _band(middle: float, half: float) -> tuple[float, float, float]:
    return (middle, max(-1.0, middle - half), min(1.0, middle + half))


def _left(why: Mapping[Arm, str]) -> tuple[Left, ...]:
    return tuple(Left(epoch=a.epoch, strength=a.strength, why=reason) for a, reason in why.items())


def replay(rounds: Sequence[Round]) -> Measure:
    """Answers as an earlier race was answered, so that its choice can be computed anew."""
    answers = iter(
        Findings(one.readings, {Arm(out.epoch, out.strength): out.why for out in one.ruled_out})
        for one in rounds
    )
    return lambda _requests: next(answers)
