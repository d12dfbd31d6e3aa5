"""Files are called and removed as kohya does it; sizes are counted before anything is written."""

from __future__ import annotations

import pytest

from castmates.adapters.splitting import split
from castmates.core.errors import BadInput
from castmates.training import checkpoint_names as names
from castmates.training.disk_use import (
    Layer,
    Shape,
    adapter_bytes,
    latents_bytes,
    text_bytes,
)


def test_the_three_templates_and_their_defaults() -> None:
    assert names.epoch_name("juggxl2_mihamlakar", 22) == "juggxl2_mihamlakar-000022.safetensors"
    assert names.step_name("pip", 500) == "pip-step00000500.safetensors"
    assert names.last_name("pip") == "pip.safetensors"
    assert names.epoch_name("", 1) == "epoch-000001.safetensors"
    assert names.step_name("", 4, "-state") == "at-step00000004-state"
    assert names.last_name("", ".ckpt") == "last.ckpt"


def test_samples_are_named_as_kohya_names_them() -> None:
    when = "20261120112059"
    assert names.sample_name("func", 0, when, epoch=1, seed=7) == (
        "func_e000001_00_20261120112059_7.png"
    )
    assert names.sample_name("", 3, when, step=500) == "000500_03_20261120112059.png"
    with pytest.raises(TypeError, match="one epoch"):
        names.sample_name("pip", 0, when)


def test_8_epochs_leave_7_numbers_and_the_plain_name() -> None:
    found = names.saves("CharacterAI-1-A", 3360, 420, every_epochs=1)
    assert [save.epoch for save in found] == list(range(1, 9))
    assert found[5].file == "CharacterAI-1-A-000006.safetensors"
    assert (found[5].step, found[-1].step) == (2520, 3360)
    assert found[-1].file == "CharacterAI-1-A.safetensors"


def test_by_steps_the_last_step_is_written_with_and_without_its_number() -> None:
    assert [(s.file, s.step) for s in names.saves("x", 20, 8, every_steps=10)] == [
        ("x-step00000010.safetensors", 10),
        ("x-step00000020.safetensors", 20),
        ("x.safetensors", 20),
    ]


def test_both_ways_together_and_none() -> None:
    both = names.saves("x", 12, 4, every_epochs=1, every_steps=4)
    assert [s.file.removesuffix(".safetensors") for s in both] == [
        "x-step00000004",
        "x-000001",
        "x-step00000008",
        "x-000002",
        "x-step00000012",
        "x",
    ]
    assert [s.file for s in names.saves("x", 12, 4)] == ["x.safetensors"]
    with pytest.raises(BadInput, match="every 0"):
        names.saves("x", 12, 4, every_epochs=0)


def test_a_ratio_gives_at_least_so_many_files() -> None:
    assert names.every_by_ratio(40, 10) == 4
    assert names.every_by_ratio(7, 3) == 2
    assert names.every_by_ratio(3, 10) == 1


def test_keeping_the_last_by_epochs_counts_files_and_by_steps_counts_steps() -> None:
    assert names.removed_epoch(6, 2, 2) == 2
    assert names.removed_epoch(4, 2, 2) is None
    assert names.removed_epoch(4, 2, None) is None
    assert names.removed_step(50, 10, 30) == 10
    assert names.removed_step(60, 10, 30) == 20
    assert names.removed_step(30, 10, 30) is None
    assert names.removed_step(30, 10, None) is None


def test_what_is_left_when_old_checkpoints_go() -> None:
    written = names.saves("x", 40, 4, every_epochs=2, every_steps=10)
    left = names.left(written, every_epochs=2, every_steps=10, keep_epochs=2, keep_steps=20)
    assert [s.file.removesuffix(".safetensors") for s in left] == [
        "x-step00000020",
        "x-000006",
        "x-step00000030",
        "x-000008",
        "x-step00000040",
        "x",
    ]
    assert names.left(written) == written


def test_two_runs_never_share_a_name() -> None:
    assert names.distinct("pip", set()) == "pip"
    assert names.distinct("pip", {"pip", "pip-b", "pip-c"}) == "pip-d"
    taken = {"pip", *(names.distinct("pip", set()) for _ in range(2))}
    for _ in range(60):
        taken.add(names.distinct("pip", taken))
    assert len(taken) == 61


def sd15_layers() -> list[Layer]:
    """The 192 layers of SD 1.5's U-Net and the 72 of its text encoder that kohya's LoRA takes."""
    found = []
    for channels, blocks in ((320, 5), (640, 5), (1280, 6)):
        square, words = Layer(channels, channels), Layer(768, channels)
        gate, back = Layer(channels, 8 * channels), Layer(4 * channels, channels)
        found += [*[square] * 8, words, words, gate, back] * blocks
    text = [Layer(768, 768)] * 4 + [Layer(768, 3072), Layer(3072, 768)]
    return found + text * 12


def test_a_rank_32_file_of_sd15_has_its_well_known_size() -> None:
    layers = sd15_layers()
    assert len(layers) == 192 + 72
    assert sum(Shape("lora", 1).numbers(layer) for layer in layers) == 589_824
    assert adapter_bytes(layers, Shape("lora", 32)) == pytest.approx(37_861_000, rel=0.01)
    assert adapter_bytes(layers, Shape("loha", 16)) == pytest.approx(37_861_000, rel=0.01)


def test_wide_convolutions_count_only_with_a_rank_of_their_own() -> None:
    wide = Layer(320, 640, 3)
    assert Shape("lora", 8).numbers(wide) == 0
    assert Shape("lora", 8, conv_rank=4).numbers(wide) == 4 * (320 * 9 + 640)


def test_lokr_splits_dimensions_near_their_square_root() -> None:
    assert split(768) == (24, 32)
    assert split(768, 8) == (8, 96)
    assert split(10, 7) == (2, 5)
    assert split(97) == (1, 97)
    # 768 = 24 x 32 on both sides: 24 x 24 whole, 32 x 32 of rank 4.
    assert Shape("lokr", 4).numbers(Layer(768, 768)) == 24 * 24 + 4 * (32 + 32)
    assert Shape("lokr", 999).numbers(Layer(768, 768)) == 24 * 24 + 32 * 32


def test_caches_are_counted_from_buckets_and_captions() -> None:
    assert latents_bytes([(512, 512)]) == 64 * 64 * 4 * 4
    assert latents_bytes([(512, 768)] * 3, sides=2) == 3 * 64 * 96 * 4 * 4 * 2
    assert text_bytes(10) == 10 * 77 * 768 * 4
