"""Prompts as they are published are read, drawn from by plan, and kept by the infotext."""

from __future__ import annotations

import pytest

from castmates.drawing.parameters import Parameters, read, write
from castmates.prompts.expansion import Lore, Member, expand
from castmates.prompts.nodes import written
from castmates.prompts.plan import Plan, plan
from castmates.prompts.reading import read as read_tree
from castmates.prompts.scheduling import Pass

CAST = (
    "ultra-realistic photo of ((MODEL_TARGET_NAME dressed in a cowboy hat and jeans)), hyper "
    "detail, cinematic lighting, magic neon, Canon EOS R3, Nikon, f/1.4, ISO 200, 1/160s, 8K, RAW, "
    "unedited, symmetrical balance, in-frame, 8K",
    "a colorful cartoon image of ((MODEL_TARGET_NAME as an astronaut in space)), hyper detail, "
    "cinematic lighting, colorful, 8K",
)
COURSE = "<lora:Pip-1-A-000006:0.8@0,0.4@0.5,0@1>"
AWAY = "Negative prompt: Fake, fat, child, teen, underage, tattoo, 3D render"
SAMPLED = "Steps: 35, Sampler: DPM++ 3M SDE Karras"
RECIPES = (
    "1girl, Pip, dark black skin, cornrow hair, brown eyes, casual outfit, photo, HDR, 8K, "
    f"realistic, {COURSE}\n{AWAY}, painting, illustration\n{SAMPLED}, CFG scale: 5.5, "
    "Seed: 277659558, Size: 640x768, Model hash: e73d775ff9, "
    "Model: theTrualityEngine_trualityENGINEPRO",
    "1girl, Pip, dark black skin, cornrow hair, brown eyes, kimono, temple, Hokusai, illustration, "
    f"ink drawing, cherry blossom, {COURSE}, in the style of Hokusai\n{AWAY}\n{SAMPLED}, "
    "CFG scale: 5.5, Seed: 3837638385, Size: 640x768, Model hash: 225e2ba358, "
    "Model: xenogasmNSFWSemiReal_v5",
    f"pencil drawing, 1girl, Pip, dark black skin, cornrow hair, monochrome, {COURSE}\n"
    f"{AWAY}, photo\n{SAMPLED}, CFG scale: 6, Seed: 2761547550, Size: 640x768, "
    "Model hash: 5594efef1c, Model: aZovyaPhotoreal_v",
    "1girl, Pip, dark black skin, cornrow hair, scientist, white lab coat, standing, chemistry "
    f"lab, surrounded by science equipment, {COURSE}\n{AWAY}, illustration, painting\n{SAMPLED}, "
    "CFG scale: 6, Seed: 2227764098, Size: 640x768, Model hash: e73d775ff9, "
    "Model: theTrualityEngine_trualityENGINEPRO",
)


def made(said: Parameters) -> Plan:
    return plan(said.prompt, said.negative, Pass(int(said.fields["Steps"])))


@pytest.mark.parametrize("text", RECIPES)
def test_a_recipe_is_read_planned_and_written_as_it_was(text: str) -> None:
    said = read(text)
    assert (said.sampler, said.schedule) == ("DPM++ 3M SDE", "Karras")
    found = made(said)
    assert found.problems == ()
    (adapter,) = found.adapters
    assert adapter.unet_over(35)[::17] == pytest.approx((0.8, 0.4, 0.0))
    assert [(step.first, step.last) for step in found.steps] == [(1, 35)]
    assert COURSE not in "".join(p.text for p in found.steps[0].conditions[0].chunks[0])
    assert write(said) == text
    assert written(read_tree(said.prompt)) == said.prompt


def test_a_recipe_that_a_web_page_spoilt_is_read_all_the_same() -> None:
    spoilt = RECIPES[2].replace("0.4@0.5", "[email protected]")
    found = made(read(spoilt))
    assert found.adapters[0].unet_over(35)[17] == pytest.approx(0.4)
    assert "web page" in found.problems[0].what
    assert write(read(spoilt)) == spoilt


@pytest.mark.parametrize("text", CAST)
def test_one_prompt_over_the_cast(text: str) -> None:
    pip = Member(trigger="pip", looks=("1girl",), adapter="pip", strength=0.8)
    found = expand(text, "", Lore(cast={"pip": pip}, who="pip"))
    assert found.problems == ()
    drawn = plan(found.prompt, "", Pass(20))
    chunk = drawn.steps[0].conditions[0].chunks[0]
    weighed = [piece for piece in chunk if piece.weight != 1]
    assert [piece.weight for piece in weighed] == [1.21]
    assert weighed[0].text.startswith("pip, 1girl ")
    assert drawn.problems == ()
