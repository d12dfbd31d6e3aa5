"""The JSON of kohya_ss: zeros are dropped as its window drops them, all else is found."""

from __future__ import annotations

import json

import pytest

from castmates.core.units import epochs, steps
from castmates.training.configs.neutral import Folder
from castmates.training.configs.reading import Imported, parse

PLAIN = {
    "LoRA_type": "Standard",
    "max_resolution": "512,512",
    "caption_extension": ".txt",
    "seed": 1,
    "learning_rate": 0.0001,
    "epoch": 2,
    "optimizer": "AdamW",
    "lr_scheduler": "cosine",
}


def of(**more: object) -> Imported:
    return parse(json.dumps({**PLAIN, **more}), "preset.json")


def differs(found: Imported) -> set[str]:
    return {one.key for one in found.report.differs}


def test_zeros_become_sd_scripts_defaults_and_are_listed() -> None:
    found = of(network_dim=8, network_alpha=0, max_grad_norm=0, prior_loss_weight=0.0, seed=0)
    ours = found.settings
    assert (ours.adapter.alpha, ours.optimizer.max_grad_norm) == (1.0, 1.0)
    assert (ours.loss.prior_weight, ours.run.seed) == (1.0, None)
    assert differs(found) == {
        "network_alpha = 0",
        "max_grad_norm = 0",
        "prior_loss_weight = 0.0",
        "seed = 0",
        "epoch = 2",
    }


def test_zeros_that_are_the_default_anyway_are_no_difference() -> None:
    found = of(noise_offset=0, min_snr_gamma=0.0, flip_aug=False, vae="", keep_tokens="0")
    assert differs(found) == {"epoch = 2"}
    assert found.report.ignored == ()


def test_numbers_may_be_text() -> None:
    ours = of(network_dim="64", learning_rate="1e-4", bucket_reso_steps=64.0).settings
    assert (ours.adapter.rank, ours.optimizer.unet_rate) == (64, 1e-4)


@pytest.mark.parametrize(
    ("kind", "ours", "conv"),
    [
        ("Standard", "lora", 0),
        ("Kohya LoCon", "lora", 8),
        ("LoCon", "lora", 8),
        ("LyCORIS/LoHa", "loha", 8),
        ("LyCORIS/LoKr", "lokr", 8),
        ("Kohya LoKr", "lokr", 0),
        ("LyCORIS/iA3", "ia3", 8),
        ("LyCORIS/Diag-OFT", "oft", 8),
    ],
)
def test_the_kind_of_adapter_decides_about_convolutions(kind: str, ours: str, conv: int) -> None:
    found = of(LoRA_type=kind, network_dim=16, conv_dim=8, conv_alpha=4)
    assert (found.settings.adapter.kind, found.settings.adapter.conv_rank) == (ours, conv)
    assert ("conv_dim, conv_alpha" in {one.key for one in found.report.ignored}) == (conv == 0)


def test_an_unknown_kind_stops() -> None:
    assert [one.stops for one in of(LoRA_type="Something").report.unable] == [True]


def test_a_rate_of_0_leaves_one_part_untrained() -> None:
    unet = of(unet_lr=1e-4, text_encoder_lr=0).settings.adapter
    assert (unet.unet, unet.text_encoder) == (True, False)
    text = of(unet_lr=0.0, text_encoder_lr="5e-05").settings.adapter
    assert (text.unet, text.text_encoder) == (False, True)
    both = of(unet_lr=0, text_encoder_lr=0).settings
    assert (both.adapter.unet, both.adapter.text_encoder) == (True, True)
    assert both.optimizer.unet_rate == 1e-4


def test_a_warmup_is_percent_unless_steps_are_given() -> None:
    assert of(lr_warmup="10").settings.schedule.warmup_share == 0.1
    given = of(lr_warmup=10, lr_warmup_steps=200).settings.schedule
    assert (given.warmup, given.warmup_share) == (steps(200), 0.0)


def test_the_number_of_restarts_is_the_epochs_when_nothing_is_written() -> None:
    empty = of(lr_scheduler="cosine_with_restarts", lr_scheduler_num_cycles="", epoch=6)
    assert empty.settings.schedule.cycles == 6
    three = of(lr_scheduler="cosine_with_restarts", lr_scheduler_num_cycles="3", epoch=6)
    assert three.settings.schedule.cycles == 3


def test_epochs_and_steps_of_the_window() -> None:
    assert of(max_train_steps=500).settings.run.length == steps(500)
    assert of(max_train_epochs="5", max_train_steps="").settings.run.length == epochs(5)
    assert "epoch = 2" not in differs(of(max_train_epochs=5))


def test_the_kind_of_noise_switches_the_other_off() -> None:
    plain = of(noise_offset=0.05, multires_noise_iterations=6, noise_offset_type="Original")
    assert (plain.settings.loss.noise_offset, plain.settings.loss.multires_iterations) == (0.05, 0)
    many = of(noise_offset=0.05, multires_noise_iterations=6, noise_offset_type="Multires")
    assert (many.settings.loss.noise_offset, many.settings.loss.multires_iterations) == (0.0, 6)
    assert [one.key for one in many.report.ignored] == ["noise_offset"]


def test_the_line_of_more_parameters_is_read() -> None:
    found = of(additional_parameters='--ip_noise_gamma 0.05 --lowram --training_comment="a b" --zz')
    assert found.settings.loss.ip_noise_gamma == 0.05
    assert found.settings.saving.comment == "a b"
    assert [one.key for one in found.report.machine] == ["lowram"]
    assert [one.key for one in found.report.ignored] == ["zz"]


def test_folders_and_families() -> None:
    ours = of(train_data_dir="img", reg_data_dir="reg", sdxl=True, clip_skip=2)
    assert ours.settings.folders == (
        Folder(path="img", parent=True),
        Folder(path="reg", parent=True, regularization=True),
    )
    assert ours.settings.base.family == "sdxl"
    assert "clip_skip" in differs(ours)
    assert any("twice the steps" in note for note in ours.report.notes)
    assert of(flux1_checkbox=True).settings.base.family == "flux"


def test_old_and_unknown_keys_are_told_with_their_reason() -> None:
    found = of(stop_text_encoder_training=10, no_token_padding=True, shufle_caption=True).report
    told = {one.key: (one.near, bool(one.why)) for one in found.ignored}
    assert told == {
        "stop_text_encoder_training": ("", True),
        "no_token_padding": ("", True),
        "shufle_caption": ("shuffle_caption", False),
    }
