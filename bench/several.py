"""Several characters in one picture: each way to draw them, with equal seeds, read by the oracle.

    python -m bench.several --studio STUDIO --out FOLDER
    python -m bench.several --out FOLDER --table

STUDIO holds trained characters of the storybook casts (`python -m storybook.evaluate journeys` and
`castmates make examples/…` leave such studios). The oracle takes no part in drawing or choosing.
Every picture is kept with its reading, and a run that was cut off goes on; the arms grow side by
side. Prints a table with 95 % intervals; --table prints what is there and draws nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from bench.several_read import Seen, seen
from bench.several_scenes import EVERYBODY, Set, Told, told
from bench.several_told import confusion, head, kept, row, strangers
from castmates.core.events import silent
from castmates.core.ports import Pixels
from castmates.drawing.sources import Sources
from castmates.families.shelf import open_base
from castmates.files.images import write_png
from castmates.files.studio import Studio
from castmates.files.writing import made, write_text
from castmates.scenes.choosing import Asked
from castmates.scenes.methods import Attempt
from castmates.scenes.staging import Course, Staged, staged
from castmates.scenes.wording import wording_for
from castmates.studio.draw import bring, read_size
from castmates.studio.scene_cast import cast_of, eyes_of, players_of
from castmates.studio.scene_tries import Easel, SceneWish, Tried
from storybook.oracle.reading import Oracle

ONE, TWO, THREE, FOUR = (Set(f"{n} of the cast", n) for n in range(1, 5))
AMONG = Set("one of the cast, two strangers", 1, 2)
SMALL = 72
"""A head's radius is .262 of a square alone, .141 among three: 54 % of 128 pixels, by latents."""
TOGETHER = 5
"""Scenes of an arm before the next arm's turn."""


@dataclass(frozen=True)
class Arm:
    """One way to draw one set.

    Attributes:
        scenes: how many; tries: of each, the check keeps the best.
        size: None: as the way likes.
        small: what is read is the picture brought to the size that one of three has in a square,
            and through the base's VAE: what such a small figure could show at best.
    """

    of: Set
    method: Asked
    scenes: int
    tries: int = 1
    size: str | None = None
    small: bool = False

    @property
    def name(self) -> str:
        more = (self.size, "small" if self.small else None)
        return ", ".join([self.of.name, self.method, *(one for one in more if one)])


ARMS = (
    Arm(TWO, "windows", 200, 4),
    Arm(TWO, "plain", 200),
    Arm(THREE, "windows", 100, 4),
    Arm(THREE, "plain", 100),
    Arm(ONE, "plain", 100),
    Arm(ONE, "plain", 60, small=True),
    Arm(TWO, "regions", 60),
    Arm(TWO, "two-stage", 60),
    Arm(AMONG, "windows", 50),
    Arm(AMONG, "plain", 50),
    Arm(THREE, "plain", 60, 1, "288x128"),
    Arm(TWO, "plain", 60, 1, "208x128"),
    Arm(THREE, "regions", 50),
    Arm(THREE, "two-stage", 50),
    Arm(FOUR, "windows", 50),
    Arm(FOUR, "plain", 50),
    Arm(AMONG, "regions", 50),
)


@dataclass
class Bench:
    """Draws scenes and has them read.

    Attributes:
        out: the folder that pictures and readings are kept in.
    """

    studio: Studio
    out: Path
    _hashes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.base, self.oracle = open_base("storybook"), Oracle.open()
        eyes = eyes_of(self.base.name, None, None)
        assert eyes is not None
        names = [name for name in self.studio.characters() if name in EVERYBODY]
        self.eyes, self.cast = eyes, cast_of(self.studio, names, eyes)
        self._hashes = bring(self.base, self.studio, names)

    def draw(self, arm: Arm, number: int) -> None:
        """Draw and read all tries of one scene, if they are not there."""
        if all(path.exists() for path in readings(self.out, arm, number)):
            return
        of = told(self.studio, arm.of, number)
        tried = self._tried(arm, of, number)
        for path, (attempt, _) in zip(readings(self.out, arm, number), tried.all()[0], strict=True):
            made(path.parent)
            picture = self._small(attempt.drawn.pixels) if arm.small else attempt.drawn.pixels
            write_png(path.with_suffix(".png"), picture)
            one = seen(self.oracle, self.eyes, self.cast, picture, of, _places(attempt))
            write_text(path, one.model_dump_json() + "\n")

    def _small(self, picture: Pixels) -> Pixels:
        less = Image.fromarray(picture).resize((SMALL, SMALL), Image.Resampling.LANCZOS)
        return self.base.decode(self.base.encode_pictures([np.asarray(less)]))[0]

    def _tried(self, arm: Arm, of: Told, number: int) -> Tried:
        easel = Easel(self.base, self._hashes, False, silent)
        players = players_of(self.studio, of.scene)
        course = Course({} if arm.size is None else {"size": read_size(arm.size)})
        at: Staged = staged(of.scene, players, wording_for(self.base.name), course)
        wish = SceneWish.model_validate(
            {
                "scene": of.scene,
                "method": arm.method,
                "seed": 1000 * (number + 1),
                "tries": arm.tries,
            }
        )
        return Tried(at, wish, easel, Sources(), self.eyes, self.cast)


def readings(out: Path, arm: Arm, number: int) -> list[Path]:
    """Where the readings of a scene's tries are kept; each picture lies beside its own."""
    folder = out / arm.name.replace(", ", "-").replace(" ", "-")
    return [folder / f"{number:03d}-{i}.json" for i in range(arm.tries)]


def _places(attempt: Attempt) -> dict[str, tuple[float, float, float, float]]:
    return dict(zip(attempt.at.names, attempt.at.boxes, strict=True))


def table(out: Path) -> Iterator[str]:
    """What is kept, arm by arm; and the check over all scenes with odd numbers.

    The even ones are those that its thresholds were chosen by.
    """
    odd: list[Seen] = []
    notes: list[str] = []
    yield from head()
    for arm in ARMS:
        paths = {number: readings(out, arm, number) for number in range(arm.scenes)}
        there = {n: row for n, row in paths.items() if all(path.exists() for path in row)}
        rows = {
            n: [Seen.model_validate_json(p.read_text()) for p in row] for n, row in there.items()
        }
        odd += [one for n, tries in rows.items() if n % 2 and not arm.small for one in tries]
        if rows:
            first = [tries[0] for tries in rows.values()]
            yield row(arm.name, first)
            notes += [f"{arm.name}: {note}" for note in strangers(first)]
        if rows and arm.tries > 1:
            best = [kept(tries, "windows") for tries in rows.values()]
            yield row(f"{arm.name}, best of {arm.tries}", best)
    yield ""
    yield from [*notes, *confusion(odd)]


def main() -> None:
    """Draw, read, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.several", description=__doc__)
    parser.add_argument("--studio", type=Path)
    parser.add_argument("--out", type=Path, default=Path("several"))
    parser.add_argument("--table", action="store_true", help="print what is kept; draw nothing")
    chosen = parser.parse_args()
    if not chosen.table:
        bench = Bench(Studio.open(chosen.studio), made(chosen.out))
        for begin in range(0, max(arm.scenes for arm in ARMS), TOGETHER):
            for arm in ARMS:
                for number in range(begin, min(begin + TOGETHER, arm.scenes)):
                    bench.draw(arm, number)
                print(f"{arm.name}: {min(begin + TOGETHER, arm.scenes)} scenes", flush=True)
    print("\n".join(table(chosen.out)), flush=True)


if __name__ == "__main__":
    main()
