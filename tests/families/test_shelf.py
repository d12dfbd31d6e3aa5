"""Which folders are bases, what their facts are, and what is said of the others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch

from castmates.core.errors import BadInput, Missing
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import FAMILIES, detect, facts_of, fingerprint_of, open_base


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("sound") / "base")


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "mine"))


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_plain_folder_has_the_facts_of_its_files(folder: Path) -> None:
    assert detect(folder) == "sd15"
    assert list(FAMILIES) == ["flux", "sd15", "sdxl"]
    facts = facts_of(folder)
    assert (facts.native_size, facts.size_multiple, facts.max_tokens) == (64, 8, 77)
    assert (facts.prediction, facts.guidance_rescale) == ("epsilon", 0.0)
    assert (facts.latent_scale, facts.may_sell, facts.licence) == (0.18215, None, "")
    scheduler = folder / "scheduler" / "scheduler_config.json"
    change(scheduler, prediction_type="v_prediction", rescale_betas_zero_snr=True)
    facts = facts_of(folder)
    assert (facts.prediction, facts.guidance_rescale) == ("v_prediction", 0.7)
    change(scheduler, prediction_type="sample")
    with pytest.raises(BadInput, match="prediction_type 'sample'"):
        facts_of(folder)


def test_a_base_states_its_own_facts(folder: Path) -> None:
    (folder / "castmates.toml").write_text(
        'family = "sd15"\nnative_size = 128\nguidance = 4.0\nguidance_rescale = 0.5\n'
        'sampler = "ddim"\nsteps = 20\ncaption_style = "tags"\nlicence = "Apache-2.0"\n'
        "may_sell = true\ndetail_floor = 0.3\n"
    )
    facts = open_base(folder).facts
    assert (facts.native_size, facts.guidance, facts.guidance_rescale) == (128, 4.0, 0.5)
    assert (facts.sampler, facts.steps, facts.detail_floor) == ("ddim", 20, 0.3)
    assert (facts.licence, facts.may_sell) == ("Apache-2.0", True)


def test_facts_that_do_not_fit_are_told_at_once(folder: Path) -> None:
    (folder / "castmates.toml").write_text('guidence = 4\nsteps = "many"\n')
    with pytest.raises(BadInput, match="Did you mean 'guidance'") as raised:
        facts_of(folder)
    assert "'steps' does not fit" in str(raised.value)
    (folder / "castmates.toml").write_text('family = "sd16"\n')
    with pytest.raises(BadInput, match="Did you mean 'sd15'"):
        facts_of(folder)


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("model_index.json", "model_index.json"),
        ("unet", "unet/config.json"),
        ("vae/diffusion_pytorch_model.safetensors", "vae/*.safetensors"),
        ("scheduler", "scheduler/scheduler_config.json"),
        ("tokenizer", "tokenizer/vocab.json"),
    ],
)
def test_what_a_folder_lacks_is_named(folder: Path, gone: str, told: str) -> None:
    path = folder / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(BadInput, match="is not a base folder") as raised:
        open_base(folder)
    assert told in raised.value.what
    assert "diffusers form" in raised.value.fix


def test_pickled_weights_are_not_opened(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    with pytest.raises(BadInput, match=r"only pickled \.bin weights"):
        open_base(folder)


def test_other_models_are_recognised(folder: Path) -> None:
    change(folder / "unet" / "config.json", in_channels=9)
    with pytest.raises(BadInput, match="inpainting"):
        open_base(folder)
    change(folder / "unet" / "config.json", in_channels=4, use_linear_projection=True)
    with pytest.raises(BadInput, match="version 2"):
        open_base(folder)
    change(folder / "model_index.json", _class_name="StableDiffusionXLPipeline")
    with pytest.raises(BadInput, match="StableDiffusionXLPipeline"):
        open_base(folder)


def test_what_is_no_folder_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no folder"):
        open_base(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"no base that castmates opens: it is .*lacks a"):
        open_base(folder / "unet" / "diffusion_pytorch_model.safetensors")
    with pytest.raises(BadInput, match="Did you mean 'storybook'"):
        open_base("storibook")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=r"it lacks model_index\.json, unet/config\.json"):
        open_base(tmp_path / "empty")


def test_broken_files_are_told(folder: Path) -> None:
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    data = weights.read_bytes()
    weights.write_bytes(data[:-100])
    with pytest.raises(BadInput, match="cut off"):
        open_base(folder)
    weights.write_bytes(data)
    config = (folder / "unet" / "config.json").read_text()
    (folder / "unet" / "config.json").write_text("{")
    with pytest.raises(BadInput, match="not JSON"):
        open_base(folder)
    (folder / "unet" / "config.json").write_text(config)
    change(folder / "text_encoder" / "config.json", num_hidden_layers=3)
    with pytest.raises(BadInput, match=r"text_encoder.*weights are missing"):
        open_base(folder)


def test_weights_that_do_not_fit_the_configuration_are_told(folder: Path) -> None:
    change(folder / "unet" / "config.json", cross_attention_dim=48)
    with pytest.raises(BadInput, match="unet"):
        open_base(folder)


def test_the_fingerprint_follows_the_weights(folder: Path, tmp_path: Path, sound: Path) -> None:
    first = open_base(sound).fingerprint
    assert open_base(folder).fingerprint == first
    assert fingerprint_of(folder) == first
    assert len(first) == 64
    other = tiny(tmp_path / "other", seed=1)
    assert open_base(other).fingerprint != first
    change(folder / "scheduler" / "scheduler_config.json", prediction_type="v_prediction")
    assert open_base(folder).fingerprint != first


def test_fp16_variants_and_a_base_in_the_current_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for part in ("unet", "vae", "text_encoder"):
        [weights] = (folder / part).glob("*.safetensors")
        weights.rename(weights.with_suffix(".fp16.safetensors"))
    monkeypatch.chdir(folder.parent)
    base = open_base("mine")
    assert (base.name, base.unet.dtype) == ("mine", torch.float32)


def test_devices_that_are_not_here_are_told(folder: Path) -> None:
    assert open_base(folder, "auto").device.type in ("cpu", "cuda", "mps")
    with pytest.raises(BadInput, match="no device"):
        open_base(folder, "gpu")
    if not torch.cuda.is_available():
        with pytest.raises(Missing, match="no 'cuda' device"):
            open_base(folder, "cuda")
