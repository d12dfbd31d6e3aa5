"""The tries of a scene: drawn by a method, looked at, by another where none came out right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from castmates.core.events import Began, Moved, Tell, Warned
from castmates.core.types import Shot, Size, Value
from castmates.drawing.painter import Drawn, Painter
from castmates.drawing.sources import Sources
from castmates.families.base import Base
from castmates.families.regions import Regional
from castmates.scenes import methods
from castmates.scenes.choosing import Abilities, Asked, Try, fallback, first_method
from castmates.scenes.looking import Cast, Eyes, seen_in
from castmates.scenes.methods import Attempt, Method
from castmates.scenes.scene import Scene
from castmates.scenes.staging import Staged
from castmates.scenes.verdict import Verdict, verdict_of
from castmates.scenes.widening import widened_scene
from castmates.studio.draw import Course

LARGE = 512
"""Native side of a base from which faces of several are drawn over by themselves: smaller ones fill
the picture anyway, and only lose by it. Smaller bases draw several in windows, where they may
(docs/several-characters.md)."""


class SceneWish(Value):
    """What to draw, and how.

    Attributes:
        number: pictures; tries: of each, of which the best is kept.
        method: auto begins with the best way that the base is able to, and falls back.
        refine: draw everybody over by itself in the end (two-stage); None: where the base draws
            large enough for faces to be small.
        feather, base_share, isolated: as in `castmates.drawing.shots.Regions`; begins: the same,
            for two stages.
        finder, encoder: who looks; None: ours, where they know such pictures; "none": nobody.
    """

    scene: Scene
    number: int = Field(default=1, ge=1, le=256)
    tries: int = Field(default=1, ge=1, le=64)
    seed: int = Field(default=0, ge=0)
    method: Asked = "auto"
    refine: bool | None = None
    feather: float = Field(default=0.03, ge=0.0, le=0.5)
    base_share: float = Field(default=0.1, ge=0.0, le=1.0)
    isolated: float = Field(default=0.4, ge=0.0, le=1.0)
    begins: float = Field(default=0.1, ge=0.0, le=1.0)
    course: Course = Course()
    finder: str | None = None
    encoder: str | None = None


@dataclass(frozen=True)
class Easel:
    """Draws shots on one base, with whatever pictures and masks they name."""

    base: Base
    hashes: dict[str, str]
    precise: bool
    tell: Tell

    def __call__(self, shots: Sequence[Shot], sources: Sources) -> list[Drawn]:
        painter = Painter(self.base, precise=self.precise, hashes=self.hashes, sources=sources)
        return sorted(painter.draw(shots, self.tell), key=lambda drawn: drawn.index)


@dataclass(frozen=True)
class Tried:
    """All tries of a wish."""

    at: Staged
    wish: SceneWish
    easel: Easel
    sources: Sources
    eyes: Eyes | None
    cast: Cast | None

    def all(self) -> list[list[tuple[Attempt, Try]]]:
        """The tries of every picture."""
        wish = self.wish
        can = Abilities(
            isinstance(self.easel.base, Regional),
            self.eyes is not None,
            roomy=self._wide is not None,
            small=self.easel.base.facts.native_size < LARGE,
        )
        method = first_method(wish.method, can, len(self.at.players))
        every = range(wish.number * wish.tries)
        drawn = self._looked_at(self._drawn(method, [wish.seed + i for i in every]))
        rows = [drawn[i * wish.tries : (i + 1) * wish.tries] for i in range(wish.number)]
        for row in rows:
            other = fallback(wish.method, can, [one for _, one in row])
            if other is not None:
                self.easel.tell(Warned(what=f"No try by {method} came out right: now {other}."))
                seeds = [one.seed for _, one in row]
                row += self._looked_at(self._drawn(other, seeds))
        return rows

    @cached_property
    def _wide(self) -> Staged | None:
        """The scene with a window for each."""
        facts = self.easel.base.facts
        native = Size(width=facts.native_size, height=facts.native_size)
        return widened_scene(self.at, native, facts.size_multiple)

    def _drawn(self, method: Method, seeds: Sequence[int]) -> list[Attempt]:
        if method == "windows" and self._wide is not None:
            return methods.windows(self._wide, seeds, self.easel, self.sources)
        finder = self.eyes.finder if self.eyes is not None else None
        if method == "regions":
            return methods.regions(self.at, seeds, self.easel, self.sources, finder)
        if method == "two-stage" and finder is not None:
            asked, side = self.wish.refine, self.easel.base.facts.native_size
            refine = side >= LARGE if asked is None else asked
            return methods.two_stage(self.at, seeds, self.easel, self.sources, finder, refine)
        return methods.plain(self.at, seeds, self.easel, self.sources)

    def _looked_at(self, attempts: Sequence[Attempt]) -> list[tuple[Attempt, Try]]:
        found = []
        self.easel.tell(Began(what="looking", total=len(attempts), unit="pictures"))
        for i, one in enumerate(attempts, 1):
            found.append((one, Try(one.method, one.seed, self._verdict(one))))
            self.easel.tell(Moved(what="looking", done=i))
        return found

    def _verdict(self, attempt: Attempt) -> Verdict | None:
        if self.eyes is None or self.cast is None:
            return None
        at = attempt.at
        pairs = list(zip(at.players, at.boxes, strict=True))
        known = [(p.name, box) for p, box in pairs if p.name in self.cast.known]
        names, places = [name for name, _ in known], [box for _, box in known]
        others = [box for p, box in pairs if p.name not in self.cast.known]
        seen = seen_in(self.eyes, attempt.drawn.pixels, self.cast, names, at.boxes)
        return verdict_of(seen, names, places, others)
