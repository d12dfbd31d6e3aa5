"""Pictures that a base cannot draw are told before anything is trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from castmates.core.errors import Unfit
from castmates.core.types import Character
from castmates.families.shelf import open_base
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.bring import bring
from castmates.studio.check import check, fits, write_page

PIP = Path(__file__).parents[2] / "examples" / "pip"


def photographs(folder: Path) -> Path:
    """Pictures as busy as photographs: soft colours under fine texture."""
    folder.mkdir()
    rng = np.random.default_rng(5)
    for number in range(3):
        small = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8))
        soft = np.asarray(small.resize((256, 256), Image.Resampling.BICUBIC), np.float64)
        texture = rng.normal(0, 28, (128, 128, 1)).repeat(2, 0).repeat(2, 1)
        Image.fromarray((soft + texture).clip(0, 255).astype(np.uint8)).save(
            folder / f"{number}.png"
        )
    return folder


def character(tmp_path: Path, sources: Path) -> CharacterFolder:
    folder = Studio.init(tmp_path / "studio").add_character(Character(name="pip", trigger="pip"))
    bring(folder, [sources])
    return folder


def test_the_storybook_base_refuses_photographs(tmp_path: Path) -> None:
    folder = character(tmp_path, photographs(tmp_path / "photos"))
    with pytest.raises(Unfit, match=r"cannot draw pictures like these.*--base FOLDER"):
        fits(open_base("storybook"), folder)


def test_the_storybook_base_takes_its_own_kind(tmp_path: Path) -> None:
    fits(open_base("storybook"), character(tmp_path, PIP))


def test_a_studio_check_asks_its_own_models_and_writes_a_page(tmp_path: Path) -> None:
    folder = character(tmp_path, PIP)
    studio = Studio.open(tmp_path / "studio")
    report = check(studio, "pip")
    assert report.trigger is not None
    assert (report.trigger.tokens or 0) > 0
    assert not any("--tagger" in each for each in report.skipped)
    assert report.coverage["framing"]["full body"] > 0
    assert (folder.path / "check.json").is_file()
    assert write_page(studio, "pip", report).read_text("utf-8").startswith("<!doctype html>")
