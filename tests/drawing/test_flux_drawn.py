"""A tiny random Flux draws what diffusers' pipeline draws; its levels, and what it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import FluxPipeline

from castmates.adapters.factors import Adapter, Factors
from castmates.core.errors import Unfit
from castmates.core.events import Event, Warned
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.batches import latent_shape
from castmates.drawing.noise import noise
from castmates.drawing.painter import Painter
from castmates.drawing.schedule import CLEAN, Grid, Level
from castmates.drawing.walking import read
from castmates.families.base import Base
from castmates.families.flux.denoise import packed
from castmates.families.flux.schedule import alphas_cumprod
from castmates.families.flux.tiny import tiny
from castmates.families.shelf import open_base

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    at = tmp_path_factory.mktemp("flux")
    return {name: tiny(at / name, guided=name == "dev") for name in ("dev", "schnell")}


@pytest.fixture(scope="module")
def base(folders: dict[str, Path]) -> Base:
    opened = open_base(folders["dev"])
    numbers = torch.Generator().manual_seed(2)
    factors = {}
    for layer, shape in opened.bank.shapes().items():
        down = 0.2 * torch.randn(shape.down(4), generator=numbers)
        factors[layer] = Factors(down, 0.2 * torch.randn(shape.up(4), generator=numbers), 1.0)
    opened.bank.add(Adapter("pip", "lora", factors))
    return opened


def shot(words: str = "a fox, snow", seed: int = 11, **more: object) -> Shot:
    given = {"size": "96x64", "steps": 4, "sampler": "euler", "reading": "plain", **more}
    return Shot.model_validate({"words": words, "seed": seed, **given})


def drawn(base: Base, shots: Sequence[Shot]) -> list[Pixels]:
    pictures = {d.index: d.pixels for d in Painter(base, precise=True).draw(shots)}
    return [pictures[i] for i in range(len(shots))]


def apart(one: Pixels, other: Pixels) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize(
    ("kind", "size", "guidance"),
    [("dev", "96x64", 3.5), ("dev", "160x128", 1.5), ("schnell", "96x64", 1.0)],
)
def test_pictures_equal_diffusers_pipeline(
    folders: dict[str, Path], kind: str, size: str, guidance: float
) -> None:
    opened = open_base(folders[kind])
    wanted = shot(size=size, guidance=guidance)
    assert wanted.size is not None
    ours = drawn(opened, [shot("other", 3, guidance=9.0), wanted])[1]
    pipeline = FluxPipeline.from_pretrained(folders[kind])
    pipeline.set_progress_bar_config(disable=True)
    theirs = pipeline(
        "a fox, snow",
        num_inference_steps=4,
        guidance_scale=guidance,
        latents=packed(noise(11, latent_shape(wanted.size, opened))[None]),
        width=wanted.size.width,
        height=wanted.size.height,
        max_sequence_length=opened.facts.max_tokens,
        output_type="np",
    ).images[0]
    assert np.abs(theirs * 255 - ours).max() <= 2


def test_rows_have_their_own_words_guidance_and_adapters(base: Base) -> None:
    shots = [
        shot(),
        shot("a girl"),
        shot(guidance=8.0),
        shot(adapters=(AdapterUse(name="pip", strength=0.8),)),
        shot("a [fox:girl:2]", reading="prompt"),
    ]
    together = drawn(base, shots)
    assert max(map(apart, together, (drawn(base, [one])[0] for one in shots))) <= 1
    for i, one in enumerate(together):
        assert all(apart(one, other) > 1 for other in together[i + 1 :])


def test_weights_are_left_out_and_it_is_told(base: Base) -> None:
    events: list[Event] = []
    weighted = shot("a (fox:1.4), snow", reading="prompt")
    [found] = Painter(base, precise=True).draw([weighted], events.append)
    assert apart(found.pixels, drawn(base, [shot()])[0]) <= 1
    assert any("cannot weight words" in e.what for e in events if isinstance(e, Warned))


def test_what_it_cannot_do_is_refused(base: Base) -> None:
    with pytest.raises(Unfit, match="no negative words"):
        Painter(base).draw([shot(negative="hat")])
    with pytest.raises(Unfit, match="levels of its own, which 'karras'"):
        Painter(base).draw([shot(schedule="karras")])


@pytest.mark.parametrize("sampler", ["ddim", "dpm++ 2m", "heun", "euler a", "unipc", "dpm++ sde"])
def test_other_samplers_walk_a_flow_too(base: Base, sampler: str) -> None:
    fine, coarse = drawn(base, [shot(steps=40, sampler="euler"), shot(steps=20, sampler=sampler)])
    assert coarse.std() > 0
    if sampler in ("ddim", "dpm++ 2m", "heun", "unipc"):
        assert np.abs(fine.astype(float) - coarse).mean() < 6


@pytest.mark.parametrize("shift", [1.0, 3.0])
def test_levels_run_from_noise_to_clean_and_lean_to_the_noise(shift: float) -> None:
    grid = Grid(alphas_cumprod(), "flow", shift=shift)
    steps = grid.schedule(4).steps
    shares = [s * shift / (1 + (shift - 1) * s) for s in (1.0, 0.75, 0.5, 0.25)]
    for step, s in zip(steps, shares, strict=True):
        assert step.here == pytest.approx(Level(1000 * s - 1, 1 - s, s))
        assert step.here.alpha + step.here.sigma == pytest.approx(1.0)
    assert steps[-1].there == CLEAN
    assert grid.at(steps[2].here.ratio) == pytest.approx(steps[2].here)
    assert grid.level(499) == pytest.approx(Level(499, 0.5, 0.5))


def test_a_flow_is_read_as_picture_and_noise() -> None:
    clean, unit = torch.randn(1, 4, 2, 2), torch.randn(1, 4, 2, 2)
    level = Level(599.0, 0.4, 0.6)
    seen = read(unit - clean, 0.4 * clean + 0.6 * unit, level, "flow")
    torch.testing.assert_close(seen.clean, clean)
    torch.testing.assert_close(seen.noise, unit)
