"""Published recipes, changes by name, and what of them today's trainer can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.core.units import epochs, steps
from castmates.files import settings as toml
from castmates.training import recipe as recipes_today
from castmates.training.auto import auto, goals
from castmates.training.buckets import BucketRule
from castmates.training.configs.neutral import TrainingSettings
from castmates.training.configs.presets import names, preset, scaled
from castmates.training.configs.reading import read
from castmates.training.configs.recipes import recipe_of
from castmates.training.configs.sets import changed, of_recipe, of_samples, ours, parted
from castmates.training.counting import batches, count

POSTED = Path(__file__).parent / "posted"


def test_the_presets_there_are() -> None:
    assert names() == ("first-lora", "flexible-loha", "likeness-42", "two-stage-composites")
    assert preset("Likeness 42") == preset("likeness-42")
    assert not set(names()) & set(recipes_today.presets())
    with pytest.raises(BadInput, match="likeness-42"):
        preset("likenes 42")


@pytest.mark.parametrize("name", names())
def test_a_preset_survives_being_written_and_read(name: str, tmp_path: Path) -> None:
    for stage in preset(name).stages:
        toml.save(tmp_path / "settings.toml", stage)
        assert toml.load(tmp_path / "settings.toml", TrainingSettings) == stage


def test_likeness_42_is_3360_steps() -> None:
    found = preset("likeness 42")
    run = found.first.run
    assert found.looks_per_epoch == 420
    assert count(batches([420], run.batch), run.length).steps == 3360


def test_the_flexible_loha_sees_good_pictures_four_times_as_often() -> None:
    found = preset("flexible loha")
    assert found.repeats_of("high") == 4 * found.repeats_of("low")
    assert (found.repeats_of("medium"), found.repeats_of("")) == (8, 8)
    assert found.looks_per_epoch is None


def test_the_second_stage_changes_batch_size_and_start_only() -> None:
    first, second = preset("two-stage composites").stages
    assert (second.run.batch, str(second.pictures.size)) == (2, "768x768")
    assert second.adapter.start_from
    back = changed(second, {"batch": "4", "size": "640", "start_from": ""})
    assert back == first


@pytest.mark.parametrize(
    ("name", "file", "sections"),
    [
        ("flexible-loha", "flexible.txt", ("adapter", "optimizer", "schedule", "run", "loss")),
        ("two-stage-composites", "composites.toml", ("adapter", "optimizer", "schedule")),
        ("likeness-42", "likeness.json", ("adapter",)),
    ],
)
def test_presets_have_the_numbers_of_what_was_posted(
    name: str, file: str, sections: tuple[str, ...]
) -> None:
    theirs = read(POSTED / file).settings
    for section in sections:
        assert getattr(preset(name).first, section) == getattr(theirs, section), section


def test_settings_are_changed_in_our_words_or_kohyas() -> None:
    found = changed(
        TrainingSettings(),
        parted(
            [
                "rank=8",
                "adapter.alpha=4",
                "length=40 steps",
                "flip=true",
                "betas=0.9,0.99",
                "warmup=1 epoch",
                "size=640x768",
                "arguments=d_coef=2 decouple=True",
                "seed=none",
                "network_dropout=0.1",
                "bucket_no_upscale=true",
            ]
        ),
    )
    assert (found.adapter.rank, found.adapter.alpha, found.run.length) == (8, 4.0, steps(40))
    assert found.pictures.flip
    assert found.optimizer.betas == (0.9, 0.99)
    assert found.schedule.warmup == epochs(1)
    assert str(found.pictures.size) == "640x768"
    assert found.optimizer.arguments == {"d_coef": 2, "decouple": True}
    assert found.run.seed is None
    assert found.adapter.dropout == 0.1
    assert not found.pictures.bucket_upscale


def test_changes_that_cannot_be_are_told_together_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"(?s)no '='.*no '='"):
        parted(["rank", "alpha 3"])
    with pytest.raises(BadInput, match=r"(?s)'rnk'.*'rank'.*'flp'.*'flip'"):
        changed(TrainingSettings(), {"rnk": "8", "flp": "true"})
    with pytest.raises(BadInput, match=r"(?s)adapter.rank=many.*run.length=40"):
        changed(TrainingSettings(), {"rank": "many", "length": "40"})
    with pytest.raises(BadInput, match="'rank'"):
        changed(TrainingSettings(), {"network_dim": "8"})
    assert ours({"rank": "8", "network_dim": "9"}) == ({"adapter.rank": "8"}, {"network_dim": "9"})


def test_the_neutral_value_is_within_a_recipe_but_for_schedule_and_precision() -> None:
    said = changed(TrainingSettings(), {"schedule": "cosine", "saved_precision": "fp16"})
    made = recipe_of(said)
    assert made.unable == ()
    assert (made.recipe.rank, made.recipe.rate_floor, made.recipe.length) == (4, 0.0, steps(1600))
    assert made.notes == ()
    warm = recipe_of(changed(said, {"warmup": "9 steps"}))
    assert (warm.notes, warm.recipe.schedule_begins) == ((), "before")


def test_a_preset_is_scaled_to_a_base_of_another_size() -> None:
    found = scaled(preset("likeness 42").first, 128 / 512, 32).pictures
    assert (str(found.size), found.bucket_step, found.bucket_largest) == ("192x192", 32, 512)
    small = BucketRule((192, 192), smallest=64, largest=512, step=32)
    assert small.fit(640, 768).bucket == (160, 224)
    line = scaled(preset("likeness 42").first, 128 / 512, 32).samples.sample_prompts
    assert "8K, HDR --w 128--h 128--s 35 --n Anime" in line
    first = scaled(preset("first lora").first, 512 / 1024)
    assert (str(first.pictures.size), first.base.family) == ("512x512", "")
    assert first.adapter == preset("first lora").first.adapter


def test_every_setting_is_taken_or_named() -> None:
    """Whatever one setting is changed to, the recipe or the list must change."""
    others = {
        "kind": "oft",
        "length": "7 epochs",
        "warmup": "3 steps",
        "size": "640x640",
        "schedule": "polynomial",
        "loss": "huber",
        "family": "sdxl",
    }
    plain = recipe_of(changed(TrainingSettings(), {"schedule": "cosine"}))
    for name, value in {
        **others,
        "dropout": "0.5",
        "module_dropout": "0.1",
        "max_norm": "1",
        "factor": "8",
        "full_matrix": "true",
        "rank_stabilised": "true",
        "tucker": "true",
        "dora": "true",
        "buckets": "true",
        "noise_offset": "0.1",
        "accumulation": "4",
        "keep_last": "2",
        "optimizer": "lion",
        "clip_skip": "2",
        "rank": "99",
        "tag_dropout": "0.3",
        "block_ranks": "2,4",
    }.items():
        made = recipe_of(changed(TrainingSettings(), {"schedule": "cosine", name: value}))
        moved = made.recipe != plain.recipe
        named = name in {one.key for one in made.unable}
        assert moved or named or name in ("family", "prediction"), name


def test_a_preset_says_what_todays_trainer_cannot_do() -> None:
    made = recipe_of(changed(preset("flexible loha").first, {"optimizer": "dadaptadam"}))
    assert {one.key for one in made.stops} == {"optimizer"}
    assert (made.recipe.kind, made.recipe.rank, made.recipe.conv_rank) == ("loha", 4, 4)
    assert (made.recipe.random_crop, made.recipe.max_tokens) == (True, 225)
    assert all(one.why for one in made.unable)
    first = recipe_of(preset("first lora").first, steps_per_epoch=330, looks_per_epoch=330)
    assert first.stops == ()
    assert (first.recipe.warmup, first.recipe.visits_per_epoch) == (steps(825), 330)
    assert (first.recipe.betas, first.recipe.weight_decay) == ((0.9, 0.999), 0.01)


def test_the_published_presets_are_followed_to_the_letter() -> None:
    loha = recipe_of(preset("flexible loha").first)
    assert loha.stops == ()
    found = loha.recipe
    assert (found.optimizer, found.weight_decay, found.betas) == ("lion8bit", 0.1, (0.9, 0.99))
    assert (found.schedule, found.cycles, found.schedule_begins) == (
        "cosine_with_restarts",
        3,
        "before",
    )
    assert (found.noise_offset, found.precision) == (0.03, "fp16")
    alone = recipe_of(preset("likeness 42").first)
    assert alone.stops == ()
    assert (alone.recipe.optimizer, alone.recipe.schedule) == ("adafactor", "adafactor")
    assert alone.recipe.optimizer_args == {"relative_step": True}
    assert alone.recipe.weight_decay == 0.0


def test_what_kohya_counts_otherwise_is_turned_into_our_words() -> None:
    said = {"schedule": "polynomial", "unet_rate": "1e-4", "save_every": "10 steps"}
    made = recipe_of(changed(TrainingSettings(), {**said, "keep_last_steps": "30"})).recipe
    assert made.rate_floor == pytest.approx(1e-3)
    assert made.keep_last == 4
    arguments = {"optimizer": "prodigy", "unet_rate": "1", "arguments": "d_coef=2 decouple=True"}
    prodigy = recipe_of(changed(TrainingSettings(), arguments)).recipe
    assert prodigy.optimizer_args == {"d_coef": 2, "decouple": True}
    assert (prodigy.unet_rate, prodigy.weight_decay, prodigy.betas) == (1.0, 0.0, (0.9, 0.999))


def test_changes_of_a_recipe_are_parted_from_samples() -> None:
    rest, samples = of_samples({"rank": "8", "sample_every": "2 epochs", "arguments": "eps=1e-6"})
    assert (samples.sample_every, samples.sample_first) == (epochs(2), False)
    assert of_recipe(rest) == {"rank": "8", "optimizer_args": {"eps": 1e-6}}
    with pytest.raises(BadInput, match="sample_every"):
        of_samples({"sample_every": "often"})


def test_a_value_beyond_a_recipe_is_named_and_stops() -> None:
    made = recipe_of(changed(TrainingSettings(), {"rank": "1024", "unet_rate": "100"}))
    assert {"rank", "unet_rate"} <= {one.key for one in made.stops}


@pytest.mark.parametrize("goal", goals())
@pytest.mark.parametrize("base", ["storybook", "sd15", "sdxl", "flux"])
@pytest.mark.parametrize("memory", [None, 6.0, 80.0])
def test_auto_chooses_something_whole_for_everybody(
    goal: str, base: str, memory: float | None
) -> None:
    for pictures in (1, 9, 42, 500):
        found = auto(goal, pictures, base, memory)
        made = recipe_of(found.settings, steps_per_epoch=100, looks_per_epoch=found.looks_per_epoch)
        assert made.stops == ()
        assert found.looks_per_epoch % pictures == 0
        assert len(found.reasons) >= 5
        assert found == auto(goal, pictures, base, memory)


def test_auto_says_its_numbers() -> None:
    found = auto("likeness", 42, "sd15", 8.0)
    assert found.looks_per_epoch == 420
    assert any("42 pictures x 10 repeats x 8 epochs are 3360 looks" in r for r in found.reasons)
    assert str(found.settings.pictures.size) == "768x768"
    small = auto("likeness", 42, "sd15", 5.0)
    assert str(small.settings.pictures.size) == "512x512"
    assert any("hardly fit" in reason for reason in auto("quick", 5, "flux", 8.0).reasons)
    assert auto("quick", 20, "sd15", symmetric=True).settings.pictures.flip


def test_auto_refuses_what_it_does_not_know() -> None:
    with pytest.raises(BadInput, match="'likeness'"):
        auto("likenes", 10, "sd15")
    with pytest.raises(BadInput, match="'sd15'"):
        auto("quick", 10, "sd1")
    with pytest.raises(BadInput, match="no picture"):
        auto("quick", 0, "sd15")
