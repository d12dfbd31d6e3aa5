"""A prompt is shown as the studio would read it: characters, outfits, wildcards, unknown words."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.files.characters import PictureRecord
from castmates.files.studio import Studio
from castmates.studio.parse import Parsed, Question, parse
from castmates.studio.parse_view import as_data, as_words

PIP = Character(
    name="pip",
    trigger="pip",
    class_word="girl",
    looks=("green eyes",),
    negative="blurry, 3D render",
    adapter="pip.safetensors",
    strength=0.8,
)


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made = Studio.init(tmp_path / "s")
    folder = made.add_character(PIP)
    folder.adapter_path.write_bytes(b"")
    folder.write_caption(1, "pip, yellow raincoat, smile")
    folder.picture_path(1).write_bytes(b"")
    record = PictureRecord(number=1, source="a", digest="0", width=8, height=8, outfit="raincoat")
    folder.save_records([record])
    wildcards = made.path / "wildcards" / "worn"
    wildcards.mkdir(parents=True)
    (wildcards / "hats.txt").write_text("crown\n", encoding="utf-8")
    return made


def asked(studio: Studio | None, words: str, **more: object) -> Parsed:
    return parse(studio, Question(words, **more))  # type: ignore[arg-type]


def test_a_character_is_expanded(studio: Studio) -> None:
    found = asked(studio, "{pip}, __worn/hats__", negative="night")
    assert found.prompt == "<lora:pip:0.8>pip, 1girl, solo, green eyes, crown"
    assert found.negative == "night, blurry, 3D render"
    assert found.problems == ()
    (adapter,) = found.plan.adapters
    assert (adapter.name, adapter.unet.first) == ("pip", 0.8)


def test_an_outfit_has_the_words_of_its_captions(studio: Studio) -> None:
    found = asked(studio, "{pip in her raincoat}")
    assert found.prompt.endswith("green eyes, yellow raincoat")


def test_unknown_names_and_words_are_told_with_the_nearest(studio: Studio) -> None:
    found = asked(studio, "{pipp}, <lora:pipx:1>, casle")
    told = {p.what: p.fix for p in found.problems}
    assert told["There is no adapter 'pipx'."] == "Did you mean 'pip'?"
    assert any("no character 'pipp'" in what for what in told)
    assert "castle" in told["storybook does not know 'casle'."]


def test_steps_are_the_bases_where_none_are_asked_for(studio: Studio) -> None:
    assert asked(studio, "girl").plan.steps[-1].last == 20
    assert asked(studio, "girl", steps=7).plan.steps[-1].last == 7


def test_long_prompts_are_cut_with_the_bases_tokenizer(studio: Studio) -> None:
    (step,) = asked(studio, "girl, " * 60).plan.steps
    assert len(step.conditions[0].chunks) == 2


def test_without_a_studio_names_stay_and_it_is_told() -> None:
    found = asked(None, "{pip}, {girl|girl} <lora:pip:1>")
    assert found.prompt == "{pip}, girl <lora:pip:1>"
    assert [p.what.split(":")[0] for p in found.problems if p.level == "error"] == [
        "There is no studio here",
        "There is no studio here to find 'pip' in.",
    ]


def test_a_base_that_is_not_there_is_read_without_a_tokenizer(studio: Studio) -> None:
    (step,) = asked(studio, "girl, " * 90, base="nowhere").plan.steps
    assert len(step.conditions[0].chunks) == 1


def test_the_answer_as_json_and_as_words() -> None:
    found = asked(None, "a [girl:(cat:1.2):2] AND b :0.5 <lora:x:1:0.8@0,0@1:start=1>", steps=4)
    data = as_data(found)
    assert data["steps"] == [
        {
            "from": 1,
            "to": 2,
            "conditions": [
                {"weight": 1.0, "chunks": [[["a girl", 1.0]]]},
                {"weight": 0.5, "chunks": [[[" b", 1.0]]]},
            ],
        },
        {
            "from": 3,
            "to": 4,
            "conditions": [
                {"weight": 1.0, "chunks": [[["a ", 1.0], ["cat", 1.2]]]},
                {"weight": 0.5, "chunks": [[[" b", 1.0]]]},
            ],
        },
    ]
    (adapter,) = data["adapters"]
    assert (adapter["name"], adapter["te"], adapter["unet"]) == ("x", 1.0, 0.8)
    assert adapter["schedule"]["unet"] == [[0.0, 0.8], [1.0, 0.0]]
    assert adapter["schedule"]["window"] == [1.0, None]
    assert "Steps 1 to 2" in as_words(found)
    assert "Adapter x: text encoder 1, U-Net 0.8@0,0@1" in as_words(found)
