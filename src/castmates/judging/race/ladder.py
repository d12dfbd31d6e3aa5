"""How many arms, prompts and seeds each rung of a race takes, and what that costs in pictures.

The rungs follow "successive halving" (Jamieson, Talwalkar, 2016): each keeps fewer arms and looks
at them more closely, with prompts added before seeds, because prompts vary more. Knows no readings.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.types import Value
from castmates.judging.race.arms import Arm, crossed, spaced

STRENGTHS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1)
"""What a race starts with; .05 steps are opened around the leader."""
FRESH = 2
"""Seeds of the last rung in an ordinary race; none of the earlier rungs has seen them."""
SEEDS = 4
"""Seeds of one prompt at most in the rungs before the last."""
LEAST = 2
"""Finalists below which nothing is compared."""


class Prompt(Value):
    """A prompt of the race; `family` is what kind of question it asks (likeness, outfit, …)."""

    label: str
    family: str = ""


class Rung(Value):
    """So many prompts and seeds for each arm, and how many arms go on."""

    prompts: int = Field(ge=1)
    seeds: int = Field(ge=1)
    keep: int = Field(ge=1)

    @property
    def pictures(self) -> int:
        """Pictures behind each arm."""
        return self.prompts * self.seeds


class Ladder(Value):
    """A whole race before it is run.

    Attributes:
        start: the arms of the first rung; anchors: those that are never dropped (the last epoch,
            the epoch with the lowest loss).
        rungs: each looks at all pictures of the one before, and more.
        refine: so many neighbours of the leader are opened before the last rung.
        last: what the last rung takes, on seeds that no rung before has seen.
    """

    start: tuple[tuple[int, float], ...] = Field(min_length=1)
    anchors: tuple[tuple[int, float], ...] = ()
    rungs: tuple[Rung, ...] = Field(min_length=1)
    refine: int = Field(ge=0)
    last: Rung

    @property
    def arms(self) -> tuple[Arm, ...]:
        """All arms of the first rung."""
        return tuple(dict.fromkeys(Arm(*one) for one in (*self.start, *self.anchors)))

    @property
    def refined(self) -> Rung:
        """What the leader's neighbours are looked at with: the closest rung, one seed each."""
        return self.rungs[-1].model_copy(update={"seeds": 1, "keep": self.last.keep})

    @property
    def pictures(self) -> int:
        """Pictures with an adapter at most; a race that ends early takes fewer."""
        alive, seen, count = len(self.arms), 0, 0
        for rung in self.rungs:
            count += alive * max(0, rung.pictures - seen)
            alive = min(alive, rung.keep + len(self.anchors))
            seen = rung.pictures
        count += self.refine * self.refined.pictures
        return count + min(alive + self.refine, self.last.keep + len(self.anchors)) * (
            self.last.pictures
        )

    @property
    def baseline(self) -> int:
        """Pictures without an adapter: one for every prompt and seed that any arm is drawn with."""
        widest = max((rung.pictures for rung in self.rungs), default=0)
        return widest + self.last.pictures

    @property
    def cost(self) -> int:
        """All pictures at most."""
        return self.pictures + self.baseline

    def grid(self, prompts: int, seeds: int = 4) -> int:
        """What the full grid of the starting arms would cost."""
        return len(self.start) * prompts * seeds


def spread(prompts: Sequence[Prompt]) -> tuple[Prompt, ...]:
    """The prompts in an order in which every beginning has something of each family."""
    families: dict[str, list[Prompt]] = {}
    for prompt in prompts:
        families.setdefault(prompt.family, []).append(prompt)
    placed = [
        ((i + 0.5) / len(some), order, prompt)
        for order, some in enumerate(families.values())
        for i, prompt in enumerate(some)
    ]
    return tuple(prompt for _, _, prompt in sorted(placed, key=lambda each: each[:2]))


def ladder(
    epochs: Sequence[int],
    prompts: int,
    anchors: Sequence[Arm] = (),
    budget: int | None = None,
    strengths: Sequence[float] = STRENGTHS,
) -> Ladder:
    """The most thorough race within a budget.

    Args:
        epochs: those that may start.
        prompts: how many the suite has.
        budget: pictures at most, those without an adapter included; None: the ordinary race.

    Raises:
        BadInput: even the smallest race costs more.
    """
    ordinary = _built(epochs, strengths, prompts, tuple(anchors), 1.0, FRESH)
    if budget is None:
        return ordinary
    if ordinary.cost <= budget:
        lavish = (
            _built(epochs, strengths, prompts, tuple(anchors), 1.0, s) for s in range(8, 2, -1)
        )
        return next((one for one in lavish if one.cost <= budget), ordinary)
    smallest = ordinary
    for step in range(19, 0, -1):
        found = _built(epochs, strengths, prompts, tuple(anchors), step / 20, 1 + (step > 12))
        if found.cost <= budget:
            return found
        smallest = found
    raise BadInput(
        f"The budget is {budget} pictures; the smallest race of this character costs "
        f"{smallest.cost}.",
        f"Give it more: --budget {smallest.cost}, or draw a small grid with castmates compare.",
    )


def _built(
    epochs: Sequence[int],
    strengths: Sequence[float],
    prompts: int,
    anchors: tuple[Arm, ...],
    share: float,
    fresh: int,
) -> Ladder:
    """The ordinary race's rungs with a share of its arms and pictures."""
    side = share**0.5
    columns = spaced([round(100 * s) for s in strengths], max(2, round(len(strengths) * side)))
    rows = spaced(epochs, max(2, round(len(epochs) * side)))
    start = crossed(rows, [column / 100 for column in columns])
    arms = len(start)
    keeps = [max(LEAST, round(arms * part)) for part in (0.4, 1 / 6, 1 / 15)]
    wants = [_rung(want * side, prompts) for want in (4, 9, 36)]
    rungs = [_keeping(rung, keep) for rung, keep in zip(wants, keeps, strict=True)]
    final = min(4, keeps[-1])
    whole = _rung(prompts * fresh * side, prompts, fresh)
    return Ladder(
        start=tuple(start),
        anchors=anchors,
        rungs=tuple(rungs),
        refine=4 if share > 0.3 else 2,
        last=_keeping(whole, final),
    )


def _rung(pictures: float, prompts: int, seeds: int = SEEDS) -> Rung:
    """About so many pictures an arm: prompts first, then seeds."""
    wanted = max(2, round(pictures))
    count = min(seeds, -(-wanted // prompts))
    return Rung(prompts=min(prompts, -(-wanted // count)), seeds=count, keep=1)


def _keeping(rung: Rung, keep: int) -> Rung:
    return rung.model_copy(update={"keep": keep})
