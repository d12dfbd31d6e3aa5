"""A picture says how it was drawn, and the same shot comes back."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.core.errors import BadInput
from castmates.core.types import AdapterUse, Shot, Size
from castmates.drawing.infotext import Origin, adapters_of, png_texts, shot_of, text_of, words_of
from castmates.drawing.sampler_names import SCHEDULES

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
    "sampler": st.sampled_from(["ddim", "euler", "euler a", "dpm++ 2m", "dpm++ 3m sde", "unipc"]),
    "schedule": st.sampled_from(sorted({*SCHEDULES} - {"automatic"})),
    "rng": st.sampled_from(["cpu", "nv"]),
    "clip_skip": st.integers(1, 12),
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


# Text with marks of the grammar in it.
prompts = st.lists(
    st.one_of(
        st.sampled_from(["(", ")", ":1.3)", "[", "]", "|", " AND ", " BREAK ", "<lora:pip:0.8>"]),
        st.text(st.characters(categories=["L", "N"]), min_size=1),
    )
).map("".join)


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


@given(prompt=prompts.filter(_holds), negative=prompts.filter(_holds), data=st.data())
def test_prompts_come_back_as_written(prompt: str, negative: str, data: st.DataObject) -> None:
    more = {key: data.draw(strategy) for key, strategy in settings.items() if key != "adapters"}
    shot = Shot.model_validate({**words_of(prompt, negative), **more})
    text = text_of(shot, ORIGIN)
    assert shot_of(text) == shot
    if shot.reading == "prompt":
        assert text.split("\n")[0] == prompt


def test_plain_words_stay_plain() -> None:
    assert words_of("a fox, snow", "") == {"words": "a fox, snow", "adapters": (), "negative": ""}
    assert words_of(r"fox \(toy\) <lora:pip:0.8>", "")["words"] == "fox (toy)"
    for odd in (
        "(fox)",
        "a AND b",
        "[a|b]",
        "<lora:pip:0.8>a",
        "<lora:pip:0.8@0,0@1>",
        "a BREAK b",
    ):
        assert words_of(odd, "")["reading"] == "prompt"


def test_adapters_of_a_prompt_are_known() -> None:
    shot = Shot(words="a <lora:moss:1:0.5> <foo:x:1>", reading="prompt", adapters=SHOT.adapters)
    assert adapters_of(shot) == ["pip", "moss"]
    assert adapters_of(Shot(words="a <lora:moss:1>")) == []


def test_what_only_we_can_tell_stands_beside_a1111s_names() -> None:
    shot = SHOT.model_copy(
        update={"schedule": "trailing", "rng": "nv", "clip_skip": 2, "emphasis": "no norm"}
    )
    text = text_of(shot, ORIGIN)
    for field in ("Schedule type: SGM Uniform", "Timesteps: trailing", "RNG: NV", "Clip skip: 2"):
        assert field in text
    karras = text_of(shot.model_copy(update={"schedule": "karras"}), ORIGIN)
    assert "Schedule type: Karras" in karras
    assert "Timesteps" not in karras


def test_pictures_of_earlier_versions_come_back_as_they_were() -> None:
    """Written before schedules had names: JSON without them, and an infotext."""
    old = {"words": "a fox", "seed": 3, "sampler": "ddim", "adapters": [{"name": "pip"}]}
    assert shot_of({"castmates": json.dumps({"shot": old})}).schedule is None
    line = "Steps: 20, Sampler: Euler, Schedule type: SGM Uniform, Seed: 1, RNG: CPU, Version: "
    assert shot_of(f"a\n{line}castmates 0.1").schedule is None
    assert shot_of(f"a\n{line}v1.10.1").schedule == "sgm uniform"


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
        words="a fox <lora:pip:0.6>,\nin the snow",
        negative="bad hands\nand feet",
        reading="prompt",
        seed=1,
        size=Size(width=512, height=768),
        sampler="dpm++ 2m",
        schedule="karras",
        rng="nv",
        clip_skip=1,
        steps=20,
        guidance=7.0,
    )


def test_what_a1111_leaves_out_counts_as_there() -> None:
    shot = shot_of("a\nSteps: 20, Sampler: DPM++ 2M SDE Karras, CFG scale: 7, Seed: 1, RNG: CPU")
    assert (shot.sampler, shot.schedule, shot.rng) == ("dpm++ 2m sde", "karras", "cpu")
    shot = shot_of("a\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Emphasis: No norm")
    assert (shot.schedule, shot.emphasis, shot.rng) == ("automatic", "no norm", "nv")


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
