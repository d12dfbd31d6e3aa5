"""What of a scene cannot be drawn, or deserves a word, before anything is; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from castmates.core.errors import BadInput, CastmatesError, Misfits, Unfit
from castmates.core.events import Warned
from castmates.scenes.scene import Box, Scene
from castmates.scenes.staging import Player, names_of

COVERED = 0.95
"""Share of a box that another one of the same layer may cover at most."""
STORYBOOK_SEES = 4
"""Figures that the embedded finder was taught to tell apart in one picture."""


def demand(scene: Scene, players: Sequence[Player], layers: Sequence[int]) -> None:
    """Refuse what cannot be drawn, all of it at once.

    Raises:
        BadInput: boxes outside of the picture or wholly over another, a stranger without words,
            somebody twice.
        Unfit: two that answer to one trigger word; adapters made for different bases.
    """
    misfits = Misfits()
    names = names_of(scene.figure)
    for error in (
        *_boxes(scene, names, layers),
        *_figures(scene, names),
        *_triggers(players),
        *_bases(players),
    ):
        misfits.add(error)
    misfits.raise_if_any()


def notes(scene: Scene, players: Sequence[Player], sees: int | None) -> list[Warned]:
    """What deserves a word.

    Args:
        sees: how many figures the finder can tell apart; None: any number, or nobody looks.
    """
    found = [
        Warned(
            what=f"'{player.name}' has no chosen adapter yet; only its words are used.",
            fix=f"Run: castmates make PICTURES --name {player.name}",
        )
        for player in players
        if player.trigger and player.adapter is None
    ]
    if sees is not None and len(scene.figure) > sees:
        what = f"There are {len(scene.figure)} figures, but the finder tells {sees} apart at most."
        fix = "The check cannot be sure; take fewer, or another finder: --finder yolo:FILE"
        found.append(Warned(what=what, fix=fix))
    return found


def _figures(scene: Scene, names: Sequence[str]) -> list[CastmatesError]:
    found: list[CastmatesError] = []
    for name, figure in zip(names, scene.figure, strict=True):
        if not figure.name and not figure.words.strip():
            what = f"'{name}' has neither a name nor words."
            found.append(BadInput(what, 'Give one: name = "pip", or words = "1girl, red hair".'))
        if figure.box is not None and figure.mask is not None:
            what = f"'{name}' has a box and a mask."
            found.append(BadInput(what, "Leave one of them out."))
    for name in sorted({name for name in names if names.count(name) > 1}):
        what = f"'{name}' is in the scene {names.count(name)} times."
        found.append(BadInput(what, "Name everybody once; write strangers by words."))
    return found


def _boxes(scene: Scene, names: Sequence[str], layers: Sequence[int]) -> list[CastmatesError]:
    found: list[CastmatesError] = []
    known: list[tuple[str, Box, int]] = []
    for name, figure, layer in zip(names, scene.figure, layers, strict=True):
        if figure.box is None:
            continue
        left, top, right, bottom = figure.box
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            what = f"The box of '{name}' is {list(figure.box)}; wanted left, top, right, bottom"
            found.append(BadInput(f"{what} in 0 to 1 of the picture.", "Mend the box."))
        else:
            known.append((name, figure.box, layer))
    for (one, mine, front), (other, yours, behind) in combinations(known, 2):
        shared = _shared(mine, yours)
        least = min(_area(mine), _area(yours))
        both = shared >= COVERED * max(_area(mine), _area(yours))
        if both or (front == behind and shared >= COVERED * least):
            what = f"The boxes of '{one}' and '{other}' lie one over the other."
            found.append(BadInput(what, "Move one, or give it a layer and less of the other."))
    return found


def _triggers(players: Sequence[Player]) -> list[CastmatesError]:
    found: list[CastmatesError] = []
    for one, other in combinations([player for player in players if player.trigger], 2):
        if one.name != other.name and one.trigger.casefold() == other.trigger.casefold():
            what = f"'{one.name}' and '{other.name}' both answer to '{one.trigger}'."
            found.append(Unfit(what, "Give one another trigger word, and train it anew."))
    return found


def _bases(players: Sequence[Player]) -> list[CastmatesError]:
    made = {p.name: p.base for p in players if p.adapter is not None and p.base}
    if len(set(made.values())) < 2:
        return []
    told = ", ".join(f"'{name}' for {base}" for name, base in made.items())
    return [Unfit(f"Their adapters were made for different bases: {told}.", "Train them on one.")]


def _shared(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, high)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
