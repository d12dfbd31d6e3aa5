"""A picture says how it was drawn, and the same shot comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.core.errors import BadInput
from castmates.core.types import AdapterUse, Shot, Size
from castmates.drawing.infotext import Origin, png_texts, shot_of, text_of

ORIGIN = Origin(
    base="storybook",
    fingerprint="0123456789abcdef",
    hashes={"pip": "fedcba9876543210", "unused": "00"},
    guidance_rescale=0.7,
)
SHOT = Shot(
    words="pip, girl, christmas hat, fox (toy)",
    negative="blurry, cut off",
    seed=12,
    size=Size(width=128, height=192),
    sampler="euler a",
    steps=24,
    guidance=5.5,
    adapters=(AdapterUse(name="pip", strength=0.8),),
)

adapters = st.lists(
    st.builds(
        AdapterUse,
        name=st.text(st.characters(categories=["L", "N"], include_characters="-_ ."), min_size=1)
        .map(str.strip)
        .filter(bool),
        strength=st.floats(-4, 4),
    ),
    max_size=3,
).map(tuple)
settings = {
    "seed": st.integers(0, 2**63 - 1),
    "size": st.builds(Size, width=st.integers(8, 8192), height=st.integers(8, 8192)),
    "sampler": st.sampled_from(["ddim", "euler", "euler a", "dpm++ 2m"]),
    "steps": st.integers(1, 1000),
    "guidance": st.floats(0, 100),
    "adapters": adapters,
}
any_shot = st.builds(Shot, words=st.text(), negative=st.text(), **settings)


def _holds(text: str) -> bool:
    lines = text.split("\n")
    kept = all(line == line.strip() and not line.startswith("Negative prompt:") for line in lines)
    return kept and text == text.strip()


a1111_words = st.text().filter(_holds)
a1111_shot = st.builds(Shot, words=a1111_words, negative=a1111_words, **settings)


@dataclass(frozen=True)
class Picture:
    shot: Shot
    origin: Origin = ORIGIN


@given(shot=any_shot)
def test_our_text_brings_back_every_shot(shot: Shot) -> None:
    assert shot_of(png_texts(Picture(shot))) == shot


@given(shot=a1111_shot)
def test_the_infotext_brings_back_what_it_can_hold(shot: Shot) -> None:
    assert shot_of(text_of(shot, ORIGIN)) == shot


def test_the_infotext_is_a1111s() -> None:
    words, negative, fields = text_of(SHOT, ORIGIN).split("\n")
    assert words == r"pip, girl, christmas hat, fox \(toy\) <lora:pip:0.8>"
    assert negative == "Negative prompt: blurry, cut off"
    assert fields.startswith(
        "Steps: 24, Sampler: Euler a, Schedule type: SGM Uniform, CFG scale: 5.5, Seed: 12, "
        "Size: 128x192, Model hash: 0123456789, Model: storybook, RNG: CPU, CFG rescale: 0.7, "
        'Lora hashes: "pip: fedcba987654", Version: castmates'
    )


def test_an_infotext_of_a1111_is_read() -> None:
    shot = shot_of(
        "a fox <lora:pip:0.6>,\nin the snow\nNegative prompt: bad hands\nand feet\n"
        "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7, Seed: 1, "
        'Size: 512x768, Model hash: 0123456789, Lora hashes: "pip: 123", Version: v1.10.1'
    )
    assert shot == Shot(
        words="a fox, in the snow".replace(", ", ",\n"),
        negative="bad hands\nand feet",
        seed=1,
        size=Size(width=512, height=768),
        sampler="dpm++ 2m",
        steps=20,
        guidance=7.0,
        adapters=(AdapterUse(name="pip", strength=0.6),),
    )


def test_a_text_without_fields_is_a_prompt() -> None:
    assert shot_of("just words, nothing: else") == Shot(words="just words, nothing: else")


@pytest.mark.parametrize(
    "texts",
    [
        {},
        {"castmates": "{"},
        {"castmates": "[]"},
        {"castmates": json.dumps({"shot": {"words": "a", "colour": "red"}})},
        {"parameters": "a\nSteps: many, Sampler: Euler, Seed: 1, Size: 64x64"},
        {"parameters": "a\nSteps: 5, Sampler: Euler, Seed: 1, Size: big"},
    ],
)
def test_unreadable_texts_are_said(texts: dict[str, str]) -> None:
    with pytest.raises(BadInput) as raised:
        shot_of(texts)
    assert raised.value.fix
