"""What a diffusers folder says of itself, and which of its files are missing; loads no weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from castmates.core.errors import BadInput
from castmates.files.reading import read_utf8

# Zero terminal SNR overexposes at plain guidance (Lin et al. 2023, 2305.08891, section 3.4).
RESCALE_AT_ZERO_SNR = 0.7


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """A JSON file of a diffusers folder. Raises Missing, or BadInput when it is not JSON."""
    path = folder / name
    try:
        config = json.loads(read_utf8(path))
    except ValueError as error:
        raise BadInput(f"{path} is not JSON.", "Download the model again.") from error
    if not isinstance(config, dict):
        raise BadInput(f"{path} is not a JSON object.", "Download the model again.")
    return config


def missing(
    folder: Path, weights: Sequence[str], tokenizers: Sequence[str] = ("tokenizer",)
) -> list[str]:
    """The files that are not there, in words.

    Args:
        weights, tokenizers: the subfolders that hold them.
    """
    found = [] if (folder / "model_index.json").is_file() else ["model_index.json"]
    for part in weights:
        if not (folder / part / "config.json").is_file():
            found.append(f"{part}/config.json")
        elif not any((folder / part).glob("*.safetensors")):
            pickles = any((folder / part).glob("*.bin"))
            found.append(f"{part}/*.safetensors" + (" (only pickled .bin weights)" * pickles))
    if not (folder / "scheduler" / "scheduler_config.json").is_file():
        found.append("scheduler/scheduler_config.json")
    for part in tokenizers:
        if not any((folder / part / name).is_file() for name in ("tokenizer.json", "vocab.json")):
            found.append(f"{part}/vocab.json")
    return found


def pipeline_of(folder: Path) -> str:
    """The class that a folder's model_index.json names; empty where it names none."""
    if not (folder / "model_index.json").is_file():
        return ""
    return str(read_config(folder, "model_index.json").get("_class_name", ""))


def prediction_of(scheduler: Mapping[str, Any], folder: Path) -> Literal["epsilon", "v_prediction"]:
    """What a diffusers scheduler says the network predicts. Raises BadInput: something else."""
    said = scheduler.get("prediction_type", "epsilon")
    if said == "epsilon":
        return "epsilon"
    if said == "v_prediction":
        return "v_prediction"
    raise BadInput(
        f"{folder}/scheduler/scheduler_config.json says prediction_type '{said}'.",
        "Wanted 'epsilon' or 'v_prediction'.",
    )
