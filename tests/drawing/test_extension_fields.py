"""Init pictures, masks, second passes and variations stand in the infotext, and come back."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.core.errors import BadInput
from castmates.core.types import Shot, Size
from castmates.drawing.infotext import Origin, png_texts, shot_of, text_of
from castmates.drawing.redraw import again
from castmates.drawing.shots import ExtendedShot, Hires, Inpaint, Start, Variation
from tests.drawing.test_infotext import Picture

ORIGIN = Origin(base="tiny", fingerprint="0" * 16)
LINE = "Steps: 20, Sampler: Euler, Schedule type: Karras, CFG scale: 7, Seed: 1, Size: 512x768"

LATENT_40 = Hires(strength=0.4, upscaler="latent")

shares = st.floats(0.0, 1.0)
digests = st.text("0123456789abcdef", min_size=16, max_size=16)
masks = st.builds(
    Inpaint,
    picture=digests,
    blur=st.floats(0.0, 256.0),
    area=st.just("masked"),
    padding=st.integers(0, 4096),
) | st.builds(Inpaint, picture=digests, blur=st.floats(0.0, 256.0))
starts = st.builds(
    Start,
    picture=digests,
    strength=shares,
    resize=st.sampled_from(["crop", "fill", "stretch"]),
    mask=st.none() | masks,
)
seconds = st.builds(
    Hires,
    scale=st.floats(1.0, 8.0),
    steps=st.none() | st.integers(1, 1000),
    strength=shares,
    upscaler=st.sampled_from(["latent", "lanczos", "storybook", "4x-Sharp, v2"]),
)
variations = st.builds(
    Variation,
    seed=st.integers(0, 2**63 - 1),
    strength=st.floats(0.001, 1.0),
    resize_from=st.none() | st.builds(Size, width=st.integers(8, 8192), height=st.integers(8, 99)),
)
any_shot = st.builds(
    ExtendedShot,
    words=st.just("a fox"),
    size=st.just(Size(width=64, height=96)),
    sampler=st.just("euler"),
    schedule=st.just("karras"),
    steps=st.just(20),
    guidance=st.just(5.0),
    clip_skip=st.just(1),
    variation=st.none() | variations,
    start=st.none() | starts,
    hires=st.none(),
) | st.builds(
    ExtendedShot,
    words=st.just("a fox"),
    steps=st.just(20),
    guidance=st.just(5.0),
    sampler=st.just("euler"),
    schedule=st.just("karras"),
    clip_skip=st.just(1),
    hires=seconds,
)


@given(shot=any_shot)
def test_both_texts_bring_back_every_shot(shot: ExtendedShot) -> None:
    assert shot_of(png_texts(Picture(shot, ORIGIN))) == shot
    read = shot_of(text_of(shot, ORIGIN))
    assert dict(read) == {key: value for key, value in shot if key in dict(read)}
    if shot.variation or shot.start or shot.hires:
        assert read == shot


def test_the_keys_are_a1111s() -> None:
    mask = Inpaint(picture="b" * 16, area="masked", blur=6)
    start = Start(picture="a" * 16, strength=0.6, resize="fill", mask=mask)
    varied = Variation(seed=7, strength=0.25, resize_from=Size(width=64, height=96))
    text = text_of(ExtendedShot(words="a", start=start, variation=varied), ORIGIN)
    assert (
        "Model: tiny, Variation seed: 7, Variation seed strength: 0.25, Seed resize from: 64x96, "
        "Denoising strength: 0.6, Init image hash: aaaaaaaaaaaaaaaa, "
        "Resize mode: Resize and fill, Mask hash: bbbbbbbbbbbbbbbb, Mask blur: 6, "
        "Inpaint area: Only masked, Masked area padding: 32, RNG: CPU" in text
    )
    text = text_of(
        ExtendedShot(words="a", hires=Hires(strength=0.7, steps=12, upscaler="latent")), ORIGIN
    )
    assert (
        "Denoising strength: 0.7, Hires upscale: 2, Hires steps: 12, Hires upscaler: Latent" in text
    )
    assert "Denoising" not in text_of(Shot(words="a"), ORIGIN)


@pytest.mark.parametrize(
    ("more", "hires"),
    [
        (
            "Denoising strength: 0.5, Hires upscale: 1.5, Hires steps: 10, Hires upscaler: 4x",
            Hires(scale=1.5, strength=0.5, steps=10, upscaler="4x"),
        ),
        (
            "Denoising strength: 0.5, Hires upscale: 2, Hires steps: 0, Hires upscaler: Latent",
            Hires(strength=0.5, upscaler="latent"),
        ),
        (
            "Denoising strength: 0.4, Hires resize: 1024x1536",
            LATENT_40,
        ),
        ("Denoising strength: 0.4, Hires resize: 0x1536", LATENT_40),
        ("Denoising strength: 0.4, Hires resize: 1024x1024", None),
    ],
)
def test_second_passes_of_a1111_are_read(more: str, hires: Hires | None) -> None:
    found = again({"parameters": f"a fox\n{LINE}, {more}"})
    assert getattr(found.shot, "hires", None) == hires
    assert getattr(found.shot, "start", None) is None
    assert any("Hires resize" in said for said in found.unread) == (hires is None)


def test_pictures_of_a1111_that_began_with_another_are_read() -> None:
    more = "Denoising strength: 0.35, Mask blur: 8, Inpaint area: Only masked, Version: v1.10.1"
    found = again({"parameters": f"a fox\n{LINE}, {more}"})
    mask = Inpaint(blur=8, area="masked")
    assert getattr(found.shot, "start", None) == Start(strength=0.35, mask=mask)
    assert found.unread == ()
    odd = again({"parameters": f"a fox\n{LINE}, Denoising strength: 0.3, Mask mode: Inpaint not"})
    assert "Mask mode" in " ".join(odd.unread)


@pytest.mark.parametrize("odd", ["Denoising strength: 2", "Denoising strength: 1, Mask blur: soft"])
def test_values_that_are_none_are_told(odd: str) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        shot_of(f"a fox\n{LINE}, {odd}")


def test_our_text_with_a_broken_beginning_is_told() -> None:
    record = {"shot": {"words": "a", "start": {"strength": 2}}}
    with pytest.raises(BadInput, match="start"):
        shot_of({"castmates": json.dumps(record)})
