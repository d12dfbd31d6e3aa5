"""Captions are arranged in kohya's order, and a look reads the same words every time."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from castmates.training.caption_rules import CaptionRules, read

TAGS = "pip, 1fox, solo, smile, forest, full body"


def words(caption: str, rules: CaptionRules, seed: int = 0, **at: int) -> str:
    return read(caption, rules, Random(seed), **at).words


def test_nothing_asked_for_is_the_first_line_as_it_is() -> None:
    assert words(" Pip, the fox,  waves. \nand more", CaptionRules()) == "Pip, the fox,  waves."


def test_kept_tags_stay_in_front_and_the_order_is_told() -> None:
    rules = CaptionRules(shuffle=True, keep_tokens=2)
    for seed in range(20):
        found = read(TAGS, rules, Random(seed))
        assert found.words.startswith("pip, 1fox, ")
        written = TAGS.split(", ")
        assert found.words.split(", ") == [written[place] for place in found.order]
        assert sorted(found.order) == list(range(6))


@pytest.mark.parametrize(
    ("caption", "head", "tail"),
    [
        ("pip, fox ||| a, b, c", "pip, fox", ""),
        ("pip, fox ||| a, b, c ||| flat color, masterpiece", "pip, fox", "flat color, masterpiece"),
        ("||| a, b, c |||", "", ""),
    ],
)
def test_the_separator_of_kept_tags_beats_their_number(caption: str, head: str, tail: str) -> None:
    rules = CaptionRules(shuffle=True, keep_tokens=1, keep_separator="|||")
    for seed in range(6):
        found = words(caption, rules, seed)
        assert found.startswith(head)
        assert found.endswith(tail)
        assert sorted(found.split(", ")) == sorted(
            tag.strip() for tag in caption.replace("|||", ",").split(",") if tag.strip()
        )


def test_the_separator_stays_in_the_words_when_nothing_is_arranged_as_in_kohya() -> None:
    assert words("pip ||| smile", CaptionRules(keep_separator="|||")) == "pip ||| smile"


def test_fixed_tags_are_never_dropped_and_free_ones_by_their_share() -> None:
    rules = CaptionRules(keep_tokens=1, tag_dropout=1.0)
    assert words(TAGS, rules) == "pip"
    some = replace(rules, tag_dropout=0.25)
    left = sum(len(read(TAGS, some, Random(seed)).order) - 1 for seed in range(2000))
    assert 0.72 < left / (2000 * 5) < 0.78


def test_words_are_left_out_by_chance_or_in_every_second_epoch() -> None:
    often = CaptionRules(caption_dropout=0.25)
    assert 420 < sum(words(TAGS, often, seed) == "" for seed in range(2000)) < 580
    second = CaptionRules(caption_dropout_every=2)
    assert [words(TAGS, second, epoch=n) == "" for n in range(4)] == [False, True, False, True]


def test_wildcards_choose_and_doubled_braces_are_braces() -> None:
    rules = CaptionRules(wildcards=True)
    found = {words("pip, {red|blue|green} hat, {{x}}", rules, seed) for seed in range(60)}
    assert found == {f"pip, {c} hat, {{x}}" for c in ("red", "blue", "green")}
    assert words("{a|b}", CaptionRules()) == "{a|b}"


def test_several_lines_are_a_choice_only_with_wildcards() -> None:
    caption = "pip in the snow\n\npip, fox, snow\n"
    both = {words(caption, CaptionRules(wildcards=True), seed) for seed in range(30)}
    assert both == {"pip in the snow", "pip, fox, snow"}
    assert words(caption, CaptionRules()) == "pip in the snow"


def test_prefix_and_suffix_come_first_and_so_can_be_kept() -> None:
    rules = CaptionRules(prefix="pip,", suffix=", flat color", shuffle=True, keep_tokens=1)
    assert all(words("a, b, c", rules, seed).startswith("pip, ") for seed in range(9))
    assert words("smile", CaptionRules(prefix="pip", suffix="here")) == "pip smile here"


def test_the_secondary_separator_keeps_a_group_together() -> None:
    rules = CaptionRules(shuffle=True, secondary_separator=";;;")
    for seed in range(9):
        found = words("pip, red hat;;; red scarf, smile, snow", rules, seed)
        assert "red hat, red scarf" in found


def test_joined_tags_have_a_comma_and_a_space_whatever_parted_them() -> None:
    assert words("pip| a |b", CaptionRules(separator="|", tag_dropout=1e-9)) == "pip, a, b"


def test_the_warmup_reads_more_tags_as_steps_go_by() -> None:
    rules = CaptionRules(keep_tokens=1, warmup_least=1, warmup_steps=100)
    assert [words(TAGS, rules, step=s).count(",") for s in (0, 24, 25, 50, 99, 100)] == [
        1,
        1,
        2,
        3,
        4,
        5,
    ]
    share = replace(rules, warmup_steps=0.5)
    assert words(TAGS, share, step=50, steps=200) == words(TAGS, rules, step=50)
