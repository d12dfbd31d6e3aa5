"""Puts one figure together from its parts, back to front; knows no scenes, no framing and no words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from storybook.world.pen import Pen
from storybook.world.tables import Colour, colour, cover_of, table
from storybook.world.values import Act, Character, Place

_TURNS = {"three-quarter view": 0.36, "from side": 0.5}


@dataclass(frozen=True)
class Figure:
    """A character in an act, with its colours looked up; drawn in head radii around the middle of the head."""

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
        """How far the face has moved to the right, in head radii."""
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
        return colour("hair", self.character.hair_colour) if self.character.hair_colour else self.skin

    @cached_property
    def hair_second(self) -> Colour:
        """The colour of the right half of two-coloured hair."""
        return colour("hair", self.character.hair_second) if self.character.hair_second else self.hair

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
        """The colour of a mark that the character wears, or None; the line colour for marks without one."""
        for mark, tint in self.character.marks:
            if mark == name:
                return colour("outfit", tint) if tint else colour("ink", "strap")
        return None


def draw_figure(pen: Pen, character: Character, act: Act, place: Place) -> list[tuple[float, float, float]]:
    """Draw a figure at a place of the 256-unit canvas; return its visible eyes (x, y, radius) in the same units."""
    from storybook.world import body, head

    figure = Figure(pen, character, act)
    with pen.moved(256 * place.x, 256 * place.y, 256 * place.radius, flip=act.flip):
        squash = 0.8 if figure.above else 1.0
        with pen.moved(0.0, 0.8 * (1 - squash)):
            pen.canvas.scale(1.0, squash)
            body.draw_body(figure)
        with pen.moved(0.0, figure.drop, turn=act.tilt):
            eyes = head.draw_head(figure)
        body.draw_held(figure)
    return eyes
