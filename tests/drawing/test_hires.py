"""Two passes are a picture, its enlargement, and image to image on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from castmates.core.errors import Missing
from castmates.core.ports import Pixels
from castmates.core.types import Size
from castmates.drawing.asked import asked_of, cutter_of
from castmates.drawing.enlarging import enlarged
from castmates.drawing.painter import Painter
from castmates.drawing.shots import Hires, Start
from castmates.drawing.sources import Sources, digest_of
from castmates.families.base import Base
from castmates.prompts.scheduling import Pass
from tests.drawing.pictures import apart, one, picture, shot

LARGE = Size(width=128, height=128)


class Doubling:
    """An upscaler that repeats pixels."""

    factor = 2
    digest = "ab" * 32

    def __init__(self) -> None:
        self.runs = 0

    def upscale(self, picture: Pixels) -> Pixels:
        self.runs += 1
        return picture.repeat(2, axis=0).repeat(2, axis=1)


def test_without_noise_it_is_the_enlarged_picture(base: Base) -> None:
    small = one(base, shot(seed=3))
    lanczos = one(base, shot(seed=3, hires=Hires(strength=0.0, upscaler="lanczos")))
    [wanted] = base.decode(base.encode_pictures([enlarged(small, LARGE)]))
    assert np.array_equal(lanczos, wanted)


def test_without_noise_latents_are_stretched(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[torch.Tensor] = []
    decode = base.decode
    monkeypatch.setattr(base, "decode", lambda latents: seen.append(latents) or decode(latents))
    one(base, shot(seed=3))
    one(base, shot(seed=3, hires=Hires(strength=0.0, upscaler="latent")))
    wanted = functional.interpolate(seen[0], size=(16, 16), mode="bilinear")
    torch.testing.assert_close(seen[-1], wanted)


def test_the_second_pass_is_image_to_image_from_the_same_seed(base: Base) -> None:
    """Of a schedule of 8 the last 4 steps: what strength 3/8 draws of 8."""
    small = one(base, shot(seed=3))
    large = enlarged(small, LARGE)
    sources = Sources({digest_of(large): large})
    begun = Start(picture=digest_of(large), strength=0.376)
    wanted = one(base, shot(seed=3, size=128, steps=8, start=begun), sources)
    found = one(base, shot(seed=3, hires=Hires(strength=0.5, steps=4, upscaler="lanczos")))
    assert apart(found, wanted) <= 1


def test_full_strength_is_the_large_picture_from_noise_alone(base: Base) -> None:
    hires = Hires(strength=1.0, steps=3, upscaler="latent")
    assert np.array_equal(
        one(base, shot(seed=3, hires=hires)), one(base, shot(seed=3, size=128, steps=3))
    )


def test_an_upscaler_enlarges_between_the_passes(base: Base) -> None:
    model = Doubling()
    sources = Sources(upscalers={"double": model})
    wanted = shot(seed=3, hires=Hires(scale=1.5, strength=0.0, upscaler="double"))
    [made] = Painter(base, precise=True, sources=sources).draw([wanted])
    assert made.pixels.shape == (96, 96, 3)
    assert model.runs == 1
    assert made.origin.upscalers == {"double": "ab" * 32}
    other = wanted.model_copy(update={"hires": Hires(upscaler="doubel")})
    with pytest.raises(Missing, match=r"No upscaler 'doubel' is at hand.*Did you mean 'double'"):
        Painter(base, sources=sources).draw([other])


def test_models_run_until_the_size_is_reached() -> None:
    model, small = Doubling(), picture(8, 8)
    assert enlarged(small, Size(width=64, height=64), model).shape == (64, 64, 3)
    assert model.runs == 3
    model.runs = 0
    assert enlarged(small, Size(width=100, height=100), model).shape == (100, 100, 3)
    assert model.runs == 3
    model.runs, model.factor = 0, 1
    enlarged(small, Size(width=64, height=64), model)
    assert model.runs == 1


def test_prompts_of_the_second_pass_go_on_where_the_first_one_ended(base: Base) -> None:
    """reference/prompts: `[a:b:12]` in passes of 10 and 10 switches at step 2 of the second."""
    cutter = cutter_of(base.tokens, 77)
    words = shot("[a:b:12] <lora:pip:0.8:hr=0.3>", reading="prompt")
    first = asked_of(words, cutter, Pass(10), 10)
    second = asked_of(words, cutter, Pass(10, 10), 10)
    assert [step.last for step in first.plan.steps] == [10]
    assert [step.last for step in second.plan.steps] == [2, 10]
    assert [one.on_unet(0) for one in (first, second)] == [{"pip": 0.8}, {"pip": 0.3}]
    assert replace(second, calls=1).on_text(0) == {"pip": 0.3}


def test_memory_that_runs_out_in_the_second_pass_halves_it(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    shots = [shot(seed=i, hires=Hires(strength=0.5, steps=2, upscaler="latent")) for i in range(3)]
    wide = [each.pixels for each in Painter(base, 8, precise=True).draw(shots)]
    denoise = base.denoise

    def narrow(latents: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        if latents.shape[-1] == 16 and len(latents) > 2:
            raise torch.OutOfMemoryError("no more")
        return denoise(latents, t, text)

    monkeypatch.setattr(base, "denoise", narrow)
    found = [each.pixels for each in Painter(base, 8, precise=True).draw(shots)]
    assert max(map(apart, wide, found)) <= 1
