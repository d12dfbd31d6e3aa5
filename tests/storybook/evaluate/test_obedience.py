"""A perfect oracle finds every true picture true, and swapped characters swapped."""

from __future__ import annotations

from dataclasses import replace

from storybook.evaluate.obedience import Binding, obeyed, wishes
from storybook.oracle.reading import Reading
from tests.storybook.oracle.perfect import perfect


def swapped(reading: Reading) -> Reading:
    return replace(reading, persons=reading.persons[::-1])


def test_wishes_are_fresh_the_same_every_time_and_as_crowded_as_asked() -> None:
    assert wishes(4, 2) == wishes(4, 2)
    assert all(len(wish.spec.characters) == 2 for wish in wishes(4, 2))
    assert wishes(4)[0].words.startswith("1")


def test_true_pictures_are_true() -> None:
    for characters in (1, 2):
        wanted = wishes(20, characters)
        found = obeyed(wanted, [perfect(wish.spec) for wish in wanted])
        assert found.tally.micro == 1
        assert all(found.counts)
        assert all(found.sides)
        assert all(found.within.right)
        assert not any(found.between.strayed)


def test_swapped_characters_are_noticed() -> None:
    wanted = wishes(30, 2)
    found = obeyed(wanted, [swapped(perfect(wish.spec)) for wish in wanted])
    assert found.sides
    assert not any(found.sides)
    assert not any(found.between.right)
    assert all(found.between.strayed)
    assert found.tally.micro < 1


def test_somebody_missing_answers_nothing() -> None:
    wanted = wishes(5, 2)
    alone = [replace(p, persons=p.persons[:1]) for p in (perfect(w.spec) for w in wanted)]
    found = obeyed(wanted, alone)
    assert not any(found.counts)
    assert found.tally.micro < 1


def test_a_colour_is_only_asked_where_another_would_be_wrong() -> None:
    binding = Binding()
    red, blue = frozenset({"red"}), frozenset({"blue"})
    binding.add(red, [red], "red")
    assert str(binding) == "nothing asked"
    binding.add(red, [blue], "blue")
    assert (binding.right, binding.strayed) == ([False], [True])
