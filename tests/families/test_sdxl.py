"""The SDXL family on tiny random weights and on the real sizes without any, held against plain
diffusers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import load, save
from castmates.adapters.inversion import Inversion
from castmates.adapters.layer import Bank
from castmates.adapters.lora import fresh
from castmates.core.errors import BadInput, Unfit
from castmates.families.base import Base
from castmates.families.sdxl.names import spelt
from castmates.families.sdxl.tiny import POOLED, WIDTHS, tiny
from castmates.families.shelf import detect, facts_of, fingerprint_of, open_base
from castmates.files.tensors import read_header

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("sdxl") / "base")


@pytest.fixture(scope="module")
def base(folder: Path) -> Base:
    return open_base(folder)


@pytest.fixture(scope="module")
def pipeline(folder: Path) -> StableDiffusionXLPipeline:
    return StableDiffusionXLPipeline.from_pretrained(folder)


def strong(base: Base, *, conv: bool = True) -> Adapter:
    """A LoRA on every layer, none of its factors zero."""
    numbers = torch.Generator().manual_seed(4)
    factors = {}
    for layer, shape in base.bank.shapes(conv=conv).items():
        down = 0.2 * torch.randn(shape.down(3), generator=numbers)
        factors[layer] = Factors(down, 0.2 * torch.randn(shape.up(3), generator=numbers), 0.5)
    return Adapter("pip", "locon", factors)


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_folder_is_known_and_has_the_facts_of_its_files(folder: Path, tmp_path: Path) -> None:
    assert detect(folder) == "sdxl"
    facts = facts_of(folder)
    assert (facts.family, facts.native_size, facts.size_multiple) == ("sdxl", 64, 8)
    assert (facts.latent_scale, facts.prediction, facts.guidance) == (0.13025, "epsilon", 5.0)
    assert facts.text_widths == WIDTHS
    assert (facts.zero_negative, facts.clip_skip, facts.max_tokens) == (True, 2, 77)
    mine = Path(shutil.copytree(folder, tmp_path / "mine"))
    change(mine / "unet" / "config.json", sample_size=128)
    change(mine / "model_index.json", force_zeros_for_empty_prompt=False)
    change(mine / "scheduler" / "scheduler_config.json", prediction_type="v_prediction")
    facts = facts_of(mine)
    assert (facts.native_size, facts.zero_negative) == (1024, False)
    assert facts.prediction == "v_prediction"
    (mine / "castmates.toml").write_text("clip_skip = 1\n")
    with pytest.raises(BadInput, match="always reads the last layer but one"):
        facts_of(mine)


def test_what_a_folder_lacks_is_named(folder: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(folder, tmp_path / "mine"))
    shutil.rmtree(mine / "text_encoder_2")
    with pytest.raises(BadInput, match=r"it lacks text_encoder_2/config\.json"):
        open_base(mine)
    mine = Path(shutil.copytree(folder, tmp_path / "other"))
    change(mine / "unet" / "config.json", addition_embed_type=None)
    with pytest.raises(BadInput, match="told no sizes"):
        open_base(mine)


def test_the_fingerprint_follows_both_text_encoders(folder: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(folder, tmp_path / "mine"))
    assert fingerprint_of(mine) == fingerprint_of(folder)
    weights = mine / "text_encoder_2" / "model.safetensors"
    tensors = load_file(weights)
    tensors["text_projection.weight"] += 1
    save_file(tensors, weights, {"format": "pt"})
    assert fingerprint_of(mine) != fingerprint_of(folder)


def test_text_and_unet_say_what_diffusers_says(
    base: Base, pipeline: StableDiffusionXLPipeline
) -> None:
    texts = ["a fox", "", "hat " * 60]
    said = [pipeline.encode_prompt(text, do_classifier_free_guidance=False) for text in texts]
    words, whole = (torch.cat([one[i] for one in said]) for i in (0, 2))
    ours = base.encode_text(texts)
    assert ours.shape == (3, 78, sum(WIDTHS))
    assert torch.equal(ours[:, 1:], words)
    assert torch.allclose(ours[:, 0, :POOLED], whole, atol=1e-6)
    assert not ours[:, 0, POOLED:].any()
    x, t = torch.randn(3, 4, 8, 12), torch.tensor([999, 5, 400])
    for frames in (None, torch.tensor([[90, 70, 3, 5, 64, 96]] * 3)):
        times = torch.tensor([[64, 96, 0, 0, 64, 96]] * 3) if frames is None else frames
        told = {"text_embeds": whole, "time_ids": times}
        with torch.no_grad():
            theirs = pipeline.unet(x, t, encoder_hidden_states=words, added_cond_kwargs=told).sample
            assert torch.allclose(base.denoise(x, t, ours, frames), theirs, atol=1e-5)


def test_the_frame_is_seen(base: Base) -> None:
    x, t, text = torch.randn(1, 4, 8, 8), torch.tensor([500]), base.encode_text(["a fox"])
    with torch.no_grad():
        whole = base.denoise(x, t, text)
        assert torch.equal(base.denoise(x, t, text, torch.tensor([[64, 64, 0, 0, 64, 64]])), whole)
        cut = base.denoise(x, t, text, torch.tensor([[200, 100, 40, 0, 64, 64]]))
    assert not torch.allclose(cut, whole, atol=1e-4)


def test_tokens_are_encoded_as_their_text(base: Base) -> None:
    texts = ["a fox", "", "in the snow, (hat)"]
    chunks = [[number for number, _, _ in base.tokens(text)] for text in texts]
    assert torch.equal(base.encode_tokens(chunks), base.encode_text(texts))
    assert torch.equal(base.encode_tokens(chunks, skip=1), base.encode_text(texts))
    assert (base.count_tokens(""), base.count_tokens("abc")) == (2, 5)
    assert base.encode_text([]).shape == (0, 78, sum(WIDTHS))


def test_long_texts_are_read_in_chunks_and_the_first_says_the_whole(base: Base) -> None:
    texts = ["abc " * 70, "a fox"]
    ids = [[number for number, _, _ in base.tokens(text)] for text in texts]
    long = base.encode_text(texts, 150)
    assert long.shape == (2, 153, sum(WIDTHS))
    for row in range(2):
        first, second = base.encode_tokens([ids[row][:75], ids[row][75:150]])
        wanted = torch.cat([first[:-1], second[2:-1], second[-1:]])
        torch.testing.assert_close(long[row], wanted)


def test_a_textual_inversion_is_read_by_both_encoders(base: Base) -> None:
    [(fox, _, _)] = base.tokens("x")
    encoders = {"clip_l": base.text_encoder, "clip_g": vars(base)["text_encoder_2"]}
    vectors = {
        part: encoder.get_input_embeddings().weight[[fox]].detach().clone()
        for part, encoder in encoders.items()
    }
    base.inversions.add(Inversion("same", vectors))
    other = {part: 3 * tensor.flip(-1) for part, tensor in vectors.items()}
    base.inversions.add(Inversion("other", other))
    numbers = [base.inversions.numbers(name)[0] for name in ("same", "other")]
    word, same, changed = base.encode_tokens([[fox], [numbers[0]], [numbers[1]]])
    torch.testing.assert_close(same, word)
    assert not torch.allclose(changed[0], word[0], atol=1e-3)
    for ours, theirs in zip(changed[1:].split(WIDTHS, -1), word[1:].split(WIDTHS, -1), strict=True):
        assert not torch.allclose(ours[1], theirs[1], atol=1e-3)


# The published configurations: huggingface.co/stabilityai/stable-diffusion-xl-base-1.0.
UNET = {
    "sample_size": 128,
    "block_out_channels": [320, 640, 1280],
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "transformer_layers_per_block": [1, 2, 10],
    "cross_attention_dim": 2048,
    "attention_head_dim": [5, 10, 20],
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
}
TEXTS = [
    {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12},
    {"hidden_size": 1280, "num_hidden_layers": 32, "num_attention_heads": 20},
]


@pytest.fixture(scope="module")
def real() -> Bank:
    """SDXL in its real size, without a single number."""
    with torch.device("meta"):
        first, second = (
            CLIPTextConfig(**text, intermediate_size=4 * text["hidden_size"]) for text in TEXTS
        )
        roots = {
            "lora_unet": UNet2DConditionModel(**UNET),
            "lora_te1": CLIPTextModel(first),
            "lora_te2": CLIPTextModelWithProjection(second),
        }
    return Bank(roots, "SDXL", {"lora_unet": spelt})


def test_the_real_size_has_kohyas_layers(real: Bank) -> None:
    counts = [len(real.module_names([root])) for root in ("lora_unet", "lora_te1", "lora_te2")]
    assert counts == [722, 72, 192]
    plain, more = real.module_names(["lora_unet"]), real.module_names(["lora_unet"], conv=True)
    convs = set(more) - set(plain)
    assert len(convs) == 66
    blocks = {name.split("_transformer_blocks_")[0] for name in plain if "_transformer_" in name}
    into = [f"lora_unet_input_blocks_{i}_1" for i in (4, 5, 7, 8)]
    out = [f"lora_unet_output_blocks_{i}_1" for i in range(6)]
    assert blocks == {*into, "lora_unet_middle_block_1", *out}
    ends = {name.split("_", 5)[-1] for name in convs}
    assert ends >= {"0_in_layers_2", "0_out_layers_3", "0_emb_layers_1", "0_skip_connection"}
    for name in ("input_blocks_3_0_op", "output_blocks_2_2_conv", "output_blocks_5_2_conv"):
        assert f"lora_unet_{name}" in convs
    assert "lora_unet_output_blocks_5_1_transformer_blocks_1_ff_net_2" in plain
    assert "lora_te2_text_model_encoder_layers_31_mlp_fc2" in real.module_names(["lora_te2"])


def test_a_lora_lies_in_kohyas_names_and_diffusers_draws_the_same_with_it(
    base: Base, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "pip.safetensors"
    save(path, strong(base), dtype=torch.float32)
    told = read_header(path)
    beginnings = ("lora_unet_input_", "lora_unet_middle_", "lora_unet_output_", "lora_te")
    assert all(key.startswith(beginnings) for key in told.shapes)
    assert told.metadata["ss_base_model_version"] == "sdxl_base_v1-0"
    assert told.metadata["modelspec.architecture"] == "stable-diffusion-xl-v1-base/lora"
    pipeline = StableDiffusionXLPipeline.from_pretrained(folder)
    pipeline.load_lora_weights(path)
    x, t = torch.randn(1, 4, 8, 8), torch.tensor([700])
    base.bank.add(load(path))
    try:
        with torch.no_grad(), base.bank.rows([{"pip": 1.0}]):
            ours = base.encode_text(["a fox"])
            said = base.denoise(x, t, ours)
            words, _, whole, _ = pipeline.encode_prompt("a fox")
            more = {"text_embeds": whole, "time_ids": torch.tensor([[64, 64, 0, 0, 64, 64]])}
            theirs = pipeline.unet(x, t, words, added_cond_kwargs=more).sample
        plain = base.encode_text(["a fox"])
    finally:
        base.bank.remove("pip")
    assert torch.allclose(ours[:, 1:], words, atol=1e-5)
    assert torch.allclose(ours[:, 0, :POOLED], whole, atol=1e-5)
    assert not torch.allclose(ours, plain, atol=1e-2)
    assert torch.allclose(said, theirs, atol=1e-5)


def _dotted(layer: str) -> str:
    return layer.replace("lora_te1_", "lora_te_")


@pytest.mark.parametrize("renamed", [_dotted, lambda layer: layer])
def test_files_with_diffusers_names_act_on_the_same_layers(
    base: Base, tmp_path: Path, renamed: Callable[[str], str]
) -> None:
    made = strong(base, conv=False)
    theirs: dict[str, Tensor] = {}
    for path, module in base.unet.named_modules():
        name = f"lora_unet_{path.replace('.', '_')}"
        ours = f"lora_unet_{spelt(path).path.replace('.', '_')}"
        if ours in made.factors and module is not None:
            theirs |= _tensors(name, made.factors[ours])
    for layer, factors in made.factors.items():
        if layer.startswith("lora_te"):
            theirs |= _tensors(renamed(layer), factors)
    path = tmp_path / "pip.safetensors"
    save_file(theirs, path)
    base.bank.add(load(path))
    try:
        assert set(base.bank.adapter("pip").factors) == set(made.factors)
        for layer, factors in base.bank.adapter("pip").factors.items():
            assert torch.equal(factors.down, made.factors[layer].down)
    finally:
        base.bank.remove("pip")


def _tensors(layer: str, factors: Factors) -> dict[str, Tensor]:
    ends = {"lora_down.weight": factors.down, "lora_up.weight": factors.up}
    return {f"{layer}.{end}": tensor.contiguous() for end, tensor in ends.items()}


def test_adapters_of_other_families_are_unfit_and_said_to_be(base: Base) -> None:
    layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
    alien = Adapter("old", "lora", {layer: Factors(torch.ones(2, 768), torch.ones(320, 2), 1.0)})
    with pytest.raises(Unfit, match=r"made for Stable Diffusion 1\.x"):
        base.bank.add(alien)


def test_a_fresh_lora_changes_nothing_and_trains_all_three_networks(base: Base) -> None:
    made = fresh(base.bank, "new", rank=2, alpha=2.0)
    assert {name.split("_")[1] for name in made.factors} == {"unet", "te1", "te2"}
    only = fresh(base.bank, "new", rank=2, alpha=2.0, text_encoder=False)
    assert {name.split("_")[1] for name in only.factors} == {"unet"}
