"""The vocabulary: every word of it turns up, and nothing else does."""

from storybook.world import WIDE, sample, tags_of, vocabulary

SPOKEN_ELSEWHERE = {"solo"}  # written by captions, not a slot
ENOUGH = 12_000


def _said() -> set[str]:
    said: set[str] = set()
    for seed in range(ENOUGH):
        slots = tags_of(sample(seed, WIDE))
        said |= {tag for slot, tag in slots.items() if slot.split(" ")[-1] != "outfit"}
    return said


def test_every_word_turns_up_and_no_other() -> None:
    words = {tag for tags in vocabulary().values() for tag in tags} - SPOKEN_ELSEWHERE
    said = _said()
    never = words - said
    # A held-out pair can keep no single word from turning up.
    assert never == set()
    assert said - words == set()


def test_no_word_has_two_meanings() -> None:
    families = vocabulary()
    every = [tag for tags in families.values() for tag in tags]
    assert len(every) == len(set(every))


def test_the_families_are_those_that_the_taggers_table_knows() -> None:
    assert list(vocabulary()) == [
        *("kind", "count", "skin", "fur", "metal", "hair", "hair_colour", "eyes", "outfit"),
        *("mark", "pose", "view", "framing", "expression", "hat", "prop", "scene", "background"),
        *("light", "style"),
    ]
