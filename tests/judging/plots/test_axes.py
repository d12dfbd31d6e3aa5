"""Axes as people write them: kinds, A1111's names, and everything that does not fit at once."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput
from castmates.judging.plots.axes import KINDS, Asked, label, read_axes, read_axis, said


def items(text: str) -> tuple[str, ...]:
    return read_axis("x", text).items


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("epoch: 1-10 (+3)", "epoch", ("1", "4", "7", "10")),
        ("epoch: none, 2, last", "epoch", ("none", "2", "last")),
        ("Epoch", "epoch", ()),
        ("strength: 0.4-1.2 [5]", "strength", ("0.4", "0.6", "0.8", "1", "1.2")),
        ("lora weight: 1-0 (-0.5), .25", "strength", ("1", "0.5", "0", "0.25")),
        ("CFG Scale: 1-2 (+0.5)", "cfg", ("1", "1.5", "2")),
        ("Steps: 10, 20", "steps", ("10", "20")),
        ("seed: 1-3, 2, 7", "seed", ("1", "2", "3", "7")),
        ("Sampler: Euler a, DPM++ 2M Karras,", "sampler", ("Euler a", "DPM++ 2M Karras")),
        ('prompt: "pip, hat", fox', "prompt", ("pip, hat", "fox")),
        ("Prompt S/R: night,, day", "s/r", ("night", "", "day")),
        ("Checkpoint name: storybook", "checkpoint", ("storybook",)),
        ("clip  skip: 1-2", "clip skip", ("1", "2")),
        ("size: 512x768, 64", "size", ("512x768", "64")),
        ("s/r: <lora:pip:0.5>, <lora:pip:1>", "s/r", ("<lora:pip:0.5>", "<lora:pip:1>")),
    ],
)
def test_an_axis_is_its_kind_and_its_values(text: str, kind: str, values: tuple[str, ...]) -> None:
    assert read_axis("x", text) == Asked(place="x", kind=kind, items=values)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("epohc: 1-3", "x: there is no axis 'epohc'. Did you mean 'epoch'"),
        ("nonsense", "no axis 'nonsense'. Known: adapter, epoch"),
        ("steps", "'steps' has no values"),
        ("steps: ,", "'steps' has no values"),
        ("steps: 0-5", r"x: steps 0 is out of bounds. Wanted 1 to 1000"),
        ("steps: 1.5", "1.5 is not whole"),
        ("strength: 5", "strength 5 is out of bounds. Wanted -4 to 4"),
        ("clip skip: 13", "Wanted 1 to 12"),
        ("seed: -1", "another one every time"),
        ("seed: 5-1", r"holds nothing.*5-1 \(-1\)"),
        ("epoch: eulr", "'eulr' is no number"),
        ("s/r: only", "the text to search for first"),
        ('prompt: "pip, hat', "opened and not closed"),
    ],
)
def test_what_is_no_axis_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_axis("x", text)


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    axes = {"x": "epohc: 1", "y": "steps: 0, 2000, 5", "z": "seed: 1", "w": "seed: 2"}
    with pytest.raises(BadInput) as told:
        read_axes(axes)
    text = str(told.value)
    for part in ("epoch", "steps 0 is", "steps 2000 is", "Both z and w are 'seed'"):
        assert part in text


def test_several_replacements_may_stand_beside_each_other() -> None:
    found = read_axes({"x": "s/r: a, b", "y": "s/r: c, d"})
    assert [asked.kind for asked in found] == ["s/r", "s/r"]


def test_values_are_told_in_words() -> None:
    assert [said("epoch", "6"), said("epoch", "none"), said("steps", "20")] == [
        "epoch 6",
        "no adapter",
        "20 steps",
    ]
    assert label("epoch", "6") == "6"
    assert label("strength", "none") == "no adapter"
    assert label("checkpoint", "/models/anime-v3") == "anime-v3"
    assert label("adapter", "/x/pip.safetensors") == "pip"
    assert said("s/r", "") == "(nothing)"


def test_every_kind_has_one_name() -> None:
    names = [name for kind in KINDS.values() for name in (kind.name, *kind.aliases)]
    assert len(names) == len(set(names))
