"""The SD 1.x family on tiny random weights, held against plain diffusers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline

from castmates.adapters.lora import fresh
from castmates.core.errors import BadInput
from castmates.families.base import Base
from castmates.families.noise_levels import alphas_cumprod
from castmates.families.precision import half_on
from castmates.families.sd15.text import Text
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("tiny") / "wide"
    return tiny(at, latents=8, prediction="v_prediction", zero_snr=True)


@pytest.fixture(scope="module")
def base(folder: Path) -> Base:
    return open_base(folder)


def picture(seed: int, height: int = 64, width: int = 64) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_text_and_unet_say_what_diffusers_says(base: Base, folder: Path) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(folder)
    texts = ["a fox", "", "hat " * 60]
    wanted = torch.cat([pipeline.encode_prompt(t, "cpu", 1, False)[0] for t in texts])
    ours = base.encode_text(texts)
    assert torch.allclose(ours, wanted, atol=1e-6)
    x, t = torch.randn(3, 8, 8, 8), torch.tensor([999, 5, 400])
    with torch.no_grad():
        theirs = pipeline.unet(x, t, encoder_hidden_states=wanted).sample
        assert torch.allclose(base.denoise(x, t, ours), theirs, atol=1e-5)


def test_learning_and_drawing_attend_alike(base: Base) -> None:
    x, t, text = torch.randn(1, 8, 8, 8), torch.tensor([7]), base.encode_text(["a"])
    with torch.no_grad():
        drawing = base.denoise(x, t, text)
    assert torch.allclose(base.denoise(x, t, text), drawing, atol=1e-5)


@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("schedule", ["scaled_linear", "linear"])
def test_noise_levels_are_diffusers(zero_snr: bool, schedule: str) -> None:
    config = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": schedule}
    config["rescale_betas_zero_snr"] = zero_snr
    ours = alphas_cumprod(config)
    assert torch.allclose(ours, DDIMScheduler(**config).alphas_cumprod, rtol=1e-5, atol=1e-9)
    assert (ours[-1] == 0) == zero_snr
    with pytest.raises(BadInput, match="squared"):
        alphas_cumprod({"beta_schedule": "squared"})


def test_a_picture_and_its_latents(base: Base, folder: Path) -> None:
    vae = AutoencoderKL.from_pretrained(folder / "vae")
    pixels = [picture(1, 64, 96), picture(2, 64, 96)]
    latents = base.encode_pictures(pixels)
    assert (latents.shape, latents.dtype) == ((2, 8, 8, 12), torch.float32)
    x = torch.from_numpy(np.stack(pixels)).permute(0, 3, 1, 2) / 127.5 - 1
    with torch.no_grad():
        mean = vae.encode(x).latent_dist.mean
        back = vae.decode(mean).sample
    assert torch.allclose(latents, mean * vae.config.scaling_factor, atol=1e-5)
    wanted = ((back / 2 + 0.5).clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    for ours, theirs in zip(base.decode(latents), wanted, strict=True):
        assert ours.shape == (64, 96, 3)
        assert np.abs(ours.astype(int) - theirs).max() <= 1


def test_detail_is_what_the_vae_gives_back_of_differences(base: Base) -> None:
    flat = np.full((64, 64, 3), 200, np.uint8)
    noisy, cut, nothing = base.detail_kept([picture(1), picture(3, 70, 65), flat])
    # Random weights hold nothing of a picture; a picture without any detail loses none.
    assert noisy < 0.5
    assert cut < 0.5
    assert nothing == 1.0


def test_pictures_that_cannot_be_encoded_are_told(base: Base) -> None:
    with pytest.raises(BadInput, match="2 sizes"):
        base.encode_pictures([picture(1), picture(2, 72)])
    with pytest.raises(BadInput, match="multiples of 8"):
        base.encode_pictures([picture(1, 65)])


def test_the_vae_keeps_full_precision_whatever_the_rest_computes_in(base: Base) -> None:
    with torch.autocast("cpu", torch.bfloat16):
        inside = base.encode_pictures([picture(1)])
    assert torch.equal(inside, base.encode_pictures([picture(1)]))


def test_tokens_are_counted_with_both_ends(base: Base) -> None:
    assert base.count_tokens("") == 2
    assert base.count_tokens("abc") == 5
    assert base.count_tokens("a" * 200) == 202
    assert base.encode_text([]).shape == (0, 77, 32)


def test_tokens_are_encoded_as_their_text(base: Base) -> None:
    texts = ["a fox", "", "in the snow, (hat)"]
    chunks = [[number for number, _, _ in base.tokens(text)] for text in texts]
    assert torch.equal(base.encode_tokens(chunks), base.encode_text(texts))
    spans = [(first, last) for _, first, last in base.tokens("a fox")]
    assert spans == [(0, 1), (2, 3), (3, 4), (4, 5)]
    skipped = base.encode_tokens(chunks, skip=2)
    assert torch.equal(skipped, Text(base.tokenizer, base.text_encoder, 77, 2).encode(texts))
    assert not torch.allclose(skipped, base.encode_tokens(chunks), atol=1e-2)


def test_long_texts_are_read_in_chunks_of_75_joined_without_the_marks_between(base: Base) -> None:
    texts = ["abc " * 70, "a fox", "x" * 75, ""]
    ids = [[number for number, _, _ in base.tokens(text)] for text in texts]
    for count, tokens in ((2, 150), (3, 225)):
        long = base.encode_text(texts, tokens)
        assert long.shape == (4, tokens + 2, 32)
        for row, text in enumerate(texts):
            chunks = [ids[row][at : at + 75] for at in range(0, tokens, 75)]
            alone = base.encode_tokens(chunks)
            wanted = [alone[0, :1], *(chunk[1:-1] for chunk in alone), alone[-1, -1:]]
            torch.testing.assert_close(long[row], torch.cat(wanted), msg=text)
        assert len(chunks) == count
    assert torch.equal(base.encode_text(texts, 75), base.encode_text(texts))


def test_each_chunk_of_a_long_text_has_the_adapters_of_its_own_row(base: Base) -> None:
    adapter = fresh(base.bank, "pip", rank=2, alpha=2.0, seed=1)
    layer = next(name for name in adapter.factors if name.startswith("lora_te"))
    with torch.no_grad():
        adapter.factors[layer].up.normal_()
    base.bank.add(adapter)
    try:
        texts = ["abc " * 70, "abc " * 70]
        with base.bank.rows([{"pip": 1.0}, {}]):
            mixed = base.encode_text(texts, 150)
        plain = base.encode_text(texts, 150)
    finally:
        base.bank.remove("pip")
    torch.testing.assert_close(mixed[1], plain[1])
    for part in (slice(1, 76), slice(76, 151)):
        assert not torch.allclose(mixed[0, part], plain[0, part], atol=1e-3)


def test_clip_skip_takes_an_earlier_layer_through_the_last_norm(base: Base) -> None:
    # diffusers' own clip_skip fails with transformers 5, which no longer nests the text model.
    encoder, last = base.text_encoder, base.encode_text(["a fox"])
    ids = base.tokenizer(["a fox"], padding="max_length", max_length=77, return_tensors="pt")
    layers = encoder(ids.input_ids, output_hidden_states=True).hidden_states
    ours = Text(base.tokenizer, encoder, 77, 2).encode(["a fox"])
    assert torch.allclose(ours, encoder.final_layer_norm(layers[-2]), atol=1e-6)
    assert torch.allclose(last, encoder.final_layer_norm(layers[-1]), atol=1e-6)
    assert not torch.allclose(ours, last, atol=1e-2)


def test_everything_is_frozen_and_half_precision_is_only_the_networks(folder: Path) -> None:
    half = open_base(folder, dtype=torch.bfloat16)
    assert half.dtype == half.unet.dtype == half.text_encoder.dtype == torch.bfloat16
    assert half.vae.dtype == torch.float32
    for network in (half.unet, half.text_encoder, half.vae):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())
    assert half.encode_text(["a"]).dtype == torch.bfloat16
    assert half_on("cpu") in (None, torch.bfloat16)
