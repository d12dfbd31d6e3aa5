"""Recipes as people publish them are drawn as they stand, with our character in them.

Four pictures of a character at several strengths over the steps, and two prompts for a whole cast:
parsed, drawn at a size that the base can draw in the shape that was asked for, and read back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.drawing.found import texts_of
from castmates.drawing.infotext import shot_of
from castmates.drawing.parameters import read as taken_apart
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import facts_of, open_base
from castmates.files.images import read, write_png
from castmates.files.studio import Studio
from castmates.studio.draw import Course, Wish, draw, read_size
from castmates.studio.parse import Question, parse
from castmates.studio.redraw import redraw
from tests.prompts.test_recipes import CAST, RECIPES

NAME = "Pip-1-A-000006"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tiny(tmp_path_factory.mktemp("base") / "dreamy"))


def studio_on(base: str, path: Path, size: float) -> Studio:
    """With the character's adapter as a file in `models/`, of factors so large."""
    made = Studio.init(path)
    made.add_character(Character(name="pip", trigger="Pip", class_word="girl", looks=("bow",)))
    numbers = torch.Generator().manual_seed(0)
    factors = {
        name: Factors(
            size * torch.randn(shape.down(2), generator=numbers),
            size * torch.randn(shape.up(2), generator=numbers),
            1.0,
        )
        for name, shape in open_base(base).bank.shapes().items()
    }
    folder = made.path / "models" / "Lora"
    folder.mkdir(parents=True)
    save(folder / f"{NAME}.safetensors", Adapter(NAME, "lora", factors))
    return made


@pytest.fixture
def studio(base: str, tmp_path: Path) -> Studio:
    return studio_on(base, tmp_path / "s", 0.2)


def drawn_as_published(studio: Studio, base: str, text: str, words: str = "") -> list[Any]:
    """A recipe's picture by `draw --from`, and what was told; all that can be checked is."""
    file = studio.path / "theirs.png"
    write_png(file, np.zeros((8, 8, 3), np.uint8), {"parameters": text})
    events: list[Event] = []
    [made] = redraw(studio, file, base=base, precise=True, tell=events.append)
    said, shot = taken_apart(text), made.shot
    told = " ".join(event.what for event in events if isinstance(event, Warned))
    model, mark = said.fields["Model"], said.fields["Model hash"]
    assert f"drawn with the base '{model}' ({mark})" in told
    size = shot.size
    assert size is not None
    native = facts_of(base).native_size
    assert f"The picture is 640x768; it is drawn at {size}" in told
    assert size.width / size.height == pytest.approx(640 / 768, abs=0.08)
    assert size.width * size.height == pytest.approx(native**2, rel=0.15)
    assert (shot.words, shot.negative) == (said.prompt, said.negative)
    assert (shot.sampler, shot.schedule, shot.steps) == ("dpm++ 3m sde", "karras", 35)
    assert (shot.seed, shot.guidance) == (
        int(said.fields["Seed"]),
        float(said.fields["CFG scale"]),
    )
    texts = texts_of(Path(made.path).read_bytes())
    assert shot_of(texts) == shot_of(texts["parameters"]) == shot
    assert texts["parameters"].splitlines()[:2] == text.splitlines()[:2]
    [again] = redraw(studio, Path(made.path), base=base, precise=True)
    pixels = read(Path(made.path))
    assert pixels.shape == (size.height, size.width, 3)
    assert np.array_equal(read(Path(again.path)), pixels)
    return [made, pixels]


@pytest.mark.parametrize(
    "text",
    [pytest.param(t, marks=[] if i == 0 else pytest.mark.slow) for i, t in enumerate(RECIPES)],
    ids=["casual", "kimono", "pencil", "scientist"],
)
def test_a_recipe_is_drawn_as_it_stands(studio: Studio, base: str, text: str) -> None:
    said = taken_apart(text)
    shown = parse(studio, Question(said.prompt, said.negative, steps=35, base=base))
    assert shown.problems == ()
    assert [(step.first, step.last) for step in shown.plan.steps] == [(1, 35)]
    [curve] = [one.unet for one in shown.plan.adapters]
    assert [(p.at, p.weight) for p in curve.points] == [(0, 0.8), (0.5, 0.4), (1, 0)]
    drawn_as_published(studio, base, text)


def test_strength_over_the_steps_decides_the_picture(studio: Studio, base: str) -> None:
    found = []
    for i, curve in enumerate(("0.8@0,0.4@0.5,0@1", "0.8")):
        file = studio.path / f"{i}.png"
        text = RECIPES[2].replace("0.8@0,0.4@0.5,0@1", curve).replace("Steps: 35", "Steps: 6")
        write_png(file, np.zeros((8, 8, 3), np.uint8), {"parameters": text})
        [made] = redraw(studio, file, base=base, precise=True)
        found.append(read(Path(made.path)))
    assert not np.array_equal(*found)


@pytest.mark.slow
def test_a_recipe_that_a_web_page_spoilt_is_drawn_and_it_is_said(studio: Studio, base: str) -> None:
    spoilt = RECIPES[0].replace("0.4@0.5", "[email protected]")
    file = studio.path / "spoilt.png"
    write_png(file, np.zeros((8, 8, 3), np.uint8), {"parameters": spoilt})
    events: list[Event] = []
    [made] = redraw(studio, file, base=base, tell=events.append)
    assert made.shot.words == taken_apart(spoilt).prompt
    assert any("web page" in e.what for e in events if isinstance(e, Warned))


@pytest.mark.parametrize("words", CAST, ids=["cowboy", "astronaut"])
def test_a_prompt_over_the_cast_is_drawn_for_one_of_it(
    studio: Studio, base: str, words: str
) -> None:
    course = Course(size=read_size("72x56"), steps=3)
    wish = Wish(words=words, number=1, seed=4, course=course, who="pip")
    [made] = draw(studio, wish, base=base, precise=True)
    shown = parse(studio, Question(words, steps=3, seed=4, base=base, who="pip"))
    assert made.shot.words == shown.prompt
    assert "Pip, 1girl, solo, bow " in made.shot.words
    weights = {p.weight for p in shown.plan.steps[0].conditions[0].chunks[0]}
    assert weights == {1.0, 1.21}
    texts = texts_of(Path(made.path).read_bytes())
    assert shot_of(texts) == shot_of(texts["parameters"]) == made.shot
    assert str(made.shot.size) == "72x56"


@pytest.mark.slow
@pytest.mark.parametrize("text", RECIPES, ids=["casual", "kimono", "pencil", "scientist"])
def test_the_storybook_base_draws_it_too(tmp_path: Path, text: str) -> None:
    studio = studio_on("storybook", tmp_path / "s", 0.02)
    made, _ = drawn_as_published(studio, "storybook", text)
    assert str(made.shot.size) == "120x144"
