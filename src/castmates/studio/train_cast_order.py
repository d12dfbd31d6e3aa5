"""Who is trained side by side, and by which recipes: the members of a cast; opens no base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import BadInput, Misfits
from castmates.studio.train_choice import Wish
from castmates.studio.train_order import Order
from castmates.studio.train_vary import MOST, Variation, variations
from castmates.training.configs import sets


@dataclass(frozen=True)
class Asked:
    """What `castmates train` was told, for one member or several.

    Attributes:
        names: characters; none: the configuration's own folders.
        vary: `key=a,b`, as often as there are keys.
        config, preset, recipe, set_, stage, goal: which recipe (`Wish.of`).
        base, wordless: as in `Order`.
        together: one adapter for all of them.
        all_pictures: as in `Order`.
    """

    names: tuple[str, ...] = ()
    vary: tuple[str, ...] = ()
    config: Path | None = None
    preset: str = ""
    recipe: str = ""
    set_: tuple[str, ...] = ()
    stage: int = 1
    goal: str = "flexible"
    base: str | None = None
    wordless: bool = False
    together: bool = False
    all_pictures: bool = False

    @property
    def is_one(self) -> bool:
        """Whether it is a training as always: one character, one recipe."""
        return (self.together or len(self.names) < 2) and not self.vary

    def order(self, name: str | None = None, more: Sequence[str] = ()) -> Order:
        """The order of one.

        Args:
            name: of the character; None: the first one.
            more: settings besides those of `set_`.
        """
        set_ = (*self.set_, *more)
        if self.all_pictures and (self.together or not self.names):
            what = "--all-pictures is for characters of the studio, each by itself."
            raise BadInput(what, "Name a character, and leave out --together.")
        wish = Wish.of(self.config, self.preset, self.recipe, set_, self.stage, self.goal)
        if self.together:
            return Order(None, self.config, wish, self.base, self.wordless, self.names or ("",))
        name = name or (self.names[0] if self.names else None)
        return Order(
            name, self.config, wish, self.base, self.wordless, all_pictures=self.all_pictures
        )

    def order_of_one(self) -> Order:
        """The order where one is all that can be. Raises BadInput: there are several."""
        if not self.is_one:
            raise BadInput(
                "Batches are shown of one training at a time.", "Name one, and leave out --vary."
            )
        return self.order()


@dataclass(frozen=True)
class Sharer:
    """One of those that are trained side by side.

    Attributes:
        label: "pip", "rank=8", or "pip rank=8" where several characters vary.
        about: what was varied, for the name of its run.
    """

    label: str
    about: str
    order: Order


def sharers(asked: Asked) -> list[Sharer]:
    """The members, characters first.

    Raises:
        BadInput: a name twice, more members than 32, or what `variations` refuses.
    """
    misfits = Misfits()
    if asked.together:
        what = "One adapter for several is trained by one recipe."
        misfits.add(BadInput(what, "Leave out --vary or --together."))
    for twice in dict.fromkeys(n for n in asked.names if asked.names.count(n) > 1):
        misfits.add(BadInput(f"'{twice}' is named twice.", "Name every character once."))
    points: list[Variation] = []
    with misfits.gather():
        points = variations(asked.vary, sets.parted(asked.set_))
    count = len(points) * max(1, len(asked.names))
    if count > MOST and len(points) <= MOST:
        misfits.add(BadInput(f"{count} adapters; at most {MOST} are trained side by side."))
    misfits.raise_if_any()
    found = []
    several = len(asked.names) > 1
    whose: tuple[str | None, ...] = asked.names or (None,)
    for name in whose:
        for point in points:
            label = f"{name} {point}".strip() if several else str(point)
            with misfits.gather():
                order = asked.order(name, point.set_)
                found.append(Sharer(label, "+".join(point.set_), order))
    misfits.raise_if_any()
    return found
