"""Which failure is which: under-training, the base's habit, or learned by mistake."""

from __future__ import annotations

from castmates.judging.attributes import Look, Shown, diagnosed

FAMILIES = {
    "red hair": "hair_colour", "brown hair": "hair_colour",
    "scarf": "mark", "hoop earrings": "mark", "crown": "hat",
}  # fmt: skip
REAL = [frozenset({"red hair", "scarf"})] * 10


def shown(name: str, *some: tuple[int, str]) -> Shown:
    """Twelve pictures: the first `count` of each show these tags."""
    tags = [{tag for count, tag in some if i < count} for i in range(12)]
    return Shown(name, [Look(frozenset(one)) for one in tags])


def test_what_comes_with_more_of_the_adapter_is_under_trained() -> None:
    found = diagnosed(
        REAL,
        shown("the pick", (12, "red hair"), (1, "scarf")),
        shown("the base"),
        shown("epoch 8 at 1", (12, "red hair"), (10, "scarf")),
        FAMILIES,
    )
    assert found.lines == ("Scarf is there in 8 %, in 83 % at epoch 8 at 1: under-trained.",)
    assert "train for more epochs" in found.remedies[0]


def test_what_the_base_paints_without_the_adapter_is_its_bias() -> None:
    found = diagnosed(
        REAL,
        shown("the pick", (12, "red hair"), (12, "scarf"), (8, "hoop earrings")),
        shown("the base", (9, "hoop earrings")),
        None,
        FAMILIES,
    )
    assert len(found.lines) == 1
    assert "the base paints it without the adapter too (75 %): its bias" in found.lines[0]
    assert found.remedies == ('Put "hoop earrings" into the negative words.',)


def test_a_rival_of_the_base_explains_what_is_missing() -> None:
    found = diagnosed(
        REAL,
        shown("the pick", (12, "scarf"), (10, "brown hair")),
        shown("the base", (12, "brown hair")),
        shown("more", (12, "scarf"), (12, "brown hair")),
        FAMILIES,
    )
    assert len(found.lines) == 1, "the same failure is told once"
    assert "Red hair is there in 0 %, brown hair in 83 %" in found.lines[0]
    assert "its bias, not the training's" in found.lines[0]


def test_what_only_the_adapter_paints_was_learned_by_mistake() -> None:
    found = diagnosed(
        REAL,
        shown("the pick", (12, "red hair"), (12, "scarf"), (6, "hoop earrings")),
        shown("the base"),
        None,
        FAMILIES,
    )
    assert "with the adapter only" in found.lines[0]


def test_all_as_it_should_be_or_too_few_pictures_say_nothing() -> None:
    good = shown("the pick", (12, "red hair"), (12, "scarf"))
    assert diagnosed(REAL, good, shown("the base"), None, FAMILIES).lines == ()
    few = Shown("the pick", good.looks[:3])
    assert diagnosed(REAL, few, shown("the base"), None, FAMILIES).lines == ()


def test_what_words_ask_for_is_no_failure() -> None:
    asked = Shown("the pick", [Look(frozenset({"red hair", "hoop earrings"}),
                                    frozenset({"hoop earrings"}))] * 12)  # fmt: skip
    assert diagnosed(REAL, asked, shown("the base"), None, FAMILIES).lines == ()
