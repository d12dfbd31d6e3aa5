"""Stable Diffusion 1.x from one file: names, sizes, words, and what is refused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint,
    convert_ldm_unet_checkpoint,
    convert_ldm_vae_checkpoint,
)
from safetensors.torch import load_file, save_file
from torch import Tensor

from castmates.core.errors import BadInput
from castmates.families import ldm
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import detect, facts_of, fingerprint_of, notes_of, open_base
from castmates.families.vocabulary import looking_in, vocabulary_for, words_in
from tests.families.in_one_file import TEXT, UNET, VAE, in_one

WORDS = 136
"""Of the tiny vocabulary."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("diffusers") / "sd", usual=True)


@pytest.fixture
def place(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with a vocabulary, and nobody's cache."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    shutil.copytree(folder / "tokenizer", tmp_path / "models" / "tokenizer")
    (tmp_path / "models" / "Stable-diffusion").mkdir()
    return tmp_path / "models" / "Stable-diffusion"


@pytest.fixture
def file(folder: Path, place: Path) -> Path:
    save_file(in_one(folder), place / "mine.safetensors")
    return place / "mine.safetensors"


def same(first: Any, second: Any) -> bool:
    ours, theirs = first.state_dict(), second.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[k], theirs[k]) for k in theirs)


def test_a_file_is_the_folder(folder: Path, file: Path) -> None:
    assert detect(file) == "sd15"
    ours, theirs = open_base(file), open_base(folder)
    assert ours.name == "mine"
    for part in ("unet", "vae", "text_encoder"):
        assert same(getattr(ours, part), getattr(theirs, part)), part
    texts = ["a fox", "", "hat " * 60]
    assert torch.equal(ours.encode_text(texts), theirs.encode_text(texts))
    x, t, text = torch.randn(1, 4, 8, 8), torch.tensor([500]), ours.encode_text(["a fox"])
    with torch.no_grad():
        # Weights lie elsewhere in memory, and kernels are chosen by that: the last digit differs.
        assert torch.allclose(ours.denoise(x, t, text), theirs.denoise(x, t, text), atol=1e-5)
    assert torch.equal(ours.alphas_cumprod, theirs.alphas_cumprod)


def test_diffusers_own_conversion_agrees(folder: Path, file: Path) -> None:
    base, tensors = open_base(file), load_file(file)
    unet = convert_ldm_unet_checkpoint(dict(tensors), base.unet.config)
    vae = convert_ldm_vae_checkpoint(dict(tensors), base.vae.config)
    text = convert_ldm_clip_checkpoint(dict(tensors))
    held = base.unet.state_dict()
    assert unet.keys() == held.keys()
    assert all(torch.equal(unet[name], held[name]) for name in held)
    held = base.vae.state_dict()
    assert vae.keys() == held.keys()
    assert all(torch.equal(vae[name].reshape(held[name].shape), held[name]) for name in held)
    held = base.text_encoder.state_dict()
    named = {name.removeprefix("text_model."): one for name, one in text.items()}
    assert all(torch.equal(named[name], held[name]) for name in held)


def test_names_have_an_inverse_on_the_real_nets() -> None:
    """SD 1.5's own sizes, without weights: every name is used once, and counts are right."""
    from diffusers import AutoencoderKL, UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
        vae = AutoencoderKL(
            block_out_channels=[128, 256, 512, 512],
            layers_per_block=2,
            down_block_types=["DownEncoderBlock2D"] * 4,
            up_block_types=["UpDecoderBlock2D"] * 4,
            latent_channels=4,
        )
    shapes = {
        ldm.UNET + ldm.unet_name(name, 2, lambda level: level > 0): tuple(one.shape)
        for name, one in unet.state_dict().items()
    }
    assert len(shapes) == len(unet.state_dict()) == 686
    assert shapes[f"{UNET}output_blocks.5.2.conv.weight"] == (1280, 1280, 3, 3)
    assert shapes[f"{UNET}output_blocks.2.1.conv.weight"] == (1280, 1280, 3, 3)
    shapes |= {
        ldm.VAE + ldm.vae_name(name, 4): tuple(one.shape) for name, one in vae.state_dict().items()
    }
    assert len(shapes) == 686 + 248
    from castmates.families.sd15 import sizes

    found = sizes.unet_config(shapes)
    assert found["block_out_channels"] == [320, 640, 1280, 1280]
    assert (found["layers_per_block"], found["cross_attention_dim"]) == (2, 768)
    assert (found["attention_head_dim"], found["norm_num_groups"]) == (8, 32)
    assert found["down_block_types"] == ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"]
    assert sizes.vae_config(shapes)["block_out_channels"] == [128, 256, 512, 512]
    assert sizes.vae_config(shapes)["layers_per_block"] == 2


def test_old_files_halves_and_averages(folder: Path, place: Path) -> None:
    tensors = in_one(folder)
    old = {name.replace(TEXT, ldm.TEXT[1]): one.half() for name, one in tensors.items()}
    old["cond_stage_model.transformer.embeddings.position_ids"] = torch.arange(77)[None]
    old |= {f"model_ema.{name.replace('.', '')}": torch.zeros(1) for name in list(old)[:7]}
    save_file(old, place / "old.safetensors")
    ours, theirs = open_base(place / "old.safetensors"), open_base(folder)
    assert ours.unet.dtype == ours.text_encoder.dtype == torch.float32
    wanted = theirs.unet.conv_in.weight.half().float()
    assert torch.equal(ours.unet.conv_in.weight, wanted)
    [note] = notes_of(place / "old.safetensors")
    assert "7 running averages" in note
    half = open_base(place / "old.safetensors", dtype=torch.bfloat16)
    assert (half.unet.dtype, half.vae.dtype) == (torch.bfloat16, torch.float32)


def test_facts_hash_and_what_stands_beside(folder: Path, file: Path) -> None:
    facts = facts_of(file)
    assert (facts.native_size, facts.size_multiple, facts.max_tokens) == (512, 8, 77)
    assert (facts.prediction, facts.latent_scale, facts.clip_skip) == ("epsilon", 0.18215, 1)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert open_base(file).fingerprint == fingerprint_of(file) == digest
    file.with_suffix(".yaml").write_text('model:\n  params:\n    parameterization: "v"\n')
    assert facts_of(file).prediction == "v_prediction"
    moved = fingerprint_of(file)
    assert moved[:10] == digest[:10]
    assert moved != digest
    file.with_suffix(".toml").write_text(
        'native_size = 64\nprediction = "epsilon"\nclip_skip = 2\nlicence = "CC0-1.0"\n'
    )
    facts = facts_of(file)
    assert (facts.native_size, facts.prediction, facts.clip_skip) == (64, "epsilon", 2)
    assert fingerprint_of(file) == digest
    file.with_suffix(".toml").write_text("nativ_size = 64\n")
    with pytest.raises(BadInput, match="native_size"):
        facts_of(file)


def test_what_a_file_says_itself(folder: Path, place: Path) -> None:
    tensors = {**in_one(folder), "v_pred": torch.zeros(0), "ztsnr": torch.zeros(0)}
    said = {"modelspec.encoder_layer": "2"}
    save_file(tensors, place / "v.safetensors", metadata=said)
    facts = facts_of(place / "v.safetensors")
    assert (facts.prediction, facts.guidance_rescale) == ("v_prediction", 0.7)
    assert facts.clip_skip == 2
    assert open_base(place / "v.safetensors").alphas_cumprod[-1] == 0


class _Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.mark}",)


def test_a_pickle_is_read_and_never_run(folder: Path, place: Path, tmp_path: Path) -> None:
    tensors = in_one(folder)
    sound = place / "old.ckpt"
    torch.save({"state_dict": tensors, "global_step": 840000, "epoch": 1}, sound)
    assert same(open_base(sound).unet, open_base(folder).unet)
    assert fingerprint_of(sound) == hashlib.sha256(sound.read_bytes()).hexdigest()
    mark = tmp_path / "it-ran"
    torch.save({"state_dict": tensors, "callbacks": _Trap(mark)}, place / "trap.ckpt")
    for look in (open_base, facts_of, fingerprint_of, detect):
        with pytest.raises(BadInput, match=r"may run a program .*system"):
            look(place / "trap.ckpt")
    assert not mark.exists()


def test_what_trainers_left_in_pickles_is_left_out(folder: Path, place: Path) -> None:
    """The checkpoints of 2022 hold a class of pytorch_lightning by name."""
    torch.save({"state_dict": in_one(folder), "callbacks": {"x": 1}}, place / "pl.ckpt")
    import io
    import zipfile

    with zipfile.ZipFile(place / "pl.ckpt") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    [main] = [name for name in held if name.endswith("data.pkl")]
    # A short string is replaced by a global of the callback's name.
    call = b"cpytorch_lightning.callbacks.model_checkpoint\nModelCheckpoint\n"
    before = b"X\x01\x00\x00\x00x"
    assert before in held[main]
    held[main] = held[main].replace(before, call, 1)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        for name, data in held.items():
            archive.writestr(name, data)
    (place / "pl.ckpt").write_bytes(stream.getvalue())
    assert detect(place / "pl.ckpt") == "sd15"


def test_other_files_are_called_what_they_are(folder: Path, place: Path) -> None:
    tensors = in_one(folder)

    def refused(more: dict[str, Tensor], left: str = "") -> str:
        kept = {name: one for name, one in tensors.items() if not left or left not in name}
        save_file({**kept, **more}, place / "x.safetensors")
        with pytest.raises(BadInput, match="no base that castmates opens") as raised:
            open_base(place / "x.safetensors")
        return raised.value.what

    wide = torch.zeros(1).expand(640, 2048).contiguous()
    attn = f"{UNET}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight"
    assert "of sdxl" in refused({attn: wide, f"{UNET}label_emb.0.0.weight": torch.zeros(2, 2)})
    key = f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
    second = {key: torch.zeros(2, 1024), "cond_stage_model.model.ln_final.weight": torch.zeros(2)}
    assert "of sd2" in (said := refused(second))
    assert "version 2" in said
    painted = {f"{UNET}input_blocks.0.0.weight": torch.zeros(32, 9, 3, 3)}
    assert "inpainting" in refused(painted)
    assert "a VAE (first_stage_model" in refused({}, VAE)
    assert "a text encoder" in refused({}, TEXT)
    save_file({"lora_unet_x.lora_down.weight": torch.zeros(4, 4)}, place / "y.safetensors")
    with pytest.raises(BadInput, match="it is a lora"):
        open_base(place / "y.safetensors")


def test_broken_files_are_told(folder: Path, file: Path, place: Path) -> None:
    tensors = in_one(folder)
    data = file.read_bytes()
    file.write_bytes(data[:-100])
    with pytest.raises(BadInput, match="cut off"):
        open_base(file)
    key = f"{UNET}out.2.bias"
    save_file({**tensors, key: torch.full_like(tensors[key], torch.nan)}, file)
    with pytest.raises(BadInput, match=r"out\.2\.bias holds numbers that are none"):
        open_base(file)
    save_file({name: one for name, one in tensors.items() if name != key}, file)
    with pytest.raises(BadInput, match=r"1 weights are missing .*out\.2\.bias is missing"):
        open_base(file)
    (place / "x.ckpt").write_bytes(b"PK nothing")
    with pytest.raises(BadInput, match="cannot be read"):
        open_base(place / "x.ckpt")
    (place / "x.bmp").write_bytes(b"BM")
    with pytest.raises(BadInput, match=r"wanted one of \.safetensors"):
        open_base(place / "x.bmp")


def test_words_are_looked_for_and_never_guessed(
    folder: Path, file: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = place.parent / "tokenizer"
    assert words_in(tokenizer) == WORDS
    assert vocabulary_for(file, WORDS) == tokenizer
    tokenizer.rename(tmp_path / "kept")
    with pytest.raises(BadInput, match="136 words") as raised:
        open_base(file)
    assert "vocab.json and merges.txt" in raised.value.fix
    assert "castmates models add" in raised.value.fix
    with looking_in([tmp_path]), pytest.raises(BadInput, match="136 words"):
        vocabulary_for(file, WORDS)
    with looking_in([tmp_path / "kept"]):
        assert open_base(file).count_tokens("a fox") == 6
    other = tmp_path / "cache" / "hub" / "models--me--sd" / "snapshots" / "1" / "tokenizer"
    shutil.copytree(tmp_path / "kept", other)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    assert open_base(file).count_tokens("a fox") == 6
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(tmp_path / "kept" / name, place)
    base = open_base(file)
    assert base.tokens("fox") == open_base(folder).tokens("fox")
    (place / "vocab.json").write_text(json.dumps({"a": 0}))
    assert vocabulary_for(file, WORDS) == other
    other.rename(tmp_path / "gone")
    with pytest.raises(BadInput, match="has 1"):
        vocabulary_for(file, WORDS)
