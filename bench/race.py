"""Race simulated arms whose truth is known; prints regret, cost and how often intervals hold it.

python bench/race.py             100 characters of each kind, about a minute
python bench/race.py 400         more of them
python bench/race.py 100 600 300 races with these budgets
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from castmates.judging.race.arms import Arm, crossed, gentleness
from castmates.judging.race.figures import Reading, Table, utility
from castmates.judging.race.ladder import STRENGTHS, Ladder, Prompt, ladder, spread
from castmates.judging.race.run import Findings, Race, Request, run

FAMILIES = {"likeness": 6, "accessory": 4, "outfit": 4, "scene": 4, "motion": 3, "style": 3}
PROMPTS = spread(
    [Prompt(label=f"{f}-{i}", family=f) for f, n in FAMILIES.items() for i in range(n)]
)
EPOCHS = tuple(range(1, 11))
MILD, HARSH = (0.10, 0.05, 0.02, 0.04), (0.12, 0.08, 0.04, 0.08)
"""Standard deviations: of prompts, seeds, prompts × dose, and the rest."""


@dataclass
class World:
    """One character: likeness rises with the dose (epoch × strength), obedience falls.

    Args:
        noise: as `MILD`. kind: "peak", "flat" (all arms the same), "weak" (trained too little).
        tags: obedience is read as found or not found of 3 tags, from draws that arms share.
        common: every arm draws a (prompt, seed) from the same noise.
    """

    seed: int
    noise: tuple[float, float, float, float] = MILD
    kind: str = "peak"
    tags: bool = False
    common: bool = True
    drawn: int = 0
    _axes: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        rng = np.random.default_rng(self.seed)
        self._axes = {
            "rise": rng.uniform(0.8, 2.2),
            "fall": rng.uniform(2.2, 5.0),
            "steep": rng.uniform(2.5, 5.0),
            "top": rng.uniform(0.85, 1.0),
        }
        self._wiggle = rng.normal(0, 0.02, (2, 64))

    def truth(self, arm: Arm) -> tuple[float, float]:
        """Likeness and obedience of an arm over all prompts and seeds there could be."""
        alike, obeys = self._middle(arm)
        return alike, obeys if self.tags else _clipped_mean(obeys, self._deviation(arm))

    def _deviation(self, arm: Arm) -> float:
        by_prompt, by_seed, by_dose, rest = self.noise
        return float(np.hypot(np.hypot(by_prompt, by_seed), np.hypot(by_dose * _dose(arm), rest)))

    def _middle(self, arm: Arm) -> tuple[float, float]:
        if self.kind == "flat":
            return 0.8, 0.85
        a, dose = self._axes, np.log2(1 + arm.epoch) * arm.strength
        alike = a["top"] / (1 + np.exp(-a["steep"] * (dose - a["rise"])))
        obeys = 1 / (1 + np.exp(a["steep"] * 0.7 * (dose - a["fall"])))
        alike += self._wiggle[0, arm.epoch]
        obeys += self._wiggle[1, arm.epoch]
        if self.kind == "weak":
            alike *= 0.25
        return float(np.clip(alike, 0.02, 0.98)), float(np.clip(obeys, 0.02, 0.98))

    def utility(self, arm: Arm) -> float:
        """What an arm is really worth."""
        alike, obeys = self.truth(arm)
        return float(utility(np.array([alike]), np.array([obeys]))[0])

    def measure(self, requests: Sequence[Request]) -> Findings:
        """Readings with noise: the same request is always read the same."""
        return Findings([self._read(request) for request in requests])

    def _read(self, asked: Request) -> Reading:
        prompt = next(i for i, p in enumerate(PROMPTS) if p.label == asked.prompt)
        code = (asked.arm.epoch, round(100 * asked.arm.strength))
        own = () if self.common else code
        by_prompt, by_seed, by_dose, rest = self.noise
        base = self._normal(prompt)
        there = self._normal(prompt, asked.seed, *own)
        last = self._normal(prompt, asked.seed, *code)
        shift = by_prompt * base[:2] + by_seed * there[:2]
        shift += by_dose * base[2:4] * _dose(asked.arm)
        shift += rest * last[:2]
        alike, obeys = np.array(self._middle(asked.arm)) + shift
        if self.tags:
            # A tag is there where a draw that all arms share falls below the arm's chance.
            mixed = 0.85 * there[2:5] + (1 - 0.85**2) ** 0.5 * last[2:5]
            obeys = float(np.mean(_share_below(mixed) < self._middle(asked.arm)[1]))
        return Reading(
            epoch=asked.arm.epoch,
            strength=asked.arm.strength,
            prompt=asked.prompt,
            seed=asked.seed,
            likeness=float(alike),
            obedience=float(np.clip(obeys, 0.0, 1.0)),
        )

    def _normal(self, *key: int) -> NDArray[np.float64]:
        return np.random.default_rng((self.seed, *key)).normal(size=5)


def _dose(arm: Arm) -> float:
    return float(np.log2(1 + arm.epoch) * arm.strength - 2.0)


def _clipped_mean(middle: float, deviation: float) -> float:
    """The mean of a normal value that is cut off at 0 and 1."""
    normal = NormalDist(middle, deviation)
    low, high = normal.cdf(0.0), 1 - normal.cdf(1.0)
    bell = NormalDist().pdf
    inside = middle * (1 - low - high)
    inside += deviation * (bell((0 - middle) / deviation) - bell((1 - middle) / deviation))
    return inside + high


def _share_below(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1 / (1 + np.exp(-1.702 * values))


def raced(world: World, course: Ladder | None = None) -> Race:
    """Race a character with its last epoch as an anchor."""
    course = course or ladder(EPOCHS, len(PROMPTS), [Arm(EPOCHS[-1], 1.0)])
    return run(course, PROMPTS, EPOCHS, world.measure)


def gridded(world: World, seeds: Iterable[int] = (1, 2, 3, 4)) -> Arm:
    """The gentlest of the best of the full grid."""
    arms = crossed(EPOCHS, STRENGTHS)
    requests = [Request(a, p.label, s) for a in arms for p in PROMPTS for s in seeds]
    table = Table.of(world.measure(requests).readings)
    top = table.utilities.max() - 0.02
    return min(
        (a for a, u in zip(table.arms, table.utilities, strict=True) if u >= top), key=gentleness
    )


def best(world: World) -> float:
    """What the best arm there is is really worth, .05 steps of strength included."""
    levels = [round(0.45 + 0.05 * i, 2) for i in range(15)]
    return max(world.utility(arm) for arm in crossed(EPOCHS, levels))


def line(name: str, worlds: Sequence[World], course: Ladder | None = None) -> str:
    """One row of the table."""
    regrets, shares, ends = [], [], []
    held: list[tuple[bool, bool]] = []
    grid = len(EPOCHS) * len(STRENGTHS) * len(PROMPTS) * 4
    for world in worlds:
        found = raced(world, course)
        alike, obeys = world.truth(found.pick.arm)
        regrets.append(best(world) - world.utility(found.pick.arm))
        pairs = ((found.pick.likeness_interval, alike), (found.pick.obedience_interval, obeys))
        likely, obedient = (low <= value <= high for (low, high), value in pairs)
        held.append((likely, obedient))
        shares.append(found.pictures / grid)
        ends.append(found.end)
    close = np.mean(np.array(regrets) <= 0.03)
    likely, obedient = np.mean(held, axis=0)
    counts = ", ".join(f"{ends.count(end)} {end}" for end in sorted(set(ends)))
    return (
        f"{name:<34} regret {np.mean(regrets):.4f} (90 % within {np.quantile(regrets, 0.9):.4f}; "
        f"{close:.0%} within .03)  pictures {np.mean(shares):.1%}  intervals hold "
        f"{likely:.1%} and {obedient:.1%}  [{counts}]"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    began = time.perf_counter()
    budgets = [int(word) for word in sys.argv[2:]]
    for budget in budgets:
        small = ladder(EPOCHS, len(PROMPTS), [Arm(EPOCHS[-1], 1.0)], budget)
        print(line(f"harsh, --budget {budget}", [World(i, HARSH) for i in range(count)], small))
    if budgets:
        return
    for name, noise in (("mild", MILD), ("harsh", HARSH)):
        print(line(f"{name}", [World(i, noise) for i in range(count)]), flush=True)
        lonely = [World(i, noise, common=False) for i in range(count)]
        print(line(f"{name}, each arm its own noise", lonely), flush=True)
    print(line("tags found or not", [World(i, HARSH, tags=True) for i in range(count)]), flush=True)
    for kind in ("flat", "weak"):
        print(line(kind, [World(i, MILD, kind) for i in range(count)]), flush=True)
        print(line(f"{kind}, harsh", [World(i, HARSH, kind) for i in range(count)]), flush=True)
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
