"""Models are found in the trees that people have; what cannot be looked into is told."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.files.model_tree import Tree, kind_of_folder, look_through


def made(root: Path, *names: str) -> Path:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return root


def told(tree: Tree) -> dict[str, str]:
    return {found.place: found.hint for found in tree.found}


A1111 = {
    "models/Stable-diffusion/anime/dream.safetensors": "checkpoint",
    "models/Stable-diffusion/old.ckpt": "checkpoint",
    "models/Lora/pip.safetensors": "lora",
    "models/LyCORIS/hat.safetensors": "lora",
    "models/VAE/sharp.pt": "vae",
    "models/ESRGAN/4x.pth": "upscaler",
    "models/text_encoder/t5.gguf": "text-encoder",
    "embeddings/bad-hands.pt": "embedding",
}
COMFY = {
    "models/checkpoints/dream.safetensors": "checkpoint",
    "models/diffusion_models/flux.sft": "network",
    "models/loras/people/pip.safetensors": "lora",
    "models/upscale_models/4x.pth": "upscaler",
    "models/clip_vision/h.safetensors": "vision-encoder",
    "models/embeddings/bad.pt": "embedding",
}


@pytest.mark.parametrize("files", [A1111, COMFY])
def test_a_programs_models_are_found_and_its_other_files_left(
    tmp_path: Path, files: dict[str, str]
) -> None:
    made(tmp_path, *files)
    made(tmp_path, "venv/lib/a.safetensors", "output/b.safetensors", "extensions/x/c.ckpt")
    made(tmp_path, "models/Lora/.hidden/d.safetensors", "models/Lora/pip.png", "models/a.bin")
    assert told(look_through(tmp_path)) == files


def test_a_collection_without_a_program_is_walked_whole(tmp_path: Path) -> None:
    made(tmp_path, "loras/a.safetensors", "embeddings/b.pt", "misc/c.safetensors", "misc/d.pt")
    wanted = {"loras/a.safetensors": "lora", "embeddings/b.pt": "embedding"}
    assert told(look_through(tmp_path)) == {**wanted, "misc/c.safetensors": ""}
    assert told(look_through(tmp_path / "loras")) == {"a.safetensors": "lora"}


def test_a_diffusers_folder_is_one_model(tmp_path: Path) -> None:
    made(tmp_path, "sd/model_index.json", "sd/unet/w.safetensors", "sd/vae/w.safetensors")
    (found,) = look_through(tmp_path).found
    assert (found.form, found.place, found.hint) == ("folder", "sd", "checkpoint")
    assert look_through(tmp_path / "sd").found[0].path == tmp_path / "sd"


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    made(tmp_path, "big disk/loras/a.safetensors", "here/b.safetensors")
    (tmp_path / "here" / "far").symlink_to(tmp_path / "big disk")
    (tmp_path / "big disk" / "round").symlink_to(tmp_path / "here")
    found = [model.path.name for model in look_through(tmp_path / "here").found]
    assert found == ["b.safetensors", "a.safetensors"]


def test_what_comfyui_is_told_besides_is_looked_through(tmp_path: Path) -> None:
    home = made(tmp_path / "comfy", "models/loras/a.safetensors")
    made(tmp_path / "webui", "models/Lora/b.safetensors", "embeddings/c.pt", "x/d.safetensors")
    (home / "extra_model_paths.yaml").write_text(
        "a1111:\n    base_path: ../webui/\n    loras: |\n         models/Lora\n"
        "         models/LyCORIS\n    embeddings: embeddings\n    custom_nodes: x\n"
    )
    tree = look_through(home)
    assert [found.path.name for found in tree.found] == ["a.safetensors", "b.safetensors", "c.pt"]
    assert [found.hint for found in tree.found] == ["lora", "lora", "embedding"]
    (trouble,) = tree.troubles
    assert "LyCORIS, which is no folder" in trouble.what
    (home / "extra_model_paths.yaml").write_text("nonsense\n")
    assert "line 1: 'nonsense'" in look_through(home).troubles[0].what


def test_one_file_is_taken_whatever_its_folder(tmp_path: Path) -> None:
    made(tmp_path, "a.pt", "Lora/b.pt", "notes.txt")
    assert told(look_through(tmp_path / "a.pt")) == {"a.pt": ""}
    assert told(look_through(tmp_path / "Lora" / "b.pt")) == {"b.pt": "lora"}
    with pytest.raises(BadInput, match=r"no model file; wanted one of \.safetensors"):
        look_through(tmp_path / "notes.txt")
    with pytest.raises(Missing, match="no folder or file"):
        look_through(tmp_path / "nowhere")


@pytest.mark.skipif(os.name != "posix", reason="names are bytes there")
def test_a_name_that_is_no_text_is_told(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"\xff.safetensors")).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes no such name")
    made(tmp_path, "a.safetensors")
    tree = look_through(tmp_path)
    assert told(tree) == {"a.safetensors": ""}
    assert "no text" in tree.troubles[0].what


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_folder_is_told_and_the_others_are_found(tmp_path: Path) -> None:
    made(tmp_path, "a/x.safetensors", "b/y.safetensors")
    (tmp_path / "a").chmod(0)
    tree = look_through(tmp_path)
    (tmp_path / "a").chmod(stat.S_IRWXU)
    assert told(tree) == {"b/y.safetensors": ""}
    assert "not allowed" in tree.troubles[0].what


def test_folders_are_known_in_every_spelling() -> None:
    for name in ("Stable-diffusion", "stable_diffusion", "StableDiffusion"):
        assert kind_of_folder(name) == "checkpoint"
    assert kind_of_folder("holiday") == ""
