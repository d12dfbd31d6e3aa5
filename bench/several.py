"""Several characters in one picture: each way to draw them, with equal seeds, read by the oracle.

    python -m bench.several --scenes 12 --characters 2 --studio STUDIO

STUDIO holds trained characters of the storybook casts (`python -m storybook.evaluate journeys` and
`castmates make examples/…` leave such studios). The oracle takes no part in drawing or choosing.
Prints shares with 95 % intervals, and how often the product's own check agrees with the oracle.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from castmates.core.events import silent
from castmates.drawing.sources import Sources
from castmates.families.shelf import open_base
from castmates.files.images import write_png
from castmates.files.studio import Studio
from castmates.files.writing import made
from castmates.scenes.choosing import best
from castmates.scenes.scene import Figure, Scene
from castmates.scenes.staging import Course, Staged, staged
from castmates.scenes.wording import wording_for
from castmates.studio.draw import bring
from castmates.studio.scene_cast import cast_of, eyes_of, players_of
from castmates.studio.scene_tries import Easel, SceneWish, Tried
from storybook.evaluate.shares import Share
from storybook.oracle.asking import asked
from storybook.oracle.identity import act_of, likeliest
from storybook.oracle.reading import Oracle, Person, Reading
from storybook.oracle.slots import IDENTITY
from storybook.world import DEVELOPMENT, EVALUATION, EXAMPLE

EVERYBODY = {**EXAMPLE, **DEVELOPMENT, **EVALUATION}
METHODS = ("plain", "regions", "two-stage", "auto")
PLACES = {2: ("left", "right"), 3: ("left", "middle", "right")}
SCENES = ("forest", "beach", "city", "snow", "castle", "space", "bedroom", "meadow")
DOINGS = ("standing", "waving", "arms up")
FACES = ("smile", "open mouth", "surprised")
STRAYED = 1 / 3
"""Share of a figure's telling attributes that are another's, from which it is a blend."""


@dataclass
class Tally:
    """What the oracle says of one method's pictures."""

    right: list[bool] = field(default_factory=list)
    counted: list[bool] = field(default_factory=list)
    there: list[bool] = field(default_factory=list)
    nearest: list[bool] = field(default_factory=list)
    clone: list[bool] = field(default_factory=list)
    blend: list[bool] = field(default_factory=list)
    swap: list[bool] = field(default_factory=list)
    strayed: list[float] = field(default_factory=list)
    agreed: list[bool] = field(default_factory=list)
    trusted: list[bool] = field(default_factory=list)

    def lines(self) -> list[str]:
        """In words, one figure a line."""
        rows = [
            ("all right (number, who, where)", Share.of_yes(self.right)),
            ("as many as asked", Share.of_yes(self.counted)),
            ("recognised among all 15 of the casts, in their place", Share.of_yes(self.there)),
            ("figures nearer to their own than to the others", Share.of_yes(self.nearest)),
            ("clone", Share.of_yes(self.clone)),
            ("blend", Share.of_yes(self.blend)),
            ("swap", Share.of_yes(self.swap)),
            ("telling attributes that are another's", Share.of(self.strayed)),
            ("the check says the same as the oracle", Share.of_yes(self.agreed)),
        ]
        if self.trusted:
            rows.append(("of those the check calls right, right", Share.of_yes(self.trusted)))
        return [f"  {name}: {share}, n = {share.count}" for name, share in rows]

    def add(self, names: Sequence[str], reading: Reading, said: bool | None) -> None:
        """Add a picture: who should be there from left to right, and the check's own word."""
        persons = reading.persons
        found = [likeliest(p, reading.framing, EVERYBODY) for p in persons]
        right = found == list(names)
        self.right.append(right)
        self.counted.append(len(persons) == len(names))
        self.there += [i < len(found) and found[i] == name for i, name in enumerate(names)]
        own = {name: EVERYBODY[name] for name in names}
        near = [likeliest(p, reading.framing, own) for p in persons]
        self.nearest += [i < len(near) and near[i] == name for i, name in enumerate(names)]
        self.clone.append(any(found.count(name) > 1 for name in names))
        self.swap.append(not right and sorted(found) == sorted(names))
        shares = [
            _strayed(p, reading.framing, names[i], names)
            for i, p in enumerate(persons[: len(names)])
        ]
        self.blend.append(any(STRAYED <= own < 1 - STRAYED for own in shares))
        self.strayed += shares
        if said is not None:
            self.agreed.append(said == right)
            if said:
                self.trusted.append(right)


def _strayed(person: Person, framing: str, own: str, names: Sequence[str]) -> float:
    """Share of the slots that tell a figure from the others which are read as another's."""
    others = [name for name in names if name != own]
    right = {name: asked(EVERYBODY[name], act_of(person), framing) for name in names}
    told = [
        person.answers.best(slot)[0] in right[other][slot]
        for other in others
        for slot in IDENTITY
        if slot in right[own] and slot in right[other] and not right[own][slot] & right[other][slot]
    ]
    return sum(told) / len(told) if told else 0.0


def scenes(studio: Studio, count: int, characters: int) -> list[Scene]:
    """Fresh scenes with members of the casts that the studio has."""
    known = [name for name in studio.characters() if name in EVERYBODY]
    found = []
    for i in range(count):
        rng = random.Random(f"several {i} {characters}")
        figures = [
            Figure(name=name, action=rng.choice(DOINGS), expression=rng.choice(FACES), place=place)
            for name, place in zip(rng.sample(known, characters), PLACES[characters], strict=True)
        ]
        background = f"{rng.choice(SCENES)}, day"
        found.append(Scene(background=background, style="flat color", figure=tuple(figures)))
    return found


@dataclass(frozen=True)
class Bench:
    """Draws scenes by every method and has them read."""

    studio: Studio
    easel: Easel
    tries: int

    def drawn(self, at: Staged, method: str, seed: int, eyes: object, cast: object) -> Tried:
        """The tries of one scene by one method."""
        wish = SceneWish.model_validate(
            {"scene": at.scene, "method": method, "seed": seed, "tries": self.tries}
        )
        return Tried(at, wish, self.easel, Sources(), eyes, cast)  # type: ignore[arg-type]


def main() -> None:
    """Draw, read, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.several", description=__doc__)
    parser.add_argument("--scenes", type=int, default=12)
    parser.add_argument("--characters", type=int, choices=sorted(PLACES), default=2)
    parser.add_argument("--tries", type=int, default=1, help="of each, the check keeps the best")
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--studio", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("several"))
    chosen = parser.parse_args()
    studio, base = Studio.open(chosen.studio), open_base("storybook")
    oracle, out = Oracle.open(), made(chosen.out)
    wanted = scenes(studio, chosen.scenes, chosen.characters)
    eyes = eyes_of(base.name, None, None)
    assert eyes is not None
    cast = cast_of(studio, [n for n in studio.characters() if n in EVERYBODY], eyes)
    rows = [players_of(studio, scene) for scene in wanted]
    hashes = bring(base, studio, [p.adapter.name for row in rows for p in row if p.adapter])
    bench = Bench(studio, Easel(base, hashes, False, silent), chosen.tries)
    words = wording_for(base.name)
    stage = [staged(s, row, words, Course({})) for s, row in zip(wanted, rows, strict=True)]
    told: dict[str, list[str]] = {}
    for method in chosen.methods.split(","):
        tally = Tally()
        for i, at in enumerate(stage):
            [row] = bench.drawn(at, method, 1000 * (i + 1), eyes, cast).all()
            attempt, kept = row[best([one for _, one in row])]
            write_png(out / f"{i:03d}-{method}.png", attempt.drawn.pixels)
            said = kept.verdict.is_right if kept.verdict is not None else None
            [reading] = oracle.read([attempt.drawn.pixels])
            tally.add(at.names, reading, said)
        told[method] = tally.lines()
        print(f"{method}, {chosen.characters} characters, {len(stage)} scenes", flush=True)
        print("\n".join(told[method]), flush=True)
    (out / "several.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
