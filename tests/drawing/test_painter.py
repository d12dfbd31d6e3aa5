"""A shot is one picture: alone, in any batch, in any order, and in plain diffusers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import (
    DDIMScheduler,
    EulerDiscreteScheduler,
    HeunDiscreteScheduler,
    StableDiffusionPipeline,
)

from castmates.adapters.factors import Adapter
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.events import Began, Event, Moved
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse, Shot, Size
from castmates.drawing.asked import cutter_of
from castmates.drawing.batches import fitting, grouped, job, latent_shape
from castmates.drawing.infotext import shot_of
from castmates.drawing.noise import noise
from castmates.drawing.painter import Painter
from castmates.drawing.texts import Texts, Words
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.prompts.emphasis import Run

SIZE = Size(width=64, height=64)


def shot(words: str = "a fox", seed: int = 0, **more: object) -> Shot:
    given = {"size": SIZE, "steps": 3, "guidance": 3.0, "sampler": "ddim", **more}
    return Shot.model_validate({"words": words, "seed": seed, **given})


def using(*pairs: tuple[str, float]) -> tuple[AdapterUse, ...]:
    return tuple(AdapterUse(name=name, strength=strength) for name, strength in pairs)


MIXED = (
    shot(),
    shot("a girl in the snow", 1, adapters=using(("pip", 0.8))),
    shot("a girl in the snow", 1, adapters=using(("pip", 0.4))),
    shot("a fox", 0, adapters=using(("moss", 1.0)), negative="hat"),
    shot("two foxes", 2, adapters=using(("pip", 0.5), ("moss", -0.7)), guidance=6.0),
)


def drawn(base: Base, shots: Sequence[Shot], batch: int = 8) -> list[Pixels]:
    pictures = {d.index: d.pixels for d in Painter(base, batch, precise=True).draw(shots)}
    return [pictures[i] for i in range(len(shots))]


def apart(one: Pixels, other: Pixels) -> int:
    """The largest difference, in 1/255."""
    return int(np.abs(one.astype(int) - other.astype(int)).max())


@pytest.mark.parametrize(
    "sampler", ["ddim", "euler", "euler a", "heun", "dpm++ 2m", "dpm++ sde", "dpm++ 3m sde"]
)
def test_a_shot_is_the_same_alone_and_in_a_mixed_batch(base: Base, sampler: str) -> None:
    shots = [s.model_copy(update={"sampler": sampler}) for s in MIXED]
    together, alone = drawn(base, shots), drawn(base, shots, batch=1)
    assert max(map(apart, together, alone)) <= 1


def test_the_order_of_the_rows_does_not_matter(base: Base) -> None:
    forward, backward = drawn(base, MIXED), drawn(base, MIXED[::-1])
    assert max(map(apart, forward, backward[::-1])) <= 1


def test_every_row_has_its_own_adapters_words_and_seed(base: Base) -> None:
    pictures = drawn(base, MIXED)
    for i, one in enumerate(pictures):
        assert all(apart(one, other) > 8 for other in pictures[i + 1 :])


def test_strength_zero_is_no_adapter(base: Base) -> None:
    zero_shot = shot(adapters=using(("pip", 0.0), ("moss", 0.0)))
    none, zero, full = drawn(base, [shot(), zero_shot, shot(adapters=using(("pip", 1.0)))])
    assert apart(none, zero) <= 1
    assert apart(none, full) > 8
    assert np.array_equal(*(drawn(base, [one])[0] for one in (shot(), zero_shot)))


def test_doubled_mentions_add_up(base: Base) -> None:
    twice, once = drawn(
        base,
        [shot(adapters=using(("pip", 0.5), ("pip", 0.3))), shot(adapters=using(("pip", 0.8)))],
    )
    assert apart(twice, once) <= 1


# diffusers' Euler and Heun put sigma 4096 where a zero-SNR base has pure noise; ours are exact.
@pytest.mark.parametrize(
    ("kind", "sampler", "guidance", "steps"),
    [
        ("epsilon", "ddim", 5.0, 6),
        ("epsilon", "ddim", 1.0, 4),
        ("epsilon", "euler", 5.0, 6),
        ("epsilon", "heun", 5.0, 6),
        ("v_zero_snr", "ddim", 5.0, 6),
        ("v_zero_snr", "ddim", 1.0, 4),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_samplers_equal_diffusers_pipeline(
    bases: dict[str, Base],
    folders: dict[str, Path],
    kind: str,
    sampler: str,
    guidance: float,
    steps: int,
) -> None:
    base = bases[kind]
    more = {"guidance": guidance, "steps": steps, "sampler": sampler}
    wanted = shot("a fox", 11, negative="hat, snow", **more)
    ours = drawn(base, [shot("other", 3, **more), wanted])[1]
    pipeline = StableDiffusionPipeline.from_pretrained(
        folders[kind], safety_checker=None, feature_extractor=None, requires_safety_checker=False
    )
    pipeline.set_progress_bar_config(disable=True)
    theirs_by_name = {
        "ddim": DDIMScheduler,
        "euler": EulerDiscreteScheduler,
        "heun": HeunDiscreteScheduler,
    }
    pipeline.scheduler = theirs_by_name[sampler].from_config(
        pipeline.scheduler.config, timestep_spacing="trailing"
    )
    theirs = pipeline(
        "a fox",
        negative_prompt="hat, snow",
        num_inference_steps=steps,
        guidance_scale=guidance,
        guidance_rescale=base.facts.guidance_rescale,
        latents=noise(11, latent_shape(SIZE, base))[None],
        width=SIZE.width,
        height=SIZE.height,
        output_type="np",
    ).images[0]
    assert np.abs(theirs * 255 - ours).max() <= 1.01


def test_shots_of_several_sizes_and_samplers_come_back_under_their_index(base: Base) -> None:
    shots = [shot(), shot(size="64x96"), shot(sampler="euler"), shot(steps=2), shot(guidance=1.0)]
    painted = list(Painter(base, precise=True).draw(shots))
    assert sorted(d.index for d in painted) == [0, 1, 2, 3, 4]
    for d in painted:
        assert d.pixels.shape == (d.shot.size.height, d.shot.size.width, 3)  # type: ignore[union-attr]
        assert d.pixels.dtype == np.uint8
        filled = {"size": d.shot.size, "schedule": "trailing", "clip_skip": 1}
        assert d.shot == shots[d.index].model_copy(update=filled)


def test_what_is_open_is_filled_by_the_base_and_written_down(base: Base) -> None:
    painter = Painter(base, hashes={"pip": "ab" * 32})
    asked = Shot(words="a fox", seed=5, steps=2, adapters=using(("pip", 0.8)))
    [picture] = painter.draw([asked])
    facts = base.facts
    assert (picture.shot.sampler, picture.shot.guidance) == (facts.sampler, facts.guidance)
    assert shot_of(picture.texts) == picture.shot == shot_of(picture.infotext)
    assert 'Lora hashes: "pip: abababababab"' in picture.infotext
    [again] = painter.draw([shot_of(picture.texts)])
    assert np.array_equal(again.pixels, picture.pixels)


def test_progress_is_told_step_by_step(base: Base) -> None:
    events: list[Event] = []
    list(Painter(base, batch=2).draw([shot(seed=i) for i in range(3)], events.append))
    assert events[0] == Began(what="Drawing", total=9, unit="steps")
    moves = [event for event in events if isinstance(event, Moved)]
    assert [move.done for move in moves] == sorted(move.done for move in moves)
    assert moves[-1] == Moved(what="Drawing", done=9, note="3 of 3 pictures")


def test_a_text_is_encoded_once_per_adapter_row(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    encode = base.encode_tokens

    def counted(chunks: Sequence[Sequence[int]], skip: int | None = None) -> torch.Tensor:
        seen.extend(base.tokenizer.decode(chunk) for chunk in chunks)
        return encode(chunks, skip)

    monkeypatch.setattr(base, "encode_tokens", counted)
    texts, cutter = Texts(base), cutter_of(base.tokens, 77)

    def words(text: str, row: dict[str, float]) -> Words:
        return Words(cutter.cut([Run(text)]), row)

    rows = [{}, {"pip": 0.0}, {"pip": 0.5}, {"moss": 0.0, "pip": 0.5}]
    first = texts.encode([words("a", row) for row in rows])
    assert [text.strip() for text in seen] == ["a", "a"]
    assert torch.equal(first[0], first[1])
    assert torch.equal(first[2], first[3])
    texts.encode([words("a", {}), words("b", {})])
    assert [text.strip() for text in seen] == ["a", "a", "b"]
    assert torch.equal(first[0], base.encode_text(["a"])[0])


def test_batches_are_even_and_mixed_only_where_shapes_agree(base: Base) -> None:
    shots = [shot(seed=i, guidance=2.0 + i) for i in range(17)] + [shot(guidance=1.0)]
    batches = grouped([job(i, s, base.facts) for i, s in enumerate(shots)], lambda _: 16)
    assert sorted(len(b.jobs) for b in batches) == [1, 8, 9]


def test_larger_pictures_are_drawn_fewer_at_once(base: Base) -> None:
    def count(side: int, guidance: float) -> int:
        return fitting(job(0, shot(size=side, guidance=guidance), base.facts), base)

    assert count(32, 3.0) > count(64, 3.0) >= count(512, 3.0) >= count(8192, 3.0) == 1
    assert count(32, 1.0) == 2 * count(32, 3.0)


def test_memory_that_runs_out_halves_the_batch(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    denoise = base.denoise
    rows: list[int] = []

    def narrow(latents: torch.Tensor, t: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        rows.append(len(latents))
        if len(latents) > 4:
            raise torch.OutOfMemoryError("no more")
        return denoise(latents, t, text)

    wide = drawn(base, MIXED)
    monkeypatch.setattr(base, "denoise", narrow)
    assert max(map(apart, wide, drawn(base, MIXED))) <= 1
    assert [n for n in rows if n > 4] == [10, 6]


def test_everything_that_cannot_be_drawn_is_told_at_once(base: Base) -> None:
    with pytest.raises(BadInput) as raised:
        Painter(base).draw(
            [shot(sampler="eular"), shot(size="65x64"), shot(adapters=using(("pib", 1.0)))]
        )
    said = str(raised.value)
    assert "3 things do not fit" in said
    assert "Did you mean 'euler'?" in said
    assert "Take 64x64." in said
    assert "No adapter 'pib' is loaded. Did you mean 'pip'?" in said


def test_a_missing_adapter_is_missing(base: Base) -> None:
    with pytest.raises(Missing, match="Did you mean 'moss'"):
        Painter(base).draw([shot(adapters=using(("mos", 1.0)))])


def test_numbers_that_overflow_are_an_error_not_a_black_picture(
    base: Base, strong: Callable[[Base, str, int], Adapter]
) -> None:
    endless = strong(base, "endless", 0)
    factors = {key: replace(f, up=f.up * 1e30) for key, f in endless.factors.items()}
    base.bank.add(replace(endless, factors=factors))
    try:
        with pytest.raises(CastmatesError, match="endless at 1") as raised:
            list(Painter(base, precise=True).draw([shot(adapters=using(("endless", 1.0)))]))
        assert raised.value.fix == "Lower the strength."
    finally:
        base.bank.remove("endless")


def test_half_precision_is_refused_where_precision_is_wanted(folders: dict[str, Path]) -> None:
    half = open_base(str(folders["epsilon"]), dtype=torch.bfloat16)
    with pytest.raises(Unfit, match="float32"):
        Painter(half, precise=True)
