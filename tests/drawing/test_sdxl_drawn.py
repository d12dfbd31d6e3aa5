"""A tiny random SDXL draws what diffusers' pipeline draws, with and without a LoRA."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, EulerDiscreteScheduler, StableDiffusionXLPipeline

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.core.events import Event, Warned
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.batches import latent_shape
from castmates.drawing.noise import noise
from castmates.drawing.painter import Painter
from castmates.drawing.texts import Texts, Words
from castmates.families.base import Base
from castmates.families.sdxl.tiny import POOLED, WIDTHS, tiny
from castmates.families.shelf import open_base
from castmates.prompts.chunks import Piece

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("sdxl") / "base")


@pytest.fixture(scope="module")
def base(folder: Path) -> Base:
    opened = open_base(folder)
    numbers = torch.Generator().manual_seed(2)
    factors = {}
    for layer, shape in opened.bank.shapes(conv=True).items():
        down = 0.15 * torch.randn(shape.down(4), generator=numbers)
        factors[layer] = Factors(down, 0.15 * torch.randn(shape.up(4), generator=numbers), 1.0)
    opened.bank.add(Adapter("pip", "locon", factors))
    return opened


def shot(words: str = "a fox", seed: int = 11, **more: object) -> Shot:
    given = {"size": "96x64", "steps": 5, "guidance": 5.0, "sampler": "euler", **more}
    return Shot.model_validate({"words": words, "seed": seed, "reading": "plain", **given})


def drawn(base: Base, shots: Sequence[Shot]) -> list[Pixels]:
    pictures = {d.index: d.pixels for d in Painter(base, precise=True).draw(shots)}
    return [pictures[i] for i in range(len(shots))]


def apart(one: Pixels, other: Pixels) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize("adapted", [False, True])
@pytest.mark.parametrize(
    ("negative", "sampler", "guidance"),
    [("hat, snow", "euler", 5.0), ("", "euler", 5.0), ("", "ddim", 7.5), ("", "euler", 1.0)],
)
def test_pictures_equal_diffusers_pipeline(
    base: Base,
    folder: Path,
    tmp_path: Path,
    negative: str,
    sampler: str,
    guidance: float,
    adapted: bool,
) -> None:
    more = {"guidance": guidance, "sampler": sampler, "negative": negative}
    uses = (AdapterUse(name="pip", strength=1.0),) if adapted else ()
    ours = drawn(base, [shot("other", 3, **more), shot(**more, adapters=uses)])[1]
    pipeline = StableDiffusionXLPipeline.from_pretrained(folder)
    pipeline.set_progress_bar_config(disable=True)
    kind = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler}[sampler]
    told = {**pipeline.scheduler.config, "timestep_spacing": "trailing", "clip_sample": False}
    pipeline.scheduler = kind.from_config(told)
    if adapted:
        save(tmp_path / "pip.safetensors", base.bank.adapter("pip"), dtype=torch.float32)
        pipeline.load_lora_weights(tmp_path / "pip.safetensors")
    theirs = pipeline(
        "a fox",
        # No negative words at all are zeros in diffusers, as here; an empty text is encoded.
        negative_prompt=negative or None,
        num_inference_steps=5,
        guidance_scale=guidance,
        latents=noise(11, latent_shape(shot().size, base))[None],  # type: ignore[arg-type]
        width=96,
        height=64,
        output_type="np",
    ).images[0]
    assert np.abs(theirs * 255 - ours).max() <= 2


def test_a_lora_and_every_word_change_the_picture_and_rows_are_their_own(base: Base) -> None:
    shots = [
        shot(),
        shot("a girl"),
        shot(negative="hat"),
        shot(adapters=(AdapterUse(name="pip", strength=0.8),)),
        shot("a (fox:1.4)", reading="prompt"),
        shot("a fox " * 60, reading="prompt"),
    ]
    together = drawn(base, shots)
    assert max(map(apart, together, (drawn(base, [one])[0] for one in shots))) <= 1
    for i, one in enumerate(together):
        assert all(apart(one, other) > 2 for other in together[i + 1 :])


def words_of(base: Base, text: str, weight: float = 1.0, **more: object) -> Words:
    ids = tuple(number for number, _, _ in base.tokens(text))
    return Words(((Piece(text, weight, ids),),), {}, **more)  # type: ignore[arg-type]


def test_weights_act_on_words_alone_and_each_encoder_keeps_its_mean(base: Base) -> None:
    texts = Texts(base)
    plain, bare, kept = texts.encode(
        [
            words_of(base, "fox"),
            words_of(base, "fox", 1.5, emphasis="no norm"),
            words_of(base, "fox", 1.5),
        ]
    )
    torch.testing.assert_close(bare[2:5], 1.5 * plain[2:5])
    assert torch.equal(bare[[0, 1, *range(5, 78)]], plain[[0, 1, *range(5, 78)]])
    assert torch.equal(kept[0], plain[0])
    for one, other in zip(kept[1:].split(WIDTHS, -1), plain[1:].split(WIDTHS, -1), strict=True):
        assert abs(one.mean() / other.mean() - 1) < 1e-3 or abs(other.mean()) < 0.01 * other.std()


def test_several_chunks_have_the_first_ones_whole(base: Base) -> None:
    fox, hat = (words_of(base, text).chunks[0] for text in ("fox", "hat"))
    both, first = Texts(base).encode([Words((fox, hat), {}), Words((fox,), {})])
    assert both.shape == (1 + 2 * 77, sum(WIDTHS))
    assert torch.equal(both[:78], first)
    assert both[0, :POOLED].any()


def test_no_negative_words_are_zeros_and_words_are_not(base: Base) -> None:
    nothing, empty, hat = Texts(base).encode(
        [
            words_of(base, "", negative=True),
            words_of(base, ""),
            words_of(base, "hat", negative=True),
        ]
    )
    assert not nothing.any()
    assert nothing.shape == empty.shape
    assert empty.any()
    assert hat.any()


@pytest.mark.parametrize(("skip", "told"), [(None, False), (2, False), (1, True)])
def test_a_clip_skip_that_has_no_effect_is_told(base: Base, skip: int | None, told: bool) -> None:
    events: list[Event] = []
    list(Painter(base).draw([shot(clip_skip=skip, steps=1)], events.append))
    warned = [one.what for one in events if isinstance(one, Warned)]
    assert any("Clip skip 1 has no effect" in what for what in warned) == told
