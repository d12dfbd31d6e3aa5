"""The Flux family on tiny random weights and on the real sizes without any, held against plain
diffusers."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import (
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
)
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPTextConfig, CLIPTextModel

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import load, save
from castmates.adapters.layer import Bank
from castmates.adapters.lora import Ranks, fresh
from castmates.adapters.makers import Wanted
from castmates.adapters.makers import fresh as fresh_of
from castmates.core.errors import BadInput, Unfit
from castmates.families.base import Base
from castmates.families.facts import Flow
from castmates.families.flux.denoise import packed, unpacked
from castmates.families.flux.names import spelt
from castmates.families.flux.schedule import alphas_cumprod
from castmates.families.flux.tiny import WORDS, tiny
from castmates.families.shelf import detect, facts_of, open_base
from castmates.files.tensors import read_header

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("flux") / "base")


@pytest.fixture(scope="module")
def base(folder: Path) -> Base:
    return open_base(folder)


def strong(base: Base) -> Adapter:
    """A LoRA on every layer, none of its factors zero."""
    numbers = torch.Generator().manual_seed(4)
    factors = {}
    for layer, shape in base.bank.shapes().items():
        down = 0.2 * torch.randn(shape.down(3), generator=numbers)
        factors[layer] = Factors(down, 0.2 * torch.randn(shape.up(3), generator=numbers), 0.5)
    return Adapter("pip", "lora", factors)


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def said(base: Base, seed: int = 0) -> Tensor:
    x = torch.randn(2, 4, 8, 12, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return base.denoise(x, torch.tensor([999, 200]), base.encode_text(["a fox", "snow"]))


def test_dev_and_schnell_are_known_and_have_the_facts_of_their_files(
    folder: Path, tmp_path: Path
) -> None:
    assert detect(folder) == "flux"
    dev, schnell = facts_of(folder), facts_of(tiny(tmp_path / "schnell", guided=False))
    for facts in (dev, schnell):
        assert (facts.prediction, facts.latent_scale, facts.sampler) == ("flow", 0.3611, "euler")
        assert (facts.size_multiple, facts.latent_side, facts.latent_channels) == (16, 8, 4)
        assert not facts.takes_negative
        assert not facts.weighs_words
    assert (dev.told_guidance, dev.guidance, dev.steps, dev.max_tokens) == (True, 3.5, 28, 512)
    assert (schnell.told_guidance, schnell.steps, schnell.max_tokens) == (False, 4, 256)
    assert dev.flow == Flow(grows=(0.5, 1.15))
    assert schnell.flow == Flow()
    mine = Path(shutil.copytree(folder, tmp_path / "mine"))
    (mine / "castmates.toml").unlink()
    assert facts_of(mine).native_size == 1024
    change(mine / "scheduler" / "scheduler_config.json", _class_name="EulerDiscreteScheduler")
    with pytest.raises(BadInput, match="Wanted FlowMatchEuler"):
        facts_of(mine)


def test_what_a_folder_lacks_is_named(folder: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(folder, tmp_path / "mine"))
    shutil.rmtree(mine / "text_encoder_2")
    with pytest.raises(BadInput, match=r"text_encoder_2/config\.json .its model_index"):
        open_base(mine)
    mine = Path(shutil.copytree(folder, tmp_path / "other"))
    change(mine / "transformer" / "config.json", in_channels=96, out_channels=16)
    with pytest.raises(BadInput, match="is told a picture"):
        open_base(mine)


@pytest.mark.parametrize("tokens", [16, 256, 1000, 4096, 9000])
@pytest.mark.parametrize("kind", ["exponential", "linear"])
def test_the_shift_is_diffusers(tokens: int, kind: str) -> None:
    flow = Flow(grows=(0.5, 1.15), by_exponent=kind == "exponential")
    theirs = FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True, time_shift_type=kind)
    mu = (tokens - 256) * (1.15 - 0.5) / (4096 - 256) + 0.5
    wanted = theirs.time_shift(mu, 1.0, torch.tensor([0.25, 0.5, 0.9]))
    f, s = flow.at(tokens), torch.tensor([0.25, 0.5, 0.9])
    torch.testing.assert_close(f * s / (1 + (f - 1) * s), wanted)
    assert Flow(shift=3.0).at(tokens) == 3.0


def test_levels_are_shares_of_signal_of_a_flow() -> None:
    a = alphas_cumprod()
    s = torch.arange(1, 1001) / 1000
    signal, noise = a.sqrt(), (1 - a).sqrt()
    torch.testing.assert_close(noise / (signal + noise), s)
    assert a[-1] == 0


def test_packing_is_diffusers_and_goes_back() -> None:
    x = torch.randn(2, 4, 6, 8)
    assert torch.equal(packed(x), FluxPipeline._pack_latents(x, 2, 4, 6, 8))
    assert torch.equal(unpacked(packed(x), 6, 8), x)


@pytest.mark.parametrize("guided", [True, False])
def test_text_and_transformer_say_what_diffusers_says(tmp_path: Path, guided: bool) -> None:
    folder = tiny(tmp_path / "base", guided=guided, seed=1)
    base, pipeline = open_base(folder), FluxPipeline.from_pretrained(folder)
    most = base.facts.max_tokens
    texts = ["a fox, in (snow)", "", "hat " * 300]
    ours = base.encode_text(texts)
    assert ours.shape == (3, 1 + most, WORDS)
    words, whole, txt = pipeline.encode_prompt(texts, texts, max_sequence_length=most)
    assert torch.allclose(ours[:, 1:], words, atol=1e-4)
    assert torch.allclose(ours[:, 0, : whole.shape[1]], whole, atol=1e-6)
    x, s = torch.randn(3, 4, 8, 12), torch.tensor([1.0, 0.5, 0.013])
    guidance = torch.tensor([2.0, 3.5, 1.0])
    places = FluxPipeline._prepare_latent_image_ids(3, 4, 6, "cpu", torch.float32)
    with torch.no_grad():
        theirs = pipeline.transformer(
            hidden_states=packed(x),
            timestep=s,
            guidance=guidance if guided else None,
            pooled_projections=whole,
            encoder_hidden_states=words,
            txt_ids=txt,
            img_ids=places,
        ).sample
        mine = base.denoise(x, 1000 * s - 1, ours, guidance=guidance)
        other = base.denoise(x, 1000 * s - 1, ours)
    assert torch.allclose(packed(mine), theirs, atol=1e-4)
    assert torch.equal(mine[1], other[1])
    assert torch.equal(mine[0], other[0]) == (not guided)


def test_tokens_are_encoded_as_their_text(base: Base) -> None:
    texts = ["a fox", "", "in the snow, (hat)"]
    chunks = [[number for number, _, _ in base.tokens(text)] for text in texts]
    assert torch.equal(base.encode_tokens(chunks), base.encode_text(texts))
    assert (base.count_tokens(""), base.count_tokens("abc")) == (2, 5)
    assert base.encode_text([]).shape == (0, 513, WORDS)


# The published configurations: huggingface.co/black-forest-labs/FLUX.1-dev.
TRANSFORMER = {
    "num_layers": 19,
    "num_single_layers": 38,
    "attention_head_dim": 128,
    "num_attention_heads": 24,
    "joint_attention_dim": 4096,
    "pooled_projection_dim": 768,
    "guidance_embeds": True,
}


@pytest.fixture(scope="module")
def real() -> Bank:
    """FLUX.1 dev in its real size, without a single number."""
    clip = CLIPTextConfig(hidden_size=768, num_hidden_layers=12, intermediate_size=3072)
    with torch.device("meta"):
        roots = {
            "lora_unet": FluxTransformer2DModel(**TRANSFORMER),
            "lora_te1": CLIPTextModel(clip),
        }
    return Bank(roots, "Flux", {"lora_unet": spelt})


def test_the_real_size_has_kohyas_layers(real: Bank) -> None:
    names = real.module_names(["lora_unet"])
    assert len(names) == 304
    assert len(real.module_names(["lora_te1"])) == 72
    double = [
        f"{stream}_{layer}"
        for stream in ("img", "txt")
        for layer in ("attn_qkv", "attn_proj", "mlp_0", "mlp_2", "mod_lin")
    ]
    single = ("linear1", "linear2", "modulation_lin")
    wanted = {f"lora_unet_double_blocks_{i}_{layer}" for i in range(19) for layer in double}
    wanted |= {f"lora_unet_single_blocks_{i}_{layer}" for i in range(38) for layer in single}
    assert set(names) == wanted
    shapes = real.shapes(["lora_unet"])
    expected = {
        "double_blocks_0_img_attn_qkv": (9216, 3072),
        "double_blocks_0_txt_mod_lin": (18432, 3072),
        "single_blocks_37_linear1": (21504, 3072),
        "single_blocks_37_linear2": (3072, 15360),
    }
    for layer, (out, into) in expected.items():
        shape = shapes[f"lora_unet_{layer}"]
        assert (shape.out, shape.into) == (out, into)


def parts_of(base: Base, layer: str) -> list[torch.nn.Linear]:
    """The modules behind a layer of the file, in the order of its rows."""
    found = {}
    for path, module in base.unet.named_modules():
        name = spelt(path)
        if f"lora_unet_{name.path.replace('.', '_')}" == layer:
            found[name.place] = module
    return [found[place] for place in sorted(found)]


def test_a_lora_is_the_same_as_its_products_in_the_weights(folder: Path, base: Base) -> None:
    made, changed = strong(base), open_base(folder)
    only = {layer: f for layer, f in made.factors.items() if layer.startswith("lora_unet")}
    with torch.no_grad():
        for layer, f in only.items():
            rows = (f.scale * f.up @ f.down).split([m.out_features for m in parts_of(base, layer)])
            for module, delta in zip(parts_of(changed, layer), rows, strict=True):
                module.weight += delta
    base.bank.add(Adapter("pip", "lora", only))
    try:
        plain = said(base)
        with base.bank.rows([{"pip": 1.0}, {"pip": 1.0}]):
            adapted = said(base)
        with base.bank.rows([{"pip": 1.0}, {}]):
            mixed = said(base)
    finally:
        base.bank.remove("pip")
    assert torch.allclose(adapted, said(changed), atol=1e-4)
    assert torch.allclose(mixed[0], adapted[0], atol=1e-5)
    assert torch.allclose(mixed[1], plain[1], atol=1e-5)
    assert not torch.allclose(adapted, plain, atol=1e-2)


def test_a_lora_lies_in_kohyas_names_and_diffusers_draws_the_same_with_it(
    base: Base, folder: Path, tmp_path: Path
) -> None:
    path, made = tmp_path / "pip.safetensors", strong(base)
    save(path, made, dtype=torch.float32)
    told = read_header(path)
    beginnings = ("lora_unet_double_blocks_", "lora_unet_single_blocks_", "lora_te1_text_model_")
    assert all(key.startswith(beginnings) for key in told.shapes)
    assert told.metadata["ss_base_model_version"] == "flux1"
    assert told.metadata["modelspec.architecture"] == "flux-1-dev/lora"
    assert "modelspec.prediction_type" not in told.metadata
    # diffusers' converter has the real widths of the joined layers in it: they are parted here.
    pipeline = FluxPipeline.from_pretrained(folder)
    pipeline.load_lora_weights(_parted(base, made))
    base.bank.add(load(path))
    try:
        with torch.no_grad(), base.bank.rows([{"pip": 1.0}]):
            ours = base.encode_text(["a fox"])
            words, whole, txt = pipeline.encode_prompt("a fox", "a fox")
            assert torch.allclose(ours[:, 0, : whole.shape[1]], whole, atol=1e-5)
            x = torch.randn(1, 4, 8, 8)
            mine = base.denoise(x, torch.tensor([499]), ours)
            theirs = pipeline.transformer(
                hidden_states=packed(x),
                timestep=torch.tensor([0.5]),
                guidance=torch.tensor([3.5]),
                pooled_projections=whole,
                encoder_hidden_states=words,
                txt_ids=txt,
                img_ids=FluxPipeline._prepare_latent_image_ids(1, 4, 4, "cpu", torch.float32),
            ).sample
    finally:
        base.bank.remove("pip")
    assert torch.allclose(packed(mine), theirs, atol=1e-4)


def _parted(base: Base, made: Adapter) -> dict[str, Tensor]:
    """The same LoRA in diffusers' own names."""
    paths = {id(module): path for path, module in base.unet.named_modules()}
    found: dict[str, Tensor] = {}
    for layer, f in made.factors.items():
        if layer.startswith("lora_te1"):
            continue
        modules = parts_of(base, layer)
        for module, up in zip(modules, f.up.split([m.out_features for m in modules]), strict=True):
            path = f"transformer.{paths[id(module)]}"
            found[f"{path}.lora_A.weight"] = f.down.clone()
            found[f"{path}.lora_B.weight"] = f.scale * up
    text = {id(module): path for path, module in base.text_encoder.named_modules()}
    for layer, f in made.factors.items():
        if layer.startswith("lora_te1"):
            path = f"text_encoder.{text[id(base.bank.layers[layer])]}"
            found[f"{path}.lora_A.weight"] = f.down.clone()
            found[f"{path}.lora_B.weight"] = f.scale * f.up
    return found


@pytest.mark.parametrize("common", [True, False])
def test_a_file_in_diffusers_names_is_joined_to_the_same(
    base: Base, tmp_path: Path, common: bool
) -> None:
    made, path = strong(base), tmp_path / "pip.safetensors"
    parted = _parted(base, made)
    if not common:
        # The same products of other factors: parts no longer share their map down.
        for n, key in enumerate([key for key in parted if ".lora_A." in key], 2):
            parted[key] *= n
            parted[key.replace("lora_A", "lora_B")] /= n
    save_file({k: v.contiguous() for k, v in parted.items()}, path)
    base.bank.add(load(path))
    base.bank.add(Adapter("own", "lora", made.factors))
    try:
        held = base.bank.adapter("pip").factors
        assert set(held) == set(made.factors)
        assert held["lora_unet_single_blocks_0_linear1"].rank == (3 if common else 12)
        with base.bank.rows([{"pip": 1.0}] * 2):
            theirs = said(base)
        with base.bank.rows([{"own": 1.0}] * 2):
            ours = said(base)
    finally:
        base.bank.eject()
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_layers_that_are_several_take_a_plain_lora_only(base: Base) -> None:
    made = fresh(base.bank, "new", rank=2, alpha=2.0)
    layer = "lora_unet_double_blocks_0_img_attn_qkv"
    assert made.factors[layer].up.shape == (96, 2)
    alien = fresh_of(base.bank, "new", Wanted(Ranks(2, 2.0), kind="loha"))
    with pytest.raises(Unfit, match="only a plain LoRA"):
        base.bank.add(alien)
