"""Notes go out of picture files; the pixels that come out stay the same, bit for bit."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from castmates.files.decoding import decode
from castmates.files.metadata import stripped
from tests.pictures.drawn import picture

SECRETS = (b"Secret", b"GPS-PLACE", b"http://ns.adobe.com", b"Photoshop")
XMP = b"<x:xmpmeta http://ns.adobe.com/xap Secret/>"


def notes(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = orientation, "Secret Camera"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:00:00"
    exif.get_ifd(0x8825)[0x001B] = b"GPS-PLACE"
    return exif


def saved(one: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    one.save(stream, format=kind, **options)
    return stream.getvalue()


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def texts() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "Secret")
    info.add_text("Zipped", "Secret" * 50, zip=True)
    info.add_itxt("XML:com.adobe.xmp", "http://ns.adobe.com Secret")
    return info


def same(data: bytes, suffix: str) -> bytes:
    before = decode(data, "a")
    bare = stripped(data, before.orientation)
    assert bare is not None
    assert bare.suffix == suffix
    after = decode(bare.data, "b")
    assert np.array_equal(before.pixels, after.pixels)
    assert (before.alpha is None) == (after.alpha is None)
    if before.alpha is not None:
        assert np.array_equal(before.alpha, after.alpha)
    assert after.orientation == before.orientation
    assert after.taken is None
    assert not [word for word in SECRETS if word in bare.data]
    assert stripped(bare.data, before.orientation) == bare, "nothing is left to take out"
    return bare.data


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_pixels_stay_however_the_camera_was_held(kind: str, orientation: int) -> None:
    one = picture(3, 40, 24)
    data = saved(one, kind, exif=notes(orientation))
    assert b"Secret" in data
    suffix = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[kind]
    same(data, suffix)


@pytest.mark.parametrize(
    ("mode", "options"),
    [
        ("RGB", {"progressive": True, "quality": 90}),
        ("RGB", {"subsampling": 0, "restart_marker_blocks": 2}),
        ("L", {}),
        ("CMYK", {}),
        ("RGB", {"comment": b"Secret"}),
        ("RGB", {"xmp": XMP}),
    ],
)
def test_jpegs_of_every_build(mode: str, options: dict[str, Any]) -> None:
    one = picture(4, 50, 34).convert(mode)
    data = saved(one, "JPEG", exif=notes(6), icc_profile=profile(), **options)
    kept = same(data, ".jpg")
    assert b"ICC_PROFILE" in kept
    assert (b"Adobe" in kept) == (b"Adobe\0" in data), "without it, CMYK would be turned round"


def test_what_hangs_on_a_jpeg_goes_too() -> None:
    data = saved(picture(5), "JPEG")
    iptc = b"Photoshop 3.0\0Secret"
    iptc = b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc
    vendor = b"\xff\xe7" + struct.pack(">H", 8) + b"Secret"
    small = b"JFIF\0\1\1\0\0\1\0\1\1\1Secret!!!"
    jfif = b"\xff\xe0" + struct.pack(">H", len(small) + 2) + small
    loaded = data[:2] + jfif + b"\xff" + iptc + vendor + data[20:] + b"Secret video behind the end"
    kept = same(loaded, ".jpg")
    assert kept == data


def test_a_second_picture_in_a_phone_s_jpeg_goes() -> None:
    stream = io.BytesIO()
    picture(6).save(stream, format="MPO", save_all=True, append_images=[picture(7)])
    kept = same(stream.getvalue(), ".jpg")
    assert kept.count(b"\xff\xd8\xff") == 1


def test_pngs_keep_what_decides_the_pixels() -> None:
    clear = picture(8).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    kept = same(saved(clear, "PNG", pnginfo=texts(), exif=notes(3), icc_profile=profile()), ".png")
    assert b"iCCP" in kept
    palette = picture(9).convert("P")
    kept = same(saved(palette, "PNG", transparency=0, pnginfo=texts(), dpi=(72, 72)), ".png")
    assert b"tRNS" in kept
    film = saved(picture(1), "PNG", save_all=True, append_images=[picture(2)], pnginfo=texts())
    assert b"fdAT" in same(film, ".png")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [True, False])
def test_webps_keep_their_pixels_and_the_flags_fit(mode: str, lossless: bool) -> None:
    one = picture(10, 41, 23).convert(mode)
    if mode == "RGBA":
        one.putalpha(Image.linear_gradient("L").resize(one.size))
    plain = {"lossless": lossless, "icc_profile": profile(), "xmp": XMP}
    kept = same(saved(one, "WEBP", exif=notes(1), **plain), ".webp")
    assert kept[20] & 0x0C == 0
    assert len(kept) == 8 + struct.unpack_from("<L", kept, 4)[0]
    kept = same(saved(one, "WEBP", exif=notes(8), **plain), ".webp")
    assert kept[20] & 0x0C == 0x08


def test_other_formats_are_left_to_others() -> None:
    for kind in ("BMP", "GIF", "TIFF"):
        assert stripped(saved(picture(1), kind)) is None
    assert stripped(b"") is None


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.data())
def test_damaged_files_raise_nothing(kind: str, draw: st.DataObject) -> None:
    data = bytearray(saved(picture(1, 16, 16), kind, exif=notes(2)))
    for _ in range(draw.draw(st.integers(0, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    stripped(bytes(data[: draw.draw(st.integers(0, len(data)))]), 2)
