"""Every kind of picture becomes upright sRGB; what is none is refused in words."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from castmates.core.errors import BadInput, Missing
from castmates.core.types import Size
from castmates.files import images

RED, GREEN = (255, 0, 0), (0, 153, 0)


def two_halves(mode: str = "RGB") -> Image.Image:
    """8 wide, 4 high: red on the left, green on the right."""
    picture = Image.new("RGB", (8, 4), RED)
    picture.paste(GREEN, (4, 0, 8, 4))
    return picture.convert(mode)


def near(pixels: np.ndarray, place: tuple[int, int], colour: tuple[int, ...], by: int = 3) -> bool:
    return bool(np.abs(pixels[place].astype(int) - np.array(colour)).max() <= by)


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("a.png", "RGB"),
        ("a.png", "P"),
        ("a.png", "RGBA"),
        ("a.bmp", "RGB"),
        ("a.gif", "P"),
        ("a.tiff", "RGB"),
        ("a.tif", "CMYK"),
        ("a.webp", "RGB"),
        ("ä ピ.png", "RGB"),
    ],
)
def test_formats_and_modes_keep_their_colours(tmp_path: Path, name: str, mode: str) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    two_halves(mode).save(tmp_path / name, **options)
    pixels = images.read(tmp_path / name)
    assert pixels.shape == (4, 8, 3)
    assert pixels.dtype == np.uint8
    assert near(pixels, (1, 1), RED)
    assert near(pixels, (1, 6), GREEN)


@pytest.mark.parametrize("mode", ["RGB", "CMYK", "L"])
def test_jpegs_of_every_mode_are_read(tmp_path: Path, mode: str) -> None:
    two_halves(mode).resize((64, 32)).save(tmp_path / "a.jpg", quality=95)
    pixels = images.read(tmp_path / "a.jpg")
    assert pixels.shape == (32, 64, 3)
    if mode != "L":
        assert near(pixels, (16, 10), RED, 12)


def test_the_camera_s_orientation_is_applied(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    two_halves().save(tmp_path / "a.png", exif=exif)
    pixels = images.read(tmp_path / "a.png")
    assert pixels.shape == (8, 4, 3)
    assert near(pixels, (0, 0), RED)
    assert near(pixels, (7, 0), GREEN)


def test_sixteen_bits_keep_their_greys(tmp_path: Path) -> None:
    values = np.array([[0, 257 * 100, 65535]], dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    assert images.read(tmp_path / "a.png")[0, :, 0].tolist() == [0, 100, 255]
    Image.fromarray(np.array([[0.0, 0.5, 1.0]], dtype=np.float32)).save(tmp_path / "a.tiff")
    assert images.read(tmp_path / "a.tiff")[0, :, 1].tolist() == [0, 128, 255]


def test_alpha_lies_on_white_also_in_palettes(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    clear.putpixel((1, 0), (0, 0, 0, 128))
    clear.save(tmp_path / "a.png")
    pixels = images.read(tmp_path / "a.png")
    assert pixels[0, 0].tolist() == [255, 255, 255]
    assert near(pixels, (0, 1), (127, 127, 127))
    palette = Image.new("P", (1, 1), 0)
    palette.putpalette([9, 9, 9])
    palette.save(tmp_path / "p.png", transparency=0)
    assert images.read(tmp_path / "p.png")[0, 0].tolist() == [255, 255, 255]


def test_colour_profiles_are_turned_into_srgb(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    picture = two_halves()
    picture.save(tmp_path / "same.png", icc_profile=srgb.tobytes())
    assert near(images.read(tmp_path / "same.png"), (1, 6), GREEN, 1)
    picture.save(tmp_path / "wrong.png", icc_profile=profile.tobytes())
    assert near(images.read(tmp_path / "wrong.png"), (1, 6), GREEN, 1)
    picture.save(tmp_path / "broken.png", icc_profile=b"no profile at all")
    assert near(images.read(tmp_path / "broken.png"), (1, 6), GREEN, 1)


@pytest.mark.parametrize("keep", [0, 10, 300, 2000])
def test_cut_off_pictures_are_refused_in_words(tmp_path: Path, keep: int) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    for suffix in ("jpg", "png", "webp", "gif"):
        stream = io.BytesIO()
        Image.fromarray(noise).save(stream, format={"jpg": "JPEG"}.get(suffix, suffix.upper()))
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(stream.getvalue()[:keep])
        with pytest.raises(BadInput) as raised:
            images.read(path)
        assert str(path) in raised.value.what
        assert raised.value.fix


def test_no_pictures_and_absent_ones_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("once upon a time")
    with pytest.raises(BadInput, match="not a picture"):
        images.read(tmp_path / "a.png")
    with pytest.raises(BadInput, match="not a picture"):
        images.read_text(tmp_path / "a.png")
    with pytest.raises(Missing):
        images.read(tmp_path / "b.png")
    with pytest.raises(BadInput, match="is a folder"):
        images.read(tmp_path)


def test_a_huge_picture_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "a.png")
    with pytest.raises(BadInput, match="far too large"):
        images.read(tmp_path / "a.png")


def test_a_png_comes_back_exactly_with_its_words(tmp_path: Path) -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (5, 7, 3), dtype=np.uint8)
    words = {"parameters": "pip, „Füchslein“ ピ\nSteps: 20", "castmates": "{}"}
    images.write_png(tmp_path / "a.png", pixels, words)
    assert np.array_equal(images.read(tmp_path / "a.png"), pixels)
    assert images.read_text(tmp_path / "a.png") == words
    two_halves().save(tmp_path / "a.jpg")
    assert images.read_text(tmp_path / "a.jpg") == {}
    with pytest.raises(ValueError, match="uint8"):
        images.write_png(tmp_path / "b.png", pixels.astype(np.float32))


def test_cover_fills_and_contain_shows_everything() -> None:
    wide = np.zeros((10, 30, 3), dtype=np.uint8)
    wide[:, 10:20] = 200
    cover = images.resized(wide, images.square(20), "cover")
    assert cover.shape == (20, 20, 3)
    assert cover[:, 2:18].mean() > 195
    assert cover.flags.writeable
    contain = images.resized(wide, Size(width=60, height=60), "contain")
    assert contain.shape == (60, 60, 3)
    assert (contain[:19] == 255).all()
    assert contain[30, 30].tolist() == [200, 200, 200]
    assert images.resized(wide, Size(width=30, height=10)) is wide


def test_shrinking_never_enlarges() -> None:
    picture = np.zeros((10, 40, 3), dtype=np.uint8)
    assert images.shrunk(picture, 20).shape == (5, 20, 3)
    assert images.shrunk(picture, 40) is picture
