"""Folders are looked through by headers alone, once; hashes are summed when somebody asks."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from castmates.core.errors import Missing
from castmates.core.events import Event, Moved, Warned
from castmates.families.shelf import STORYBOOK, fingerprint_of
from castmates.files.hashes import hashes_of
from castmates.files.studio import Studio
from castmates.files.tensors import tensor_hash
from castmates.studio import model_scan
from castmates.studio.model_facts import commonest_tags
from castmates.studio.model_index import Models
from castmates.studio.model_scan import demand, look_for, memory_of, scan, with_hashes
from tests.studio import model_files as written


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    """A studio that knows a ComfyUI tree beside it."""
    home = tmp_path / "comfy"
    (home / "models").mkdir(parents=True)
    studio = Studio.init(tmp_path / "studio")
    known = studio.settings.model_copy(update={"models": (str(home),)})
    studio.save_settings(known)
    return studio


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return tmp_path / "comfy" / "models"


def by_name(models: Models) -> dict[str, tuple[str, tuple[str, ...], str]]:
    return {m.name: (m.kind, m.families, m.variant) for m in models if m.name != STORYBOOK}


def test_a_tree_is_told_by_its_headers(studio: Studio, tree: Path) -> None:
    written.checkpoint(tree / "checkpoints" / "dream.safetensors")
    written.checkpoint(tree / "checkpoints" / "two.safetensors", width=1024)
    written.flux(tree / "diffusion_models" / "dev.safetensors")
    written.lora(tree / "loras" / "pip.safetensors")
    written.embedding(tree / "embeddings" / "bad.safetensors")
    written.pickle(tree / "checkpoints" / "old.ckpt")
    written.diffusers(tree / "diffusers" / "xl", "StableDiffusionXLPipeline", 2048)
    (tree / "unet").mkdir()
    (tree / "unet" / "small.gguf").write_bytes(b"GGUF....")
    models = scan(studio)
    assert by_name(models) == {
        "dream": ("checkpoint", ("sd15",), ""),
        "two": ("checkpoint", ("sd2",), ""),
        "old": ("checkpoint", (), ""),
        "xl": ("checkpoint", ("sdxl",), ""),
        "dev": ("network", ("flux",), "dev"),
        "bad": ("embedding", ("sd15",), ""),
        "pip": ("lora", ("sd15",), "lora"),
        "small": ("network", (), ""),
    }
    assert "is opened; castmates does not" in models.one("old").problems[0]
    assert models.one("pip").place == "models/loras/pip.safetensors"
    assert models.unread == ()
    own = models.one(STORYBOOK)
    assert (own.opens, own.may_sell, own.families) == (True, True, ("sd15",))


def test_broken_files_are_named_and_skipped(studio: Studio, tree: Path) -> None:
    good = written.lora(tree / "loras" / "pip.safetensors")
    (tree / "loras" / "cut.safetensors").write_bytes(good.read_bytes()[:-9])
    (tree / "loras" / "none.safetensors").write_bytes(b"abc")
    old = written.pickle(tree / "checkpoints" / "cut.ckpt")
    old.write_bytes(old.read_bytes()[:-30])
    (tree / "checkpoints" / "empty.ckpt").write_bytes(b"")
    (tree / "checkpoints" / "sd").mkdir()
    (tree / "checkpoints" / "sd" / "model_index.json").write_text("{")
    told: list[Event] = []
    models = scan(studio, told.append)
    assert by_name(models).keys() == {"pip"}
    warned = [event.what for event in told if isinstance(event, Warned)]
    assert warned == list(models.unread)
    for name in ("cut.safetensors", "none.safetensors", "cut.ckpt", "empty.ckpt", "sd"):
        assert sum(f"/{name}" in what for what in warned) == 1, name
    moved = [event.done for event in told if isinstance(event, Moved)]
    assert moved == list(range(1, 8))


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_forbidden_file_is_named_and_skipped(studio: Studio, tree: Path) -> None:
    written.lora(tree / "loras" / "pip.safetensors")
    written.lora(tree / "loras" / "locked.safetensors").chmod(0)
    models = scan(studio)
    assert by_name(models).keys() == {"pip"}
    assert "locked.safetensors could not be read: not allowed" in models.unread[0]


def test_a_file_is_looked_at_once_and_again_when_it_changes(
    studio: Studio, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written.lora(tree / "loras" / "pip.safetensors", ss_output_name="first")
    looked: list[str] = []
    real = model_scan.facts_of_file
    monkeypatch.setattr(
        model_scan, "facts_of_file", lambda file: looked.append(file.path.name) or real(file)
    )
    first = scan(studio)
    assert scan(studio) == first
    assert looked.count("pip.safetensors") == 1
    written.lora(path, ss_output_name="the second")
    assert scan(studio).one("pip").alias == "the second"
    (studio.path / "models.json").write_text("broken")
    assert scan(studio).one("pip").alias == "the second"


def test_a_folder_that_is_gone_is_told_and_stops_nothing(studio: Studio, tree: Path) -> None:
    written.lora(tree / "loras" / "pip.safetensors")
    known = studio.settings.models
    away = str(tree.parent.parent / "usb")
    studio.save_settings(studio.settings.model_copy(update={"models": (away, *known)}))
    models = scan(studio)
    assert by_name(models).keys() == {"pip"}
    assert away in models.unread[0]


def test_folders_within_folders_and_links_show_a_file_once(studio: Studio, tree: Path) -> None:
    real = written.lora(tree / "loras" / "pip-000006.safetensors")
    (tree / "loras" / "best.safetensors").symlink_to(real)
    both = (*studio.settings.models, str(tree / "loras"))
    studio.save_settings(studio.settings.model_copy(update={"models": both}))
    assert by_name(scan(studio)).keys() == {"pip-000006", "best"}
    assert len(scan(studio).of("lora")) == 2


def test_what_a_header_says_is_kept_without_harm(studio: Studio, tree: Path) -> None:
    tags = {"10_pip": {"pip": 24, "hat": 7}, "3_pip": {"hat": 3}}
    written.lora(
        tree / "loras" / "pip.safetensors",
        ss_output_name="pip\x1b[2J" + "x" * 999,
        ss_tag_frequency=json.dumps(tags),
        modelspec__trigger_phrase="pip",
        ss_sd_model_name="None",
        sshs_model_hash="0x" + "AB" * 32,
        ss_clip_skip="2",
        modelspec__license="CreativeML Open RAIL++-M License",
    )
    pip = scan(studio).one("pip")
    assert pip.alias.startswith("pip[2Jxx")
    assert len(pip.alias) < 301
    assert (pip.triggers, pip.tags) == (("pip",), (("pip", 24), ("hat", 10)))
    assert (pip.base, pip.clip_skip, pip.stated_hash) == ("", 2, "ab" * 32)
    assert pip.licence == "CreativeML Open RAIL++-M License"


@pytest.mark.parametrize(
    "text", ["", "x", "[]", '{"a": 1}', '{"a": {"b": "c", "d": -1, "e": true}}', "[" * 100_000]
)
def test_tags_that_cannot_be_read_are_none(text: str) -> None:
    assert commonest_tags(text) == ()


def test_a_file_in_the_wrong_folder_is_told(studio: Studio, tree: Path) -> None:
    written.lora(tree / "checkpoints" / "pip.safetensors")
    written.saved(tree / "vae" / "odd.safetensors", {"a": np.zeros(3, np.float32)}, {})
    models = scan(studio)
    assert "lies in a folder for checkpoint files" in models.one("pip", "lora").problems[0]
    assert "does not know its weights" in models.one("odd", "vae").problems[0]


def test_hashes_are_summed_when_asked_for_and_remembered(
    studio: Studio, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written.checkpoint(tree / "checkpoints" / "dream.safetensors")
    models = scan(studio)
    assert models.one("dream").hashes.sha256 == ""
    (summed,) = with_hashes([models.one("dream")], memory_of(studio))
    assert summed.hashes == hashes_of(path)
    monkeypatch.setattr(model_scan, "hashes_of", None)
    assert with_hashes(scan(studio).of("checkpoint").models, memory_of(studio))
    assert scan(studio).hashed(summed.hashes.autov2) == (summed,)


def test_a_base_is_found_by_every_model_hash(studio: Studio, tree: Path) -> None:
    for seed, name in enumerate(("a", "dream", "z")):
        written.checkpoint(tree / "checkpoints" / f"{name}.safetensors", seed=seed)
    wanted = hashes_of(tree / "checkpoints" / "dream.safetensors")

    def found(text: str, **more: str) -> list[str]:
        memory = memory_of(studio)
        return [m.name for m in look_for(scan(studio), text, memory, kind="checkpoint", **more)]

    assert found(wanted.autov1) == ["dream"]
    assert scan(studio).hashed(wanted.autov2) == ()
    assert found(wanted.autov2, called="dream") == ["dream"]
    # The name stood beside the hash, so that no other file was read.
    assert [m.name for m in scan(studio) if m.hashes.sha256] == ["dream"]
    assert found(fingerprint_of(STORYBOOK)[:10]) == [STORYBOOK]
    assert found("0123456789") == found("not a hash") == found("00000000") == []
    with pytest.raises(Missing, match="models add FOLDER"):
        demand(scan(studio), "0123456789", ())


def test_a_lora_is_found_by_the_hash_that_a_picture_names(studio: Studio, tree: Path) -> None:
    first = written.lora(tree / "loras" / "a.safetensors", seed=1)
    written.lora(tree / "loras" / "b.safetensors", seed=2, sshs_model_hash="cd" * 32)
    memory = memory_of(studio)
    (stated,) = look_for(scan(studio), "cd" * 6, memory, kind="lora")
    assert (stated.name, stated.hashes.sha256) == ("b", "")
    (true,) = look_for(scan(studio), tensor_hash(first)[:12], memory, kind="lora")
    assert true.name == "a"


def test_a_studio_that_cannot_be_written_is_looked_through_anyway(
    studio: Studio, tree: Path
) -> None:
    written.lora(tree / "loras" / "pip.safetensors")
    (studio.path / "models.json").mkdir()
    told: list[Event] = []
    assert by_name(scan(studio, told.append)).keys() == {"pip"}
    assert any(isinstance(e, Warned) and "not remembered" in e.what for e in told)
