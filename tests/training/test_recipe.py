"""Recipes: presets, changes, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.core.units import epochs, steps
from castmates.files import settings
from castmates.training.recipe import Recipe, changed, differences, preset, preset_for, presets


@pytest.mark.parametrize("name", sorted(presets()))
def test_every_preset_survives_being_written_and_read(name: str, tmp_path: Path) -> None:
    recipe = preset(name)
    settings.save(tmp_path / "recipe.toml", recipe)
    assert settings.load(tmp_path / "recipe.toml", Recipe) == recipe
    assert settings.digest(recipe) == settings.digest(preset(name))


def test_a_base_has_its_own_preset_and_else_its_familys() -> None:
    assert preset_for("storybook", "sd15") == preset("storybook")
    assert preset_for("/models/some-checkpoint", "sd15") == preset("sd15")


def test_an_unknown_preset_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="storybook"):
        preset("storybok")


def test_an_unknown_setting_in_a_file_is_refused_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "recipe.toml").write_text("conv_dim = 8\nrnk = 4\n")
    with pytest.raises(BadInput, match="'rank'"):
        settings.load(tmp_path / "recipe.toml", Recipe)


def test_settings_are_changed_from_text_and_all_misfits_are_told() -> None:
    recipe = changed(Recipe(), {"rank": "8", "length": "40 steps", "size": "64"})
    assert (recipe.rank, recipe.length, str(recipe.size)) == (8, steps(40), "64x64")
    with pytest.raises(BadInput, match=r"(?s)rnk.*'rank'.*'seed'"):
        changed(Recipe(), {"rnk": 4, "sed": 1})
    with pytest.raises(BadInput, match=r"(?s)rank.*length"):
        changed(Recipe(), {"rank": 0, "length": "40"})


def test_a_length_without_unit_is_refused() -> None:
    with pytest.raises(BadInput, match="'8 epochs'"):
        changed(Recipe(), {"length": 8})
    assert Recipe(length="8 epochs").length == epochs(8)  # type: ignore[arg-type]


def test_differences_name_the_settings() -> None:
    assert differences(Recipe(), Recipe(rank=8, batch=4)) == ["rank: 16, now 8", "batch: 2, now 4"]
