"""Words that a base cannot know are told, with the nearest that it knows."""

from __future__ import annotations

from castmates.prompts.reading import read
from castmates.prompts.vocabulary import MOST, unknown_words

TAGS = ("girl", "1girl", "christmas hat", "green eyes", "castle", "snow")


def test_known_words_are_passed_over_and_others_told_once() -> None:
    text = "pip, 1girl, (green hat:1.3), casle, [snow|kimono:9], casle <lora:kimono:1>"
    problems = unknown_words(read(text), TAGS, ["Pip"], "storybook")
    assert [p.what for p in problems] == [
        "storybook does not know 'casle'.",
        "storybook does not know 'kimono'.",
    ]
    assert "'castle'" in problems[0].fix
    assert problems[0].span is not None
    assert text[slice(*problems[0].span)] == "casle"


def test_very_many_are_counted() -> None:
    text = ", ".join("qz" + chr(97 + i // 26) + chr(97 + i % 26) for i in range(300))
    problems = unknown_words(read(text), TAGS)
    assert len(problems) == MOST + 1
    assert "280 more" in problems[-1].what
