"""A character in an act with its colours looked up; draws nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from storybook.world.pen import Pen
from storybook.world.tables import Colour, colour, cover_of, table
from storybook.world.values import Act, Character

_TURNS = {"three-quarter view": 0.36, "from side": 0.5}


@dataclass(frozen=True)
class Figure:
    """What the parts of a figure are drawn from, in head radii around the middle of the head."""

    pen: Pen
    character: Character
    act: Act

    @property
    def human(self) -> bool:
        """Whether this is a girl or a boy."""
        return self.character.kind in ("girl", "boy")

    @property
    def robot(self) -> bool:
        """Whether this is a robot."""
        return self.character.kind == "robot"

    @property
    def animal(self) -> bool:
        """Whether this has fur."""
        return not self.human and not self.robot

    @property
    def behind(self) -> bool:
        """Whether we see the back."""
        return self.act.view == "from behind"

    @property
    def profile(self) -> bool:
        """Whether we see the figure exactly from its side; it then faces right."""
        return self.act.view == "from side"

    @property
    def above(self) -> bool:
        """Whether we look down on the figure."""
        return self.act.view == "from above"

    @property
    def turn(self) -> float:
        """How far the face has moved to the right."""
        return _TURNS.get(self.act.view, 0.0)

    @property
    def sink(self) -> float:
        """How far the face has moved down because we look from above."""
        return 0.22 if self.above else 0.0

    @property
    def drop(self) -> float:
        """How far the pose lowers head and body towards the feet."""
        return float(table("acts")["poses"][self.act.pose]["drop"])

    @property
    def width(self) -> float:
        """How wide the body is, relative to the usual one."""
        return self.character.build * (0.8 if self.profile else 1.0)

    @cached_property
    def skin(self) -> Colour:
        """The colour of skin, fur or metal."""
        return colour(cover_of(self.character.kind), self.character.cover)

    @cached_property
    def hair(self) -> Colour:
        """The colour of the hair; of the cover for those without."""
        tint = self.character.hair_colour
        return colour("hair", tint) if tint else self.skin

    @cached_property
    def hair_second(self) -> Colour:
        """The colour of the right half of two-coloured hair."""
        tint = self.character.hair_second
        return colour("hair", tint) if tint else self.hair

    @cached_property
    def iris(self) -> Colour:
        """The colour of the eyes."""
        return colour("eyes", self.character.eyes)

    @cached_property
    def cloth(self) -> Colour:
        """The colour of the outfit."""
        return colour("outfit", self.character.outfit_colour)

    def tied(self, what: str) -> Colour:
        """The colour of trousers, shoes or undershirt: it follows from the outfit's."""
        ties = table("palette")["tied"]
        return colour("outfit", ties.get(self.character.outfit_colour, ties["white"])[what])

    def mark(self, name: str) -> Colour | None:
        """The colour of a mark if the character wears it; a dark one for those without colour."""
        for mark, tint in self.character.marks:
            if mark == name:
                return colour("outfit", tint) if tint else colour("ink", "strap")
        return None
