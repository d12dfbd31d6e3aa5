"""A picture to begin with: both ends are exact, the middle is A1111's and diffusers'."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, StableDiffusionImg2ImgPipeline

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.events import Began, Event, Moved
from castmates.core.types import AdapterUse, Size
from castmates.drawing.image_to_image import (
    begun,
    fitted,
    second_size,
    size_for,
    steps_drawn,
    steps_laid_out,
    tail,
)
from castmates.drawing.painter import Painter
from castmates.drawing.samplers import SAMPLERS
from castmates.drawing.schedule import Grid
from castmates.drawing.shots import Hires, Start, Variation, extended, settled
from castmates.families.base import Base
from tests.drawing.gaussian import grid
from tests.drawing.pictures import (
    PICTURE,
    SOURCES,
    apart,
    drawn,
    inpaint,
    one,
    picture,
    shot,
    start,
)


def test_strength_zero_is_the_vaes_round_trip(base: Base) -> None:
    [wanted] = base.decode(base.encode_pictures([PICTURE]))
    assert np.array_equal(one(base, shot(start=start(0.0))), wanted)
    assert not np.array_equal(wanted, PICTURE)


@pytest.mark.parametrize("sampler", ["ddim", "euler a", "dpm++ 2m", "dpm++ sde", "unipc", "heun"])
@pytest.mark.parametrize("kind", ["epsilon", "v_zero_snr"])
def test_strength_one_is_text_to_image(bases: dict[str, Base], kind: str, sampler: str) -> None:
    given = {"sampler": sampler, "seed": 5}
    words = one(bases[kind], shot(**given))
    assert np.array_equal(one(bases[kind], shot(start=start(1.0), **given)), words)
    assert not np.array_equal(one(bases[kind], shot(start=start(0.7), **given)), words)


@pytest.mark.parametrize("sampler", ["ddim", "euler", "unipc"])
def test_a_picture_gets_the_noise_of_the_first_step_that_is_drawn(sampler: str) -> None:
    kind = SAMPLERS.take(sampler)
    last = tail(kind.schedule(grid(), 20, "karras"), 7)
    noise, clean = torch.randn(2, 4, 8, 8), torch.randn(4, 8, 8)
    state = begun(kind, last, noise, [clean, None])
    level = last.steps[0].here
    assert torch.equal(state[0], level.alpha * clean + level.sigma * noise[0])
    assert torch.equal(state[1], kind.start(noise, last)[1])


@pytest.mark.parametrize(
    ("strength", "steps", "drawn_steps"),
    [(0.6, 20, 13), (0.75, 20, 16), (0.5, 50, 26), (0.05, 20, 2), (0.01, 20, 1), (0.999, 20, 20)],
)
def test_a_strength_draws_as_many_steps_as_in_a1111(
    strength: float, steps: int, drawn_steps: int
) -> None:
    assert steps_drawn(strength, steps) == drawn_steps


def test_steps_of_a_second_pass_are_really_drawn() -> None:
    assert [steps_laid_out(d, 20) for d in (0.5, 0.7, 0.75, 1.0)] == [40, 28, 26, 20]
    assert steps_drawn(0.0, 20) == 0
    assert steps_drawn(1.0, 20) is None


def test_the_steps_are_the_schedules_last(base: Base) -> None:
    for sampler, layout in (("euler", "karras"), ("ddim", "trailing"), ("dpm2", "karras")):
        whole = SAMPLERS.take(sampler).schedule(grid(), 20, layout)
        assert tail(whole, 13).steps == whole.steps[7:]
        assert tail(whole, None) == whole
        assert tail(whole, 0).steps == ()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.parametrize(("kind", "guidance"), [("epsilon", 3.0), ("v_zero_snr", 1.0)])
def test_it_equals_diffusers_where_the_steps_are_as_many(
    bases: dict[str, Base], folders: dict[str, Path], kind: str, guidance: float
) -> None:
    """diffusers draws int(strength · steps) of them, A1111 and we one more.

    Its pipeline knows no guidance rescale, which the second base wants.
    """
    base = bases[kind]
    more = {"steps": 4, "sampler": "ddim", "negative": "hat", "guidance": guidance}
    ours = one(base, shot(seed=11, start=start(0.5), **more))
    pipeline = StableDiffusionImg2ImgPipeline.from_pretrained(
        folders[kind], safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = DDIMScheduler.from_config(
        pipeline.scheduler.config, timestep_spacing="trailing"
    )
    theirs = pipeline(
        "a fox",
        negative_prompt="hat",
        image=base.encode_pictures([PICTURE]),
        strength=0.75,
        num_inference_steps=4,
        guidance_scale=guidance,
        generator=torch.Generator().manual_seed(11),
        output_type="np",
    ).images[0]
    assert np.abs(theirs * 255 - ours).max() <= 1.01


MIXED = (
    shot(),
    shot(start=start(1.0), seed=2),
    shot(start=start(0.5)),
    shot("a girl", 1, start=start(0.5), adapters=(AdapterUse(name="pip", strength=0.8),)),
    shot(start=start(0.5, mask=inpaint()), negative="hat"),
    shot(start=start(1.0, mask=inpaint()), seed=3),
    shot(start=start(0.5, mask=inpaint(area="masked", padding=4)), seed=4, guidance=6.0),
    shot(variation=Variation(seed=9, strength=0.4)),
    shot("a fox", 7, hires=Hires(strength=0.5, steps=2, upscaler="latent")),
    shot("a fox", 8, hires=Hires(strength=0.5, steps=2), rng="nv"),
    shot("[a|b] fox", 9, start=start(0.3)),
)


@pytest.mark.parametrize("sampler", ["euler a", "dpm++ 2m sde"])
def test_mixed_rows_are_the_rows_drawn_alone(base: Base, sampler: str) -> None:
    shots = [each.model_copy(update={"sampler": sampler}) for each in MIXED]
    together = drawn(base, shots)
    alone = [one(base, each) for each in shots]
    assert max(map(apart, together, alone)) <= 1
    for i, first in enumerate(together):
        same = [other for other in together[i + 1 :] if other.shape == first.shape]
        assert all(apart(first, other) > 2 for other in same)


def test_pictures_with_and_without_a_beginning_share_batches(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[int] = []
    denoise = base.denoise

    def counted(latents: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        rows.append(len(latents))
        return denoise(latents, t, text)

    monkeypatch.setattr(base, "denoise", counted)
    words = [shot(seed=i) for i in range(2)]
    drawn(base, [*words, shot(start=start(1.0, mask=inpaint()))])
    assert rows == [6, 6, 6, 6]
    rows.clear()
    drawn(base, [shot(start=start(0.5)), shot(start=start(0.5, mask=inpaint()), seed=4)])
    assert rows == [4, 4, 4]


def test_progress_counts_the_steps_that_are_drawn(base: Base) -> None:
    events: list[Event] = []
    shots = [shot(start=start(0.5)), shot(hires=Hires(strength=0.5, steps=3)), shot(start=start(0))]
    list(Painter(base, sources=SOURCES).draw(shots, events.append))
    assert events[0] == Began(what="Drawing", total=3 + 4 + 3, unit="steps")
    assert events[-1] == Moved(what="Drawing", done=10, note="3 of 3 pictures")


def test_ways_to_fit_a_picture() -> None:
    wide, size = picture(96, 64), Size(width=64, height=64)
    assert np.array_equal(fitted(PICTURE, size, "fill"), PICTURE)
    for how in ("crop", "fill", "stretch"):
        assert fitted(wide, size, how).shape == (64, 64, 3)
    filled = fitted(wide, size, "fill")
    assert np.array_equal(filled[0], filled[5])  # the edge is drawn out over bars of ten and eleven
    assert apart(fitted(wide, size, "crop"), wide[:, 16:80]) <= 1
    assert np.ptp(fitted(wide, size, "stretch").astype(int) - filled) > 8


def test_the_size_nobody_says(base: Base) -> None:
    facts = base.facts
    assert str(size_for(picture(97, 70), facts)) == "96x72"
    assert str(size_for(picture(1, 3), facts)) == "8x8"
    large = size_for(picture(400, 200), facts)
    assert (large.width, large.height) == (88, 48)
    second = second_size(Size(width=72, height=64), Hires(scale=1.5), 8)
    assert (second.width, second.height) == (104, 96)


def test_plain_shots_stay_plain() -> None:
    plain = settled(shot())
    assert type(plain) is not type(shot())
    assert extended(plain) == shot()
    assert settled(shot(start=start(0.5))) == shot(start=start(0.5))


def test_what_is_not_at_hand_is_told_before_anything_is_drawn(base: Base) -> None:
    with pytest.raises(Missing, match=r"\(abc\), which is not at hand. Give it: --image FILE"):
        Painter(base).draw([shot(start=Start(picture="abc"))])
    with pytest.raises(Missing, match="another picture, which is not"):
        Painter(base).draw([shot(start=Start())])
    assert one(base, shot(start=Start(strength=1.0))).shape == (64, 64, 3)
    with pytest.raises(Unfit, match="begins with words, not with a picture"):
        Painter(base, sources=SOURCES).draw([shot(start=start(0.5), hires=Hires())])


def test_a_schedule_that_would_be_too_long_is_refused(base: Base) -> None:
    with pytest.raises(BadInput, match="the end of 2000 steps; at most 1000"):
        Painter(base).draw([shot(hires=Hires(strength=0.01, steps=20))])
    with pytest.raises(BadInput, match="gives 32768x32768 pixels"):
        Painter(base).draw([shot(size=8192, hires=Hires(scale=4))])


def test_leading_spacing_begins_with_a_picture_too(base: Base) -> None:
    """The ε base: its levels begin above pure noise."""
    levels = Grid(base.alphas_cumprod, base.facts.prediction, "leading")
    assert tail(levels.schedule(10), 3).steps[0].here.alpha > 0.0
