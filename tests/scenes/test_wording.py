"""The words of a scene in the ways of two kinds of bases."""

from __future__ import annotations

from castmates.scenes.wording import Told, counted, filled, sides_of, texts_of, wording_for

PIP = Told("girl", ("pip", "green eyes"), ("waving", "smile"))
MOSS = Told("fox", ("moss",))


def test_storybook_names_sides_as_its_captions_do() -> None:
    found = texts_of((PIP, MOSS), "full body, forest", (0.75, 0.25), wording_for("storybook"))
    assert found.layout == "2 characters, full body, forest, left: fox, right: girl, waving, smile"
    assert found.plain == (
        "2 characters, full body, forest, left: fox, moss, "
        "right: girl, pip, green eyes, waving, smile"
    )
    assert found.each[0] == (
        "2 characters, full body, forest, right: girl, pip, green eyes, waving, smile"
    )
    assert found.each[1] == "2 characters, full body, forest, left: fox, moss"
    assert found.alone[0] == "pip, green eyes, 1girl, solo, waving, smile, full body, forest"


def test_somebody_alone_is_told_as_such() -> None:
    found = texts_of((PIP,), "forest", (0.5,), wording_for("storybook"))
    assert found.plain == found.each[0] == found.alone[0]
    assert found.plain == "pip, green eyes, 1girl, solo, waving, smile, forest"
    assert found.layout == "1girl, solo, waving, smile, forest"


def test_other_bases_count_class_words() -> None:
    found = texts_of((PIP, PIP, MOSS), "snow", (0.1, 0.5, 0.9), wording_for("photoreal"))
    assert found.layout.startswith("2girls, 1fox, snow, girl on the left, waving")
    assert "fox on the right" in found.layout
    assert found.each[2] == "moss, fox, snow"


def test_what_is_empty_takes_its_comma_along() -> None:
    assert filled("{a}, x, {b}", a="", b="") == "x"
    assert filled("{s}: {k}, {d}", s="left", k="fox", d="") == "left: fox"
    assert counted(["", "fox"]) == "1fox"
    assert sides_of(5) == (
        "far left", "2 from the left", "3 from the left", "4 from the left", "far right"
    )  # fmt: skip
