"""Captions and sentences: what training reads about a picture."""

import random

from storybook.world import (
    DEVELOPMENT,
    EXAMPLE,
    QUIET,
    WIDE,
    caption,
    named_character,
    sample,
    sentence_of,
    tags_of,
)

SPOKEN_SOMETIMES = {"from front", "day", "standing", "flat color"}


def _unnamed(count: int) -> list[int]:
    specs = ((seed, sample(seed)) for seed in range(300))
    return [
        seed
        for seed, spec in specs
        if len(spec.characters) == count and not any(one.name for one in spec.characters)
    ]


def test_kind_and_solo_come_first_and_every_tag_is_there() -> None:
    for seed in _unnamed(1):
        spec = sample(seed)
        words = caption(spec, random.Random(seed), drop=0.0).split(", ")
        slots = tags_of(spec)
        assert words[:2] == [slots["count"], "solo"]
        said = {tag for slot, tag in slots.items() if slot not in ("kind", "count", "outfit")}
        assert said - SPOKEN_SOMETIMES <= set(words[2:]) <= said


def test_tags_are_shuffled_and_some_are_dropped() -> None:
    spec = sample(_unnamed(1)[0])
    written = {caption(spec, random.Random(seed)) for seed in range(20)}
    assert len(written) > 10
    lengths = [len(caption(spec, random.Random(seed), drop=0.5)) for seed in range(20)]
    assert max(lengths) < len(caption(spec, random.Random(0), drop=0.0))


def test_a_named_character_is_called_by_its_name_mostly_without_looks() -> None:
    named = named_character(4)
    spec = sample(1, QUIET, [named], view="from front", framing="full body", expression="smile")
    look = f"{named.outfit_colour} {named.outfit}"
    written = [caption(spec, random.Random(seed)).split(", ") for seed in range(200)]
    assert all(named.name in (words[0], words[2]) for words in written)
    assert 40 < sum(words[0] == named.name for words in written) < 160
    assert 0.2 < sum(look in words for words in written) / len(written) < 0.5


def test_two_characters_are_told_apart_by_their_sides() -> None:
    for seed in _unnamed(2):
        spec = sample(seed)
        text = caption(spec, random.Random(seed))
        setting, rest = text.split(", left: ")
        left, right = rest.split(", right: ")
        assert setting.startswith("2 characters")
        assert left.split(", ")[0] == spec.characters[0].kind
        assert right.split(", ")[0] == spec.characters[1].kind
        assert max(len(left.split(", ")), len(right.split(", "))) <= 9


def test_a_trigger_stands_for_the_pruned_looks() -> None:
    for name, character in (EXAMPLE | DEVELOPMENT).items():
        spec = sample(2, QUIET, [character], view="from front", framing="full body")
        called = caption(spec, random.Random(0), drop=0.0, trigger=True).split(", ")
        plain = caption(spec, random.Random(0), drop=0.0).split(", ")
        assert name in called
        assert name not in plain
        assert not set(character.prune) & set(called)
        outfit = dict(character.words)["outfit_colour"]
        assert outfit in called
        assert outfit in plain


def test_a_sentence_says_what_is_seen() -> None:
    spec = sample(
        3,
        QUIET,
        [named_character(4)],
        view="from side",
        framing="full body",
        expression="open mouth",
        pose="arms up",
        hat="crown",
        prop=None,
        scene="forest",
        light="night",
        style="flat color",
    )
    text = sentence_of(spec)
    assert text[0].isupper()
    for words in ("a crown", "with arms up", "with an open mouth", "seen from the side"):
        assert words in text
    assert text.endswith(", in a forest at night, full body, flat color.")


def test_sentences_are_clean_everywhere() -> None:
    for seed in range(600):
        text = sentence_of(sample(seed, WIDE))
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text
        assert " a a" not in text
        assert "a orange" not in text
        assert "a overalls" not in text
        assert "None" not in text


def test_a_sentence_keeps_two_characters_apart() -> None:
    text = sentence_of(sample(3, QUIET, [EXAMPLE["pip"], EXAMPLE["moss"]], framing="full body"))
    assert text.startswith("On the left pip with ")
    assert "; on the right moss with green fur" in text
