"""What the bytes of a picture hold beside pixels: alpha, frames, the moment; what is refused."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from castmates.core.errors import BadInput, CastmatesError, Missing
from castmates.files import heic, images
from castmates.files.decoding import Decoded, decode, taken_at
from tests.pictures.drawn import picture


def saved(one: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    one.save(stream, format=kind, **options)
    return stream.getvalue()


def read(one: Image.Image, kind: str = "PNG", **options: Any) -> Decoded:
    return decode(saved(one, kind, **options), Path("a"))


def test_alpha_stands_apart_and_the_picture_on_white() -> None:
    one = picture(1, 20, 20).convert("RGBA")
    ramp = np.linspace(0, 255, 400).astype(np.uint8).reshape(20, 20)
    one.putalpha(Image.fromarray(ramp))
    found = read(one)
    assert found.alpha is not None
    assert np.array_equal(found.alpha, ramp)
    assert found.pixels[0, 0].tolist() == [255, 255, 255]
    assert read(one, "WEBP", lossless=True).alpha is not None
    assert read(one.convert("LA")).alpha is not None
    one.putalpha(255)
    assert read(one).alpha is None
    palette = picture(1).convert("P")
    assert read(palette, transparency=palette.getpixel((0, 0))).alpha is not None


def test_a_grey_picture_with_alpha_keeps_its_greys_under_a_profile() -> None:
    grey = Image.linear_gradient("L").resize((16, 16))
    both = Image.merge("LA", (grey, grey))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain, managed = read(both), read(both, icc_profile=profile)
    assert np.array_equal(plain.pixels, managed.pixels), "a profile for colours fits no greys"
    assert np.array_equal(plain.alpha, np.asarray(grey))  # type: ignore[arg-type]


def test_a_wide_profile_is_turned_into_srgb() -> None:
    """A profile whose red and blue are swapped turns red into blue."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    at = {bytes(profile[i : i + 4]): i for i in range(132, 132 + 12 * profile[131], 12)}
    for one, other in ((b"rXYZ", b"bXYZ"),):
        profile[at[one] : at[one] + 4], profile[at[other] : at[other] + 4] = other, one
    red = Image.new("RGBA", (4, 4), (255, 0, 0, 255))
    red.putpixel((0, 0), (255, 0, 0, 254))
    found = read(red, icc_profile=bytes(profile)).pixels[2, 2]
    assert found[2] > 250
    assert found[0] < 5


def test_lab_and_deep_colours_become_srgb() -> None:
    lab = ImageCms.profileToProfile(
        Image.new("RGB", (4, 4), (200, 30, 60)),
        ImageCms.createProfile("sRGB"),
        ImageCms.createProfile("LAB"),
        outputMode="LAB",
    )
    found = read(lab, "TIFF").pixels[0, 0].astype(int)
    assert np.abs(found - [200, 30, 60]).max() <= 4
    deep = (np.arange(48, dtype=np.uint16).reshape(4, 4, 3) * 5 * 257).astype(">u2")
    assert np.array_equal(decode(deep_png(deep), Path("a")).pixels, deep // 257)


def deep_png(values: np.ndarray) -> bytes:
    """A PNG of 16 bits a colour, which Pillow reads but does not write."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        both = kind + body
        return struct.pack(">L", len(body)) + both + struct.pack(">L", zlib.crc32(both))

    height, width = values.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    head = struct.pack(">LLBBBBB", width, height, 16, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_several_frames_the_first_is_read_and_it_is_known(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    one = picture(1, 32, 32).convert("P").convert("RGB")
    found = read(one, kind, save_all=True, append_images=[picture(2, 32, 32)], **options)
    assert found.moving
    assert np.abs(found.pixels.astype(int) - np.asarray(one)).max() <= 60
    assert not read(one, kind, **options).moving


def test_a_phone_s_second_picture_is_no_frame() -> None:
    data = saved(picture(1), "MPO", save_all=True, append_images=[picture(2)])
    assert not decode(data, Path("a")).moving


def test_avif_is_read(tmp_path: Path) -> None:
    picture(3).save(tmp_path / "a.avif", quality=95)
    assert images.read(tmp_path / "a.avif").shape == (96, 96, 3)


def test_the_camera_s_moment_is_read_to_the_fraction() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:00:07"
    exif.get_ifd(0x8769)[0x9291] = "25"
    data = saved(picture(1), "JPEG", exif=exif)
    moment = datetime(2024, 5, 1, 12, 0, 7, 250_000)
    assert decode(data, Path("a")).taken == moment
    assert taken_at(data) == moment
    exif.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    assert taken_at(saved(picture(1), "JPEG", exif=exif)) is None
    assert taken_at(b"no picture") is None


@pytest.mark.skipif(heic.can_be_read(), reason="pillow-heif is installed")
def test_heic_without_its_package_says_how_to_get_it() -> None:
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)
    with pytest.raises(Missing, match=r"castmates\[heic\]"):
        decode(data, Path("photo.jpg"))


def test_heic_is_read_when_its_package_is_there() -> None:
    pytest.importorskip("pillow_heif")
    assert heic.can_be_read()
    one = picture(2, 64, 48)
    found = read(one, "HEIF", quality=-1)
    assert np.abs(found.pixels.astype(int) - np.asarray(one)).mean() < 8
    assert found.orientation == 1


def test_programs_outside_are_never_asked() -> None:
    with pytest.raises(BadInput, match="not a picture"):
        decode(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", Path("a.png"))


def test_a_bomb_is_refused_by_its_header() -> None:
    head = b"IHDR" + struct.pack(">LLBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n\0\0\0\r" + head + struct.pack(">L", zlib.crc32(head))
    body = b"IDAT" + zlib.compress(bytes(1000))
    data += struct.pack(">L", len(body) - 4) + body + struct.pack(">L", zlib.crc32(body))
    with pytest.raises(CastmatesError, match="far too large"):
        decode(data, Path("bomb.png"))
