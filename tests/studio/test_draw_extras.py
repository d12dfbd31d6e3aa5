"""Pictures from pictures: kept with what they began with, and drawn again to the bit."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch as safe
import torch
from PIL import Image

from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.drawing.found import texts_of
from castmates.drawing.shots import ExtendedShot
from castmates.families.sd15.tiny import tiny
from castmates.files.images import read, write_mask, write_png
from castmates.files.studio import Studio
from castmates.studio.draw import Course, Picture, Wish, draw, read_size
from castmates.studio.draw_extras import Extras, read_mask
from castmates.studio.redraw import Changes, redraw
from tests.drawing.pictures import apart, masked, picture

COURSE = Course(steps=3, guidance=3.0, sampler="Euler a")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "s")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A picture, its mask, one of another size, a text, and an upscaler."""
    write_png(tmp_path / "fox.png", picture())
    write_mask(tmp_path / "hat.png", masked().astype(np.uint8) * np.uint8(255))
    write_mask(tmp_path / "small.png", masked(32, 40).astype(np.uint8) * np.uint8(255))
    (tmp_path / "words.png").write_text("no picture", encoding="utf-8")
    torch.manual_seed(0)
    network = RrdbNet(RrdbSizes(features=4, growth=2, blocks=1, doublings=1))
    safe.save_file(network.state_dict(), tmp_path / "2x-sharp.safetensors")
    return tmp_path


def drawn(studio: Studio, base: Path, extras: Extras, **more: Any) -> list[Picture]:
    given = {"words": "a fox", "number": 1, "course": COURSE, "seed": 5, **more}
    wish = Wish.model_validate({**given, "extras": extras})
    return draw(studio, wish, base=str(base), precise=True)


def pixels(made: Picture) -> Any:
    return read(Path(made.path))


def ways(files: Path) -> list[Extras]:
    image = files / "fox.png"
    return [
        Extras(image=image, strength=0.5),
        Extras(image=image, mask=files / "hat.png", mask_blur=2),
        Extras(image=image, mask=files / "hat.png", area="masked", padding=4, resize="fill"),
        Extras(subseed=8, subseed_strength=0.3),
        Extras(resize_from=read_size("96x64")),
        Extras(hires=2, hires_steps=2, hires_upscaler="latent"),
        Extras(hires=2, hires_upscaler=str(files / "2x-sharp.safetensors"), hires_strength=0.5),
    ]


@pytest.mark.parametrize("way", range(7))
def test_a_picture_is_drawn_again_to_the_bit(
    studio: Studio, base: Path, files: Path, way: int
) -> None:
    extras = ways(files)[way]
    [made] = drawn(studio, base, extras)
    (files / "fox.png").unlink()
    (files / "hat.png").unlink()
    same = Changes(extras=Extras(hires_upscaler=extras.hires_upscaler))
    events: list[Event] = []
    [again] = redraw(studio, Path(made.path), same, base=str(base), tell=events.append)
    assert again.shot == made.shot
    assert np.array_equal(pixels(again), pixels(made))
    assert not [event for event in events if isinstance(event, Warned)]
    # A1111's text alone says as much.
    bare = studio.drawings / "bare.png"
    texts = texts_of(Path(made.path).read_bytes())
    write_png(bare, pixels(made), {"parameters": texts["parameters"]})
    [other] = redraw(studio, bare, same, base=str(base), precise=True)
    assert np.array_equal(pixels(other), pixels(made))


def test_what_it_began_with_is_missed_and_can_be_given(
    studio: Studio, base: Path, files: Path
) -> None:
    [made] = drawn(studio, base, Extras(image=files / "fox.png", strength=0.5))
    shutil.rmtree(studio.drawings / "sources")
    with pytest.raises(Missing, match=r"not at hand.*Give it: --image FILE"):
        redraw(studio, Path(made.path), base=str(base))
    given = Changes(extras=Extras(image=files / "fox.png"))
    [again] = redraw(studio, Path(made.path), given, base=str(base))
    assert np.array_equal(pixels(again), pixels(made))
    write_png(files / "other.png", picture(seed=3))
    events: list[Event] = []
    other = Changes(extras=Extras(image=files / "other.png"))
    redraw(studio, Path(made.path), other, base=str(base), tell=events.append)
    said = [event.what for event in events if isinstance(event, Warned)]
    assert said == ["This is not the picture that it was drawn with (fox.png)."]
    words = Changes(extras=Extras(strength=1.0))
    [alone] = redraw(studio, Path(made.path), words, base=str(base))
    [plain] = drawn(studio, base, Extras())
    assert np.array_equal(pixels(alone), pixels(plain))


def test_no_path_of_this_machine_stands_in_a_picture(
    studio: Studio, base: Path, files: Path
) -> None:
    for extras in (ways(files)[1], ways(files)[6]):
        [made] = drawn(studio, base, extras)
        assert str(files).encode() not in Path(made.path).read_bytes()


def test_variations_share_the_seed_and_sisters_count_on(studio: Studio, base: Path) -> None:
    found = drawn(studio, base, Extras(subseed=8, subseed_strength=0.3), number=3)
    shots = [one.shot for one in found]
    assert [shot.seed for shot in shots] == [5, 5, 5]
    assert all(isinstance(shot, ExtendedShot) for shot in shots)
    seconds = [shot.variation.seed for shot in shots if isinstance(shot, ExtendedShot)]  # type: ignore[union-attr]
    assert seconds == [8, 9, 10]
    again = Changes(number=2)
    sisters = redraw(studio, Path(found[1].path), again, base=str(base), precise=True)
    assert apart(pixels(sisters[1]), pixels(found[2])) <= 1


def test_the_size_follows_the_picture(studio: Studio, base: Path, files: Path) -> None:
    write_png(files / "wide.png", picture(97, 64))
    write_png(files / "photo.png", picture(400, 200))
    [wide] = drawn(studio, base, Extras(image=files / "wide.png"))
    assert str(wide.shot.size) == "96x64"
    wish = Wish(words="a", number=1, course=COURSE, extras=Extras(image=files / "photo.png"))
    events: list[Event] = []
    [small] = draw(studio, wish, base=str(base), tell=events.append)
    assert str(small.shot.size) == "88x48"
    assert any("400x200; it is drawn at 88x48" in e.what for e in events if isinstance(e, Warned))
    said = COURSE.model_copy(update={"size": read_size("64")})
    [asked] = drawn(studio, base, Extras(image=files / "wide.png"), course=said)
    assert str(asked.shot.size) == "64x64"


def test_masks_are_read_from_grey_colour_and_transparency(tmp_path: Path) -> None:
    white = masked()
    write_mask(tmp_path / "grey.png", white.astype(np.uint8) * np.uint8(200))
    assert np.array_equal(read_mask(tmp_path / "grey.png"), white)
    clear = np.full((64, 64, 4), 255, np.uint8)
    clear[:, :, 3] = white * 255
    Image.fromarray(clear).save(tmp_path / "clear.png")
    assert np.array_equal(read_mask(tmp_path / "clear.png"), white)


@pytest.mark.parametrize(
    ("asked", "kind", "says"),
    [
        ({"strength": 0.5}, BadInput, "'strength' is about. Add --image FILE"),
        ({"mask": "hat.png"}, BadInput, "'mask' is about. Add --image FILE"),
        ({"image": "fox.png", "mask_blur": 2}, BadInput, "'mask blur' is about. Add --mask"),
        ({"hires_steps": 2}, BadInput, "'hires steps' is about. Add --hires 2"),
        ({"subseed": 2}, BadInput, "Add --subseed-strength"),
        ({"image": "none.png"}, Missing, "none.png"),
        ({"image": "words.png"}, BadInput, "not a picture"),
        ({"image": "fox.png", "mask": "words.png"}, BadInput, "not a picture"),
        ({"image": "fox.png", "mask": "small.png"}, BadInput, "is 32x40, its picture 64x64"),
        ({"hires": 2, "hires_upscaler": "storybok"}, BadInput, "Did you mean 'storybook'"),
        ({"hires": 2, "hires_upscaler": "lanzcos"}, BadInput, "Did you mean 'lanczos'"),
        ({"hires": 2, "hires_upscaler": "gone/4x.pth"}, Missing, "4x.pth"),
        ({"hires": 2, "hires_upscaler": "trap.pth"}, BadInput, "may run a program"),
        ({"hires": 2, "hires_upscaler": "fox.png"}, BadInput, "of no known kind"),
    ],
)
def test_bad_inputs_are_sentences(
    studio: Studio, base: Path, files: Path, asked: dict[str, Any], kind: type, says: str
) -> None:
    (files / "trap.pth").write_bytes(pickle.dumps(print, protocol=2))
    paths = {key: files / value for key, value in asked.items() if key in ("image", "mask")}
    named = asked.get("hires_upscaler", "")
    if "." in named and "/" not in named:
        asked = asked | {"hires_upscaler": str(files / named)}
    with pytest.raises(kind, match=says):
        drawn(studio, base, Extras.model_validate({**asked, **paths}))
    assert not [*studio.drawings.glob("*")]
