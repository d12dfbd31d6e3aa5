"""Configurations as people posted them mean what their authors said they mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.core.units import epochs, steps
from castmates.training.configs import posted
from castmates.training.configs.neutral import Folder
from castmates.training.configs.reading import Imported, parse, read
from castmates.training.prompt_file import read_text

HERE = Path(__file__).parent / "posted"


def said(found: Imported) -> str:
    return "\n".join(found.report.lines())


def test_the_list_out_of_an_article_is_read_with_its_lengths_in_epochs() -> None:
    found = read(HERE / "flexible.txt")
    ours = found.settings
    assert (ours.adapter.kind, ours.adapter.rank, ours.adapter.alpha) == ("loha", 4, 4.0)
    assert (ours.adapter.conv_rank, ours.adapter.conv_alpha) == (4, 4.0)
    assert (ours.optimizer.optimizer, ours.optimizer.weight_decay) == ("lion8bit", 0.1)
    assert (ours.optimizer.unet_rate, ours.optimizer.text_rate) == (1.5e-4, 7.5e-5)
    assert (ours.schedule.schedule, ours.schedule.cycles) == ("cosine_with_restarts", 3)
    assert (ours.run.length, ours.schedule.warmup) == (epochs(10), epochs(1))
    assert (ours.run.batch, ours.run.seed, ours.base.max_tokens) == (4, 42, 225)
    assert str(ours.pictures.size) == "768x768"
    assert ours.pictures.buckets
    assert not ours.pictures.bucket_upscale
    assert ours.loss.noise_offset == 0.03
    assert "conv_rank: kohya does not know this key" in said(found)
    assert "the same here" in said(found)
    assert {one.key for one in found.report.machine} == {
        "xformers",
        "persistent_data_loader_workers",
        "gradient_checkpointing",
    }
    assert any("28 settings" in note for note in found.report.notes)
    assert any(note.startswith("line 55 is no setting") for note in found.report.notes)


def test_the_file_of_the_composites_is_read_as_it_is() -> None:
    found = read(HERE / "composites.toml")
    ours = found.settings
    assert (ours.adapter.kind, ours.adapter.rank, ours.adapter.alpha) == ("loha", 8, 1.0)
    assert ours.adapter.conv_rank == 0
    assert (ours.optimizer.optimizer, ours.optimizer.unet_rate) == ("adamw8bit", 5e-4)
    assert (ours.run.length, ours.run.batch, ours.base.clip_skip) == (epochs(40), 4, 2)
    assert ours.base.model == "Animefull-final-pruned.ckpt"
    assert (ours.saving.name, ours.saving.save_every) == ("cg3comp", epochs(1))
    assert ours.samples.sample_sampler == "k_euler_a"
    assert ours.samples.sample_prompts == ""
    assert found.report.ignored == ()
    assert "conv_dim = network_dim = 8" in said(found)
    assert {one.key: one.value for one in found.report.machine} == {
        "debug_dataset": "false",
        "mem_eff_attn": "false",
        "xformers": "true",
        "max_data_loader_n_workers": "8",
        "persistent_data_loader_workers": "true",
        "gradient_checkpointing": "false",
        "lowram": "true",
    }


def test_the_json_of_the_window_is_read_as_the_window_would_run_it() -> None:
    found = read(HERE / "likeness.json")
    ours = found.settings
    assert (ours.adapter.kind, ours.adapter.rank, ours.adapter.alpha) == ("lora", 96, 72.0)
    assert ours.adapter.conv_rank == 0
    assert ours.optimizer.relative_step
    assert (ours.optimizer.optimizer, ours.schedule.schedule) == ("adafactor", "adafactor")
    assert (ours.run.length, ours.run.batch, ours.run.seed) == (epochs(8), 1, None)
    assert ours.pictures.colour
    assert ours.pictures.flip
    assert not ours.captions.shuffle
    assert ours.optimizer.max_grad_norm == 1.0  # written 0
    assert ours.loss.prior_weight == 1.0  # written 0
    assert ours.folders == (Folder(path="lora/CharacterAI/img", parent=True),)
    differs = {one.key for one in found.report.differs}
    assert {
        "max_grad_norm = 0",
        "prior_loss_weight = 0",
        "epoch = 8",
        "learning_rate = 0.0001, unet_lr = 0.0001, text_encoder_lr = 5e-05",
        "color_aug with cache_latents",
        "color_aug",
    } == differs


def test_the_sample_line_in_the_json_is_read_and_its_misreading_told() -> None:
    found = read(HERE / "likeness.json")
    (prompt,) = read_text(found.settings.samples.sample_prompts).prompts
    assert (prompt.width, prompt.height, prompt.steps) == (512, 512, 35)
    assert any("steps is 35; sd-scripts reads 30" in note for note in found.report.notes)


def test_the_toml_of_the_easy_scripts_is_read_with_its_subsets() -> None:
    found = read(HERE / "easy.toml")
    ours = found.settings
    assert found.report.dialect == "LoRA_Easy TOML"
    assert (ours.run.batch, ours.run.length, ours.run.seed) == (2, epochs(2), 23)
    assert (ours.schedule.warmup_share, ours.schedule.cycles) == (0.05, 2)
    assert (ours.optimizer.weight_decay, ours.optimizer.betas) == (0.1, (0.9, 0.99))
    assert ours.folders == (Folder(path="pictures/10_pip", repeats=10),)
    assert ours.captions.shuffle
    assert ours.captions.keep_tokens == 1
    assert ours.pictures.random_crop
    assert found.report.ignored == ()
    assert found.report.differs == ()


@pytest.mark.parametrize("name", ["flexible.txt", "composites.toml", "likeness.json", "easy.toml"])
def test_a_report_is_one_line_for_each_thing(name: str) -> None:
    lines = read(HERE / name).report.lines()
    assert len(lines) == len(set(lines))
    assert all("\n" not in line for line in lines)


def test_curly_quotes_are_read_and_told() -> None:
    found = posted.read("• output_name = “pip”\nmax_train_steps = 500 STEPS\n", "x")
    assert found.data == {"output_name": "pip", "max_train_steps": "500 steps"}
    ours = parse("max_train_steps = 500 steps\n", "x").settings
    assert ours.run.length == steps(500)


def test_plain_toml_is_never_touched() -> None:
    text = 'training_comment = "• seed = 1 EPOCH"\n'
    assert posted.read(text, "x").data == {"training_comment": "• seed = 1 EPOCH"}


def test_what_is_no_configuration_is_refused() -> None:
    for text, wanted in (
        ("a = [1,\nb = 2\n", "is not TOML"),
        ("{", "is not JSON"),
        ("Hello\n", "holds no setting|is not TOML"),
        ("", "holds no setting"),
    ):
        with pytest.raises(BadInput, match=wanted):
            parse(text, "somebody's file")
