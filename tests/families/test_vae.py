"""Another VAE: every layout is the same network, and hashes, infotext and runs follow it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny, tiny_vae
from castmates.families.sd15.vae import load_vae
from castmates.families.shelf import open_base, take_vae
from castmates.files import images
from castmates.files.studio import Studio
from castmates.files.tensors import read_header
from tests.families.in_one_file import VAE, in_one
from tests.pictures.drawn import picture

CPU = torch.device("cpu")
OLD = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a VAE of other weights than the base's."""
    return tiny(tmp_path_factory.mktemp("vae") / "sd", seed=5, usual=True)


@pytest.fixture(scope="module")
def base_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "sd", usual=True)


def layouts(folder: Path) -> dict[str, dict[str, Tensor]]:
    ldm = {name: one for name, one in in_one(folder).items() if name.startswith(VAE)}
    plain = load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")
    old = {}
    for name, one in plain.items():
        for ours, theirs in OLD.items() if ".attentions." in name else ():
            name = name.replace(ours, theirs)
        old[name] = one
    bare = {name.removeprefix(VAE): one for name, one in ldm.items()}
    return {"whole": in_one(folder), "ldm": ldm, "bare": bare, "diffusers": plain, "old": old}


def test_every_layout_is_the_same(folder: Path, tmp_path: Path) -> None:
    wanted = load_file(folder / "vae" / "diffusion_pytorch_model.safetensors")
    paths = [folder, folder / "vae"]
    for name, tensors in layouts(folder).items():
        held = {key: one.contiguous() for key, one in tensors.items()}
        save_file(held, tmp_path / f"{name}.safetensors")
        torch.save({"state_dict": held}, tmp_path / f"{name}.pt")
        paths += [tmp_path / f"{name}.safetensors", tmp_path / f"{name}.pt"]
    for path in paths:
        vae, digest = load_vae(path, CPU)
        assert vae.state_dict().keys() == wanted.keys(), path
        assert all(torch.equal(vae.state_dict()[key], one) for key, one in wanted.items()), path
        assert vae.config.norm_num_groups == 8
        if path.is_file():
            assert digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_base_encodes_and_decodes_with_it(folder: Path, base_folder: Path) -> None:
    ours, theirs = open_base(base_folder), open_base(folder)
    before, x = ours.fingerprint, torch.randn(1, 4, 8, 8)
    assert (ours.decode(x)[0] != theirs.decode(x)[0]).any()
    take_vae(ours, folder / "vae")
    assert (ours.decode(x)[0] == theirs.decode(x)[0]).all()
    pixels = [picture_of(64)]
    assert torch.equal(ours.encode_pictures(pixels), theirs.encode_pictures(pixels))
    assert ours.fingerprint != before
    assert ours.fingerprint[:32] == before[:32]


def picture_of(side: int) -> images.Pixels:
    values = torch.arange(side * side * 3).reshape(side, side, 3) % 251
    return values.to(torch.uint8).numpy()


def test_what_is_no_vae_is_told(folder: Path, base_folder: Path, tmp_path: Path) -> None:
    base = open_base(base_folder)
    with pytest.raises(Missing, match="no VAE"):
        take_vae(base, tmp_path / "nowhere.pt")
    save_file({"x": torch.zeros(1)}, tmp_path / "x.safetensors")
    with pytest.raises(BadInput, match="it holds no VAE"):
        take_vae(base, tmp_path / "x.safetensors")
    tiny_vae(16).save_pretrained(tmp_path / "wide")
    with pytest.raises(Unfit, match="16 channels"):
        take_vae(base, tmp_path / "wide")
    assert base.vae.config.latent_channels == 4


def test_training_and_drawing_take_it(folder: Path, base_folder: Path, tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "studio")
    pip = studio.add_character(Character(name="pip", trigger="pip"))
    pip.pictures_dir.mkdir(exist_ok=True)
    for number in (1, 2):
        picture(number).save(pip.picture_path(number))
        pip.write_caption(number, f"pip, look {number}")
    vae = tmp_path / "models" / "mine.vae.pt"
    vae.parent.mkdir()
    held = layouts(folder)["bare"]
    torch.save({"state_dict": {key: one.contiguous() for key, one in held.items()}}, vae)
    digest = hashlib.sha256(vae.read_bytes()).hexdigest()

    def run(*words: str) -> str:
        at = ("--studio", str(studio.path), "--base", str(base_folder))
        result = CliRunner().invoke(app, [*words, *at])
        assert result.exit_code == 0, result.output
        return result.stdout

    sets = [word for one in ("length=1 steps", "batch=1", "rank=2") for word in ("--set", one)]
    run("train", "pip", *sets)
    run("train", "pip", *sets, "--vae", str(vae))
    adapters = list(studio.path.glob("cast/pip/runs/*/pip.safetensors"))
    told = [read_header(path).metadata for path in adapters]
    assert sorted(one["ss_vae_name"] for one in told) == ["None", "mine.vae.pt"]
    assert digest in {one["ss_new_vae_hash"] for one in told}
    how = ("draw", "a fox", "-n", "1", "--size", "64", "--steps", "1", "--json")
    plain, other = (json.loads(run(*how, *more)) for more in ((), ("--vae", str(vae))))
    texts = [images.read_text(Path(one["pictures"][0]))["parameters"] for one in (plain, other)]
    assert "VAE" not in texts[0]
    assert f"VAE hash: {digest[:10]}, VAE: mine.vae.pt" in texts[1]
    first, second = (images.read(Path(one["pictures"][0])) for one in (plain, other))
    assert (first != second).any()
