"""The verb `scene` on a tiny base: every way, files and prompts, what is written and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.drawing.found import texts_of
from castmates.drawing.infotext import shot_of
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files.images import read, write_mask
from castmates.files.studio import Studio
from castmates.scenes.reading import scene_of
from castmates.studio.draw import Course, read_size
from castmates.studio.redraw import Changes, redraw
from castmates.studio.scene import ScenePicture, draw_scene, read_scene
from castmates.studio.scene_tries import SceneWish

COURSE = Course(size=read_size("64"), steps=2, guidance=3.0)
PROMPT = "{pip} on the left waving, {moss} on the right, forest"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture
def studio(tmp_path: Path, base: Path) -> Studio:
    made = Studio.init(tmp_path / "s")
    shapes = open_base(base).bank.shapes(conv=True)
    for seed, name in enumerate(("pip", "moss", "fern")):
        numbers = torch.Generator().manual_seed(seed)
        factors = {
            layer: Factors(
                0.2 * torch.randn(shape.down(2), generator=numbers),
                0.2 * torch.randn(shape.up(2), generator=numbers),
                1.0,
            )
            for layer, shape in shapes.items()
        }
        chosen = {"adapter": f"{name}.safetensors", "strength": 0.5} if name != "fern" else {}
        who = Character(name=name, trigger=name, class_word="fox", **chosen)
        folder = made.add_character(who)
        if chosen:
            save(folder.adapter_path, Adapter(name, "locon", factors))
    return made


def drawn(studio: Studio, base: Path, scene: str = PROMPT, **more: Any) -> list[ScenePicture]:
    told = more.pop("tell", None)
    wish = SceneWish.model_validate({"scene": scene_of(scene), "course": COURSE, **more})
    how = {"tell": told} if told else {}
    return draw_scene(studio, wish, base=str(base), **how)


def test_every_way_draws_another_picture(studio: Studio, base: Path) -> None:
    plain, regions = (drawn(studio, base, method=way)[0] for way in ("plain", "regions"))
    assert (plain.method, regions.method) == ("plain", "regions")
    assert regions.verdict is None
    assert "nobody looked" in regions.why
    one, other = read(Path(plain.path)), read(Path(regions.path))
    assert not np.array_equal(one, other)
    [auto] = drawn(studio, base)
    assert auto.method == "regions"
    assert np.array_equal(read(Path(auto.path)), other)


def test_windows_make_the_picture_as_wide_as_they_must(studio: Studio, base: Path) -> None:
    course = Course(steps=2, guidance=3.0)
    [auto] = drawn(studio, base, course=course)
    assert auto.method == "windows"
    assert read(Path(auto.path)).shape == (64, 104, 3)
    [again] = redraw(studio, Path(auto.path), Changes(), base=str(base))
    assert np.array_equal(read(Path(again.path)), read(Path(auto.path)))
    [said] = drawn(studio, base, course=course, method="regions")
    assert read(Path(said.path)).shape == (64, 64, 3)
    with pytest.raises(Unfit, match="no room for a window each"):
        drawn(studio, base, method="windows")


def test_two_stages_with_a_finder(studio: Studio, base: Path) -> None:
    more = {"method": "two-stage", "finder": "storybook", "encoder": "storybook"}
    with pytest.raises(Missing, match="finder"):
        drawn(studio, base, method="two-stage")
    [picture] = drawn(studio, base, refine=False, **more)
    assert picture.verdict is not None
    # Without pictures nobody is known: both count as strangers.
    assert set(picture.verdict.missing) | set(picture.verdict.present) == {
        "stranger 1",
        "stranger 2",
    }
    kept = list((studio.drawings / "sources").glob("*-mask.png"))
    assert kept
    [again] = redraw(studio, Path(picture.path), Changes(), base=str(base))
    assert np.abs(read(Path(again.path)).astype(int) - read(Path(picture.path))).max() <= 1


def test_a_scene_is_drawn_again_from_its_picture(studio: Studio, base: Path) -> None:
    [picture] = drawn(studio, base, "{pip} left, {moss} behind right in a red coat, snow")
    path = Path(picture.path)
    assert shot_of(texts_of(path.read_bytes())) == picture.shot
    assert len(picture.model_dump(mode="json")["shot"]["places"]["regions"]) == 2
    [again] = redraw(studio, path, Changes(), base=str(base))
    assert np.array_equal(read(Path(again.path)), read(path))


def test_tries_have_seeds_of_their_own(studio: Studio, base: Path) -> None:
    pictures = drawn(studio, base, number=2, tries=3, seed=10)
    assert [one.seed for one in pictures] == [10, 13]
    assert [one.tries for one in pictures] == [3, 3]
    assert [Path(one.path).name for one in pictures] == ["00001.png", "00002.png"]


def test_a_character_without_an_adapter_is_drawn_by_words(studio: Studio, base: Path) -> None:
    told: list[Event] = []
    drawn(studio, base, "{pip} left, {fern} right, forest", tell=told.append)
    said = [event.what for event in told if isinstance(event, Warned)]
    assert "'fern' has no chosen adapter yet; only its words are used." in said


def test_files_with_masks_and_strangers(studio: Studio, base: Path, tmp_path: Path) -> None:
    mask = np.zeros((32, 32), np.uint8)
    mask[:, 16:] = 255
    write_mask(tmp_path / "right.png", mask)
    file = tmp_path / "scene.toml"
    file.write_text(
        'background = "forest"\nsize = 64\n'
        '[[figure]]\nname = "pip"\nmask = "right.png"\n'
        '[[figure]]\nwords = "1girl, red hair"\nplace = "left"\n',
        encoding="utf-8",
    )
    scene, folder = read_scene(str(file))
    wish = SceneWish(scene=scene, course=Course(steps=2))
    [picture] = draw_scene(studio, wish, base=str(base), folder=folder)
    assert str(picture.shot.size) == "64x64"
    shot = shot_of(texts_of(Path(picture.path).read_bytes()))
    pip, stranger = shot.model_dump()["places"]["regions"]
    assert pip["mask"]
    assert stranger["words"].startswith("red hair, girl")
    gone = scene.model_copy(
        update={"figure": (scene.figure[0].model_copy(update={"mask": "gone.png"}),)}
    )
    with pytest.raises(Missing, match=r"gone\.png"):
        draw_scene(studio, SceneWish(scene=gone), base=str(base), folder=folder)


def test_who_is_not_there_is_told_with_near_names(studio: Studio, base: Path) -> None:
    with pytest.raises(Missing, match="Did you mean 'moss'"):
        drawn(studio, base, "{pip} left, {mos} right")
    with pytest.raises(Missing, match="2 things do not fit"):
        drawn(studio, base, "{pipp} left, {mos} right")


def test_two_triggers_alike_are_unfit(studio: Studio, base: Path) -> None:
    folder = studio.character("moss")
    folder.save(folder.character.model_copy(update={"trigger": "pip"}))
    with pytest.raises(Unfit, match="both answer to 'pip'"):
        drawn(studio, base)


def test_nothing_at_all_is_told() -> None:
    with pytest.raises(BadInput, match="There is no scene"):
        read_scene(" ")
    with pytest.raises(Missing):
        read_scene("gone.toml")
