"""Configurations for Flux: which levels are looked at, how often, and what the base is told."""

from __future__ import annotations

import pytest

from castmates.training.configs.reading import Imported, parse
from castmates.training.configs.recipes import recipe_of

FLUX = 'network_module = "networks.lora_flux"\n'
USUAL = 'max_train_epochs = 1\nlearning_rate = 1e-4\nseed = 1\nmodel_prediction_type = "raw"\n'


def of(text: str, module: str = FLUX) -> Imported:
    return parse(module + USUAL + text, "flux.toml")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ("uniform", 1.0, 3.0, 3.5)),
        ("discrete_flow_shift = 1.15", ("uniform", 1.0, 1.15, 3.5)),
        ('timestep_sampling = "uniform"\ndiscrete_flow_shift = 3.1', ("uniform", 1.0, 1.0, 3.5)),
        ('timestep_sampling = "sigmoid"\nsigmoid_scale = 0.7', ("sigmoid", 0.7, 1.0, 3.5)),
        (
            'timestep_sampling = "shift"\ndiscrete_flow_shift = 3.1582\nguidance_scale = 1.0',
            ("sigmoid", 1.0, 3.1582, 1.0),
        ),
        ('timestep_sampling = "flux_shift"', ("sigmoid", 1.0, 0.0, 3.5)),
        ('weighting_scheme = "logit_normal"\nlogit_std = 1.5', ("sigmoid", 1.5, 3.0, 3.5)),
    ],
)
def test_levels_and_guidance(text: str, wanted: tuple[object, ...]) -> None:
    found = of(text)
    recipe = recipe_of(found.settings).recipe
    has = recipe.timesteps, recipe.sigmoid_scale, recipe.timestep_shift, recipe.guidance
    assert has == wanted
    assert not found.report.unable


def test_what_is_done_otherwise_is_told() -> None:
    without = of('weighting_scheme = "cosmap"', FLUX).report
    assert [one.key for one in without.unable] == ["weighting_scheme"]
    scaled = parse(FLUX + USUAL.replace("raw", "sigma_scaled"), "flux.toml").report
    assert [one.key for one in scaled.differs if "model" in one.key] == ["model_prediction_type"]
    odd = of('timestep_sampling = "cosine"').report.unable
    assert [(one.key, one.stops) for one in odd] == [("timestep_sampling", True)]


def test_files_for_other_bases_leave_flows_alone() -> None:
    found = of('timestep_sampling = "shift"\ndiscrete_flow_shift = 3.0', "")
    loss = found.settings.loss
    assert (loss.timesteps, loss.timestep_shift, loss.guidance) == ("stratified", 1.0, None)
    told = {one.key for one in found.report.unable}
    assert told == {"timestep_sampling", "model_prediction_type"}
