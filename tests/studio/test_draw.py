"""A prompt is drawn as `--parse` shows it, and a picture is drawn again from itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.drawing.found import texts_of
from castmates.drawing.infotext import shot_of
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files.images import read, write_png
from castmates.files.studio import Studio
from castmates.studio.draw import Course, Picture, Wish, draw, read_size
from castmates.studio.parse import Question, parse
from castmates.studio.redraw import Changes, redraw

PIP = Character(
    name="pip",
    trigger="pip",
    class_word="girl",
    looks=("green eyes",),
    negative="blurry",
    adapter="pip.safetensors",
    strength=0.5,
)
COURSE = Course(size=read_size("64"), steps=2, guidance=3.0, sampler="Euler a")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture(scope="module")
def adapter(base: Path) -> Adapter:
    numbers = torch.Generator().manual_seed(0)
    shapes = open_base(base).bank.shapes()
    factors = {
        name: Factors(
            0.2 * torch.randn(shape.down(2), generator=numbers),
            0.2 * torch.randn(shape.up(2), generator=numbers),
            1.0,
        )
        for name, shape in shapes.items()
    }
    return Adapter("pip", "lora", factors)


@pytest.fixture
def studio(tmp_path: Path, base: Path, adapter: Adapter) -> Studio:
    made = Studio.init(tmp_path / "s")
    save(made.add_character(PIP).adapter_path, adapter)
    (made.path / "wildcards").mkdir(exist_ok=True)
    (made.path / "wildcards" / "hats.txt").write_text("crown\nbow\nhelmet\n", encoding="utf-8")
    return made


def drawn(studio: Studio, base: Path, words: str, **more: Any) -> list[Picture]:
    given = {"number": 1, "course": COURSE, **more}
    return draw(studio, Wish(words=words, **given), base=str(base), precise=True)


def pixels(picture: Picture) -> Any:
    return read(Path(picture.path))


def test_a_character_is_drawn_as_parse_shows_it(studio: Studio, base: Path) -> None:
    [made] = drawn(studio, base, "{pip}, castle", negative="night")
    shown = parse(studio, Question("{pip}, castle", "night", base=str(base)))
    assert made.shot.words == shown.prompt == "<lora:pip:0.5>pip, 1girl, solo, green eyes, castle"
    assert made.shot.negative == shown.negative == "night, blurry"
    text = texts_of(Path(made.path).read_bytes())["parameters"]
    assert text.startswith(shown.prompt + "\nNegative prompt: night, blurry\n")
    assert 'Lora hashes: "pip: ' in text


def test_the_settings_are_those_that_were_asked_for(studio: Studio, base: Path) -> None:
    course = COURSE.model_copy(update={"sampler": "DPM++ 2M Karras", "steps": 3, "clip_skip": 2})
    [made] = drawn(studio, base, "a fox", seed=9, course=course)
    shot = made.shot
    assert (shot.sampler, shot.schedule, shot.steps) == ("dpm++ 2m", "karras", 3)
    assert (shot.guidance, shot.clip_skip, shot.seed) == (3.0, 2, 9)
    assert pixels(made).shape == (64, 64, 3)


def test_chance_is_each_pictures_own(studio: Studio, base: Path) -> None:
    found = drawn(studio, base, "__hats__, {day|night}", number=6, seed=2)
    assert len({one.shot.words for one in found}) > 1
    for i, one in enumerate(found):
        shown = parse(studio, Question("__hats__, {day|night}", seed=2 + i, base=str(base)))
        assert one.shot.words == shown.prompt
    into = studio.path / "elsewhere"
    [again] = draw(
        studio,
        Wish(words="__hats__, {day|night}", number=1, seed=4, course=COURSE),
        base=str(base),
        into=into,
        precise=True,
    )
    assert Path(again.path).parent == into
    assert np.array_equal(pixels(again), pixels(found[2]))


@pytest.mark.parametrize(
    "words",
    ["a fox", "{pip}, (castle:1.3) [day:night:0.5] AND snow :0.4", "fox <lora:pip:0.8@0,0@1>"],
)
def test_a_picture_is_drawn_again_to_the_bit(studio: Studio, base: Path, words: str) -> None:
    [made] = drawn(studio, base, words, seed=5)
    [again] = redraw(studio, Path(made.path), base=str(base))
    assert again.shot == made.shot
    assert again.path != made.path
    assert np.array_equal(pixels(again), pixels(made))
    # A1111's text alone says as much.
    bare = studio.path / "bare.png"
    texts = texts_of(Path(made.path).read_bytes())
    write_png(bare, pixels(made), {"parameters": texts["parameters"]})
    [other] = redraw(studio, bare, base=str(base), precise=True)
    assert np.array_equal(pixels(other), pixels(made))


def test_a_picture_is_drawn_again_with_changes(studio: Studio, base: Path) -> None:
    [made] = drawn(studio, base, "a fox", seed=5)
    changes = Changes(seed=7, number=2, negative="hat", course=Course(sampler="Heun", steps=3))
    found = redraw(studio, Path(made.path), changes, base=str(base))
    assert [one.shot.seed for one in found] == [7, 8]
    assert {(one.shot.sampler, one.shot.steps, one.shot.negative) for one in found} == {
        ("heun", 3, "hat")
    }


def test_a_picture_of_others_is_drawn_and_what_is_not_is_told(studio: Studio, base: Path) -> None:
    elsewhere = studio.path / "theirs.png"
    line = (
        "Steps: 2, Sampler: DPM++ 2M Karras, CFG scale: 3, Seed: 1, Size: 64x64, "
        'Model hash: 0123456789, Model: other, Lora hashes: "pip: 0000", Hires upscale: 2'
    )
    write_png(
        elsewhere, np.zeros((8, 8, 3), np.uint8), {"parameters": f"(fox) <lora:pip:1>\n{line}"}
    )
    events: list[Event] = []
    [made] = redraw(studio, elsewhere, base=str(base), tell=events.append)
    assert (made.shot.schedule, made.shot.rng, made.shot.reading) == ("karras", "nv", "prompt")
    said = " ".join(event.what for event in events if isinstance(event, Warned))
    assert "Hires upscale" in said
    assert "drawn with the base 'other'" in said
    assert "'pip' here" in said


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        ("{pipp}", Missing, "Did you mean 'pip'"),
        ("a <lora:pib:1>", Missing, "Did you mean 'pip'"),
        ("__hat__", Missing, "Did you mean 'hats'"),
        ("a <lora:pip:0.8", BadInput, "not closed"),
        ("a <lora:pip:strong>", BadInput, "not a weight"),
    ],
)
def test_what_would_be_lacking_is_an_error_before_anything_opens(
    studio: Studio, words: str, kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind, match=says):
        draw(studio, Wish(words=words), base="/no/such/base")


def test_a_character_without_adapter_says_what_to_run(studio: Studio) -> None:
    studio.add_character(PIP.model_copy(update={"name": "moss", "adapter": None}))
    with pytest.raises(Missing, match="castmates choose moss"):
        draw(studio, Wish(words="{moss}"))


def test_what_is_no_picture_or_says_nothing_is_told(studio: Studio) -> None:
    with pytest.raises(Missing):
        redraw(studio, studio.path / "none.png")
    broken = studio.path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(BadInput, match="not a picture"):
        redraw(studio, broken)
    silent = studio.path / "silent.png"
    write_png(silent, np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(BadInput, match="does not say"):
        redraw(studio, silent)
    write_png(silent, np.zeros((8, 8, 3), np.uint8), {"castmates": json.dumps({"shot": 3})})
    with pytest.raises(BadInput):
        redraw(studio, silent)


def test_a_file_that_draw_wrote_holds_the_same_shot_twice(studio: Studio, base: Path) -> None:
    [made] = drawn(studio, base, "(a fox:1.2)")
    texts = texts_of(Path(made.path).read_bytes())
    assert shot_of(texts) == shot_of(texts["parameters"]) == made.shot
