"""sd-scripts' TOML: what every key becomes, and where sd-scripts would do otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.core.units import epochs, steps
from castmates.training.configs.keys import keys_of, table
from castmates.training.configs.kinds import typed
from castmates.training.configs.neutral import TrainingSettings, places
from castmates.training.configs.reading import Imported, parse, read

BASE = 'caption_extension = ".txt"\nresolution = "512"\nseed = 1\nlearning_rate = 1e-4\n'


def of(text: str) -> Imported:
    return parse(BASE + "max_train_epochs = 1\n" + text, "config.toml")


def differs(text: str) -> dict[str, str]:
    return {one.key: one.kohya for one in of(text).report.differs}


def test_every_row_of_the_table_is_whole() -> None:
    known = {f"{section}.{name}" for name, section in places().items()}
    seen = set()
    for key in table():
        assert key.role in ("sets", "reads", "machine", "unable", "ignored"), key
        assert (key.becomes in known) == (key.role == "sets"), key
        assert bool(key.note) == (key.role in ("machine", "unable", "ignored")), key
        for letter in key.dialects:
            assert letter in "sdgeno"
            assert (key.name, letter) not in seen, key
            seen.add((key.name, letter))


def test_names_of_settings_are_unique_over_the_sections() -> None:
    count = sum(
        len(getattr(TrainingSettings(), section).__class__.model_fields)
        for section in TrainingSettings.model_fields
        if section != "folders"
    )
    assert len(places()) == count


def test_the_defaults_in_the_table_can_be_read() -> None:
    for key in keys_of("s").values():
        if key.role == "sets" and key.default not in ("", "a random one"):
            typed(key.kind, key.default)


def test_an_unknown_key_is_told_with_the_nearest() -> None:
    found = of("[training_arguments]\nnetwork_dimm = 8\nqwertz = 1\n")
    assert [(one.key, one.near) for one in found.report.ignored] == [
        ("network_dimm", "network_dim"),
        ("qwertz", ""),
    ]
    assert "did you mean 'network_dim'" in str(found.report.ignored[0])


def test_sections_mean_nothing_and_what_comes_later_wins() -> None:
    ours = of("[a]\ntrain_batch_size = 2\n[b]\ntrain_batch_size = 3\n").settings
    assert ours.run.batch == 3


def test_changes_beat_the_file() -> None:
    found = parse(BASE, "x", changes={"network_dim": "12", "max_train_epochs": 3})
    assert (found.settings.adapter.rank, found.settings.run.length) == (12, epochs(3))


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("max_train_epochs = 4\nmax_train_steps = 100\n", epochs(4)),
        ("max_train_steps = 100\n", steps(100)),
        ("", steps(1600)),
    ],
)
def test_epochs_beat_steps_and_1600_is_the_default(text: str, length: object) -> None:
    found = parse(BASE + text, "x")
    assert found.settings.run.length == length
    assert found.report.notes or length == steps(100)


@pytest.mark.parametrize(
    ("text", "rates", "trained"),
    [
        ("", (1e-4, 1e-4), (True, True)),
        ("unet_lr = 2e-4\n", (2e-4, 1e-4), (True, True)),
        ("text_encoder_lr = 0\n", (1e-4, 0.0), (True, False)),
        ("text_encoder_lr = [3e-5, 3e-5]\n", (1e-4, 3e-5), (True, True)),
        ("unet_lr = 0\n", (0.0, 1e-4), (False, True)),
        ("network_train_unet_only = true\n", (1e-4, 1e-4), (True, False)),
        ("network_train_text_encoder_only = true\n", (1e-4, 1e-4), (False, True)),
    ],
)
def test_rates_of_the_parts(
    text: str, rates: tuple[float, float], trained: tuple[bool, bool]
) -> None:
    ours = of(text).settings
    assert (ours.optimizer.unet_rate, ours.optimizer.text_rate) == rates
    assert (ours.adapter.unet, ours.adapter.text_encoder) == trained


def test_without_a_rate_kohyas_own_is_taken_and_told() -> None:
    found = parse("seed = 1\n", "x")
    assert found.settings.optimizer.unet_rate == 2e-6
    assert any("2e-06" in note for note in found.report.notes)


@pytest.mark.parametrize(
    ("text", "kind", "conv", "alpha"),
    [
        ('network_args = ["conv_dim=8"]\n', "lora", 8, 1.0),
        ('network_args = ["conv_dim=8", "conv_alpha=4"]\n', "lora", 8, 4.0),
        ("", "lora", 0, 0.0),
        ('network_module = "lycoris.kohya"\n', "lora", 16, 2.0),
        ('network_module = "lycoris.kohya"\nnetwork_args = ["algo=lokr"]\n', "lokr", 16, 2.0),
        ('network_module = "lycoris.kohya"\nnetwork_args = ["conv_dim=0"]\n', "lora", 0, 0.0),
        (
            'network_module = "lycoris.kohya"\nnetwork_args = ["algo=locon", "conv_dim=4"]\n',
            "lora",
            4,
            2.0,
        ),
        ('network_args = ["conv_rank=8"]\n', "lora", 8, 1.0),
    ],
)
def test_ranks_of_convolutions_by_module(text: str, kind: str, conv: int, alpha: float) -> None:
    ours = of(f"network_dim = 16\nnetwork_alpha = 2\n{text}").settings.adapter
    assert (ours.kind, ours.conv_rank, ours.conv_alpha) == (kind, conv, alpha)


def test_conv_rank_is_another_result_than_kohyas_and_said_so() -> None:
    theirs = differs('network_args = ["conv_rank=8"]\n')["conv_rank"]
    assert "trains no 3x3 convolution" in theirs
    theirs = differs(
        'network_dim = 16\nnetwork_module = "lycoris.kohya"\nnetwork_args = ["conv_rank=8"]\n'
    )["conv_rank"]
    assert "network_dim = 16" in theirs


def test_alpha_0_is_the_rank() -> None:
    assert of("network_dim = 16\nnetwork_alpha = 0\n").settings.adapter.alpha == 16.0
    assert of("network_dim = 16\n").settings.adapter.alpha == 1.0


def test_in_lycoris_no_is_yes() -> None:
    text = 'network_module = "lycoris.kohya"\nnetwork_args = ["use_tucker=no", "dora_wd=True"]\n'
    ours = of(text).settings.adapter
    assert not ours.tucker
    assert ours.dora
    assert "'no' too" in differs(text)["use_tucker"]


def test_block_settings_and_other_arguments_have_their_place() -> None:
    ours = of(
        'network_args = ["block_dims=2,4,8", "down_lr_weight=1,0,1", "rank_dropout=0.1", '
        '"loraplus_lr_ratio=4", "typo=1"]\nscale_weight_norms = 1.0\n'
    )
    assert ours.settings.adapter.block_ranks == (2, 4, 8)
    assert ours.settings.adapter.block_rates == ("down=1,0,1",)
    assert ours.settings.adapter.rank_dropout == 0.1
    assert ours.settings.adapter.max_norm == 1.0
    assert ours.settings.optimizer.rate_ratio == 4.0
    assert [one.key for one in ours.report.ignored] == ["typo"]


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("", "adamw", {}),
        ('optimizer_type = "Lion8bit"\n', "lion8bit", {}),
        ("use_8bit_adam = true\n", "adamw8bit", {}),
        ('optimizer_type = "torch.optim.RAdam"\n', "torch.optim.RAdam", {}),
        (
            'optimizer_type = "Prodigy"\noptimizer_args = ["decouple=True", "d_coef=2"]\n',
            "prodigy",
            {"decouple": True, "d_coef": 2},
        ),
    ],
)
def test_optimizers_and_their_arguments(text: str, name: str, arguments: dict[str, object]) -> None:
    ours = of(text).settings.optimizer
    assert (ours.optimizer, ours.arguments) == (name, arguments)


def test_an_argument_that_is_no_python_value_stops_kohya() -> None:
    assert "stops" in differs('optimizer_args = ["mode=fast"]\n')["optimizer_args mode=fast"]


ADAFACTOR = 'optimizer_type = "Adafactor"\n'
FIXED = ADAFACTOR + 'optimizer_args = ["relative_step=False"]\n'


def test_adafactor_on_its_own_uses_no_rate_and_no_other_schedule() -> None:
    found = of(ADAFACTOR + 'lr_scheduler = "cosine"\nlr_warmup_steps = 100\n')
    assert found.settings.optimizer.relative_step
    assert found.settings.schedule.schedule == "adafactor"
    assert found.settings.schedule.warmup is None
    keys = {one.key for one in found.report.differs}
    assert keys == {"learning_rate = 0.0001", "lr_scheduler", "lr_warmup_steps"}
    assert any("1e-5" in note for note in found.report.notes)


def test_adafactor_with_a_fixed_step_is_an_optimizer_like_others() -> None:
    found = of(FIXED + 'lr_scheduler = "constant_with_warmup"\nlr_warmup_steps = 100\n')
    assert not found.settings.optimizer.relative_step
    assert (found.settings.schedule.schedule, found.settings.schedule.warmup) == (
        "constant",
        steps(100),
    )
    assert found.report.differs == ()


@pytest.mark.parametrize(
    ("value", "warmup", "share"),
    [("0", None, 0.0), ("50", steps(50), 0.0), ("0.1", None, 0.1), ("50.0", steps(50), 0.0)],
)
def test_a_warmup_is_steps_or_a_share(value: str, warmup: object, share: float) -> None:
    text = f'lr_scheduler = "cosine"\nlr_warmup_steps = {value}\n'
    ours = of(text).settings.schedule
    assert (ours.warmup, ours.warmup_share) == (warmup, share)
    assert ("lr_warmup_steps" in differs(text)) == (value == "50.0")


def test_schedules_that_kohya_refuses_or_castmates_has_not() -> None:
    assert "stops" in differs("lr_warmup_steps = 5\n")["lr_warmup_steps"]
    assert "stops" in differs('lr_scheduler = "adafactor"\n')["lr_scheduler"]
    (one,) = of('lr_scheduler = "piecewise_constant"\n').report.unable
    assert one.stops
    assert one.key == "lr_scheduler"


def test_saving_and_samples() -> None:
    ours = of(
        "save_every_n_epochs = 2\nsave_every_n_steps = 500\nsave_last_n_epochs = 3\n"
        'save_precision = "float"\nsample_every_n_epochs = 999999\nno_metadata = true\n'
    ).settings
    assert (ours.saving.save_every, ours.saving.save_also_every) == (epochs(2), steps(500))
    assert (ours.saving.keep_last, ours.saving.saved_precision) == (3, "fp32")
    assert ours.saving.anonymous
    assert ours.samples.sample_every is None
    ratio = parse(BASE + "max_train_epochs = 40\nsave_n_epoch_ratio = 10\n", "x").settings
    assert ratio.saving.save_every == epochs(4)


def test_pitfalls_of_captions_and_caches_are_told() -> None:
    assert "caption_extension" in {one.key for one in parse("seed = 1\n", "x").report.differs}
    assert "caption_extension" not in differs("")
    assert "random_crop with cache_latents" in differs("random_crop = true\ncache_latents = true\n")
    assert "cache_text_encoder_outputs" in differs(
        "shuffle_caption = true\ncache_text_encoder_outputs = true\n"
    )
    notes = of('keep_tokens_separator = "|||"\n').report.notes
    assert any("'|||' stays" in note for note in notes)
    assert "resolution" in {one.key for one in parse("resolution = 768\n", "x").report.differs}


def test_sd2_is_refused_with_the_reason_and_v_prediction_is_not() -> None:
    (one,) = of("v2 = true\nv_parameterization = true\n").report.unable
    assert one.stops
    assert "OpenCLIP" in one.why
    ours = of("v_parameterization = true\n").settings.base
    assert (ours.prediction, ours.family) == ("v_prediction", "")


def test_what_castmates_has_not_is_named_only_when_asked_for() -> None:
    assert of("fp8_base = false\nguidance_scale = 3.5\nlr_decay_steps = 0\n").report.unable == ()
    assert [one.key for one in of("fp8_base = true\n").report.unable] == ["fp8_base"]


def test_values_that_do_not_fit_are_told_together_by_the_files_own_keys() -> None:
    with pytest.raises(BadInput, match=r"(?s)'train_batch_size'.*'flip_aug'"):
        of('train_batch_size = "many"\nflip_aug = "maybe"\n')
    with pytest.raises(BadInput, match=r"(?s)'network_dim'.*'caption_dropout_rate'"):
        of("network_dim = 9999\ncaption_dropout_rate = 2.0\n")


DATASET = """
[general]
shuffle_caption = true
caption_extension = "txt"
keep_tokens = 1

[[datasets]]
resolution = 640
batch_size = 4
enable_bucket = true

  [[datasets.subsets]]
  image_dir = "pip/10_high"
  num_repeats = 16

  [[datasets.subsets]]
  image_dir = "pip/4_low"
  num_repeats = 4
"""


def test_a_data_set_file_is_looked_up_level_by_level(tmp_path: Path) -> None:
    (tmp_path / "data.toml").write_text(DATASET)
    config = tmp_path / "config.toml"
    config.write_text(
        'dataset_config = "data.toml"\ntrain_data_dir = "x"\nkeep_tokens = 3\ntag_x = 1\n'
    )
    found = read(config)
    ours = found.settings
    assert [(folder.path, folder.repeats) for folder in ours.folders] == [
        ("pip/10_high", 16),
        ("pip/4_low", 4),
    ]
    assert (ours.captions.shuffle, ours.captions.keep_tokens) == (True, 1)
    assert ours.captions.caption_extension == ".txt"
    assert (str(ours.pictures.size), ours.run.batch) == ("640x640", 4)
    assert all(folder.captions is None for folder in ours.folders)
    assert {one.key for one in found.report.ignored} == {"train_data_dir", "tag_x"}


def test_folders_that_differ_keep_their_own_settings() -> None:
    text = DATASET + "  shuffle_caption = false\n[[datasets]]\nresolution = [512, 768]\n"
    text += '[[datasets.subsets]]\nimage_dir = "pip/10_high"\nis_reg = true\nclass_tokens = "fox"\n'
    folders = parse(text, "data.toml").settings.folders
    assert len(folders) == 3
    assert [folder.captions.shuffle for folder in folders if folder.captions] == [True, False, True]
    assert [str(f.pictures.size) for f in folders if f.pictures] == [
        "640x640",
        "640x640",
        "512x768",
    ]
    assert [folder.batch for folder in folders] == [4, 4, None]
    assert (folders[2].regularization, folders[2].class_words) == (True, "fox")


def test_what_a_data_set_file_says_in_vain_is_told() -> None:
    text = DATASET.replace("num_repeats = 4", "num_repeat = 4\nvalidation_split = 0")
    text = text.replace("pip/4_low", "pip/10_high")
    found = parse(text, "data.toml").report
    assert [(one.key, one.near) for one in found.ignored] == [("num_repeat", "num_repeats")]
    keys = {one.key for one in found.differs}
    assert {"num_repeat", "validation_split", "image_dir pip/10_high"} <= keys


def test_a_data_set_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('dataset_config = "gone.toml"\n')
    with pytest.raises(Missing, match=r"gone\.toml"):
        read(tmp_path / "config.toml")


@pytest.mark.parametrize(
    "text",
    [
        "datasets = [1]",
        "[[datasets]]\nsubsets = 3",
        "general = 1\ndatasets = []",
        "subsets = [1]",
        "some_args = {args = 3}",
        "[[datasets]]\nkeep_tokens = -1\n[[datasets.subsets]]\nimage_dir = 'a'\nnum_repeats = -2",
        "max_train_steps = inf",
        "max_train_epochs = -1",
        "learning_rate = -1.0",
        "lr_scheduler = 'cosine'\nlr_warmup_steps = nan",
        "network_args = ['conv_dim']",
    ],
)
def test_what_cannot_be_is_refused_and_never_a_traceback(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text, "config.toml")
