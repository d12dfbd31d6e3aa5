"""What nobody can draw is told before anything is."""

from __future__ import annotations

from typing import Any

import pytest

from castmates.core.errors import BadInput, Unfit
from castmates.core.types import AdapterUse
from castmates.scenes.demands import demand, notes
from castmates.scenes.scene import Figure, Scene
from castmates.scenes.staging import Player
from castmates.scenes.wording import Told


def player(name: str, trigger: str = "", base: str = "storybook", adapter: bool = True) -> Player:
    use = AdapterUse(name=name) if adapter else None
    return Player(name, Told("girl"), use, trigger=trigger or name, base=base)


def refuse(*figures: Figure, players: Any = (), layers: Any = None) -> None:
    demand(Scene(figure=figures), players, layers or [0] * len(figures))


def test_boxes_outside_or_over_each_other() -> None:
    with pytest.raises(BadInput, match=r"box of 'pip' is .*0 to 1"):
        refuse(Figure(name="pip", box=(0.5, 0, 1.5, 1)))
    with pytest.raises(BadInput, match="box of 'pip'"):
        refuse(Figure(name="pip", box=(0.5, 0, 0.4, 1)))
    same = (0.1, 0.1, 0.6, 1.0)
    pip, moss = Figure(name="pip", box=same), Figure(name="moss", box=same)
    with pytest.raises(BadInput, match="'pip' and 'moss' lie one over the other"):
        refuse(pip, moss)
    with pytest.raises(BadInput, match="lie one over the other"):
        refuse(pip, moss, layers=[0, 1])
    inner = Figure(name="moss", box=(0.2, 0.4, 0.4, 1.0))
    with pytest.raises(BadInput, match="lie one over the other"):
        refuse(pip, inner)
    refuse(pip, inner, layers=[0, 1])
    refuse(pip, Figure(name="moss", box=(0.4, 0.1, 0.9, 1.0)))


def test_everybody_is_somebody_once() -> None:
    with pytest.raises(BadInput, match="'stranger 1' has neither a name nor words"):
        refuse(Figure(), Figure(name="pip"))
    with pytest.raises(BadInput, match="'pip' is in the scene 2 times"):
        refuse(Figure(name="pip"), Figure(name="pip"))
    with pytest.raises(BadInput, match="a box and a mask"):
        refuse(Figure(name="pip", box=(0, 0, 1, 1), mask="m.png"))
    refuse(Figure(words="1girl"), Figure(words="1boy"))


def test_all_of_it_is_told_at_once() -> None:
    with pytest.raises(BadInput) as raised:
        refuse(Figure(name="pip", box=(0, 0, 2, 1)), Figure(), Figure(name="moss"),
               players=[player("pip"), player("moss", "PIP")])  # fmt: skip
    told = str(raised.value)
    assert told.startswith("3 things do not fit")
    assert "both answer to 'pip'" in told


def test_two_with_one_trigger_and_two_bases_are_unfit() -> None:
    with pytest.raises(Unfit, match="'pip' and 'moss' both answer to 'pip'"):
        refuse(Figure(name="pip"), players=[player("pip"), player("moss", "Pip")])
    with pytest.raises(Unfit, match="different bases: 'pip' for storybook, 'moss' for sdxl"):
        refuse(Figure(name="pip"), players=[player("pip"), player("moss", base="sdxl")])
    refuse(Figure(name="pip"), players=[player("pip"), player("moss", base="x", adapter=False)])


def test_words_alone_and_too_many_for_the_finder_are_told() -> None:
    scene = Scene(figure=tuple(Figure(name=f"c{i}") for i in range(5)))
    players = [player("pip", adapter=False), player("moss"), Player("stranger 1", Told("girl"))]
    told = [note.what for note in notes(scene, players, sees=4)]
    assert told == [
        "'pip' has no chosen adapter yet; only its words are used.",
        "There are 5 figures, but the finder tells 4 apart at most.",
    ]
    assert notes(scene, players[1:], sees=None) == []
