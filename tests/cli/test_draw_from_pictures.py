"""The door of drawing from pictures: options reach the stage, bad ones are sentences."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.drawing.found import texts_of
from castmates.families.sd15.tiny import tiny
from castmates.files.images import write_mask, write_png
from castmates.files.studio import Studio
from tests.drawing.pictures import masked, picture


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    Studio.init(tmp_path / "s")
    write_png(tmp_path / "fox.png", picture())
    write_mask(tmp_path / "hat.png", masked().astype(np.uint8) * np.uint8(255))
    (tmp_path / "words.png").write_text("no picture", encoding="utf-8")
    return tmp_path


def castmates(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, words)])


def drawing(base: Path, *words: str) -> Result:
    return castmates("draw", "a fox", "-n", "1", "--base", base, "-s", "s", "--json", *words)


def test_every_option_reaches_the_picture(here: Path, base: Path) -> None:
    given = "--steps 3 --cfg 3 --image fox.png --strength 0.5 --mask hat.png --mask-blur 2"
    more = "--only-masked --padding 8 --resize fill --subseed 3 --subseed-strength 0.2"
    done = drawing(base, *given.split(), *more.split(), "--seed-resize-from", "64x96")
    assert done.exit_code == 0, done.output
    [path] = json.loads(done.stdout)["pictures"]
    text = texts_of(Path(path).read_bytes())["parameters"]
    for field in (
        "Denoising strength: 0.5",
        "Resize mode: Resize and fill",
        "Mask blur: 2",
        "Inpaint area: Only masked",
        "Masked area padding: 8",
        "Variation seed: 3",
        "Variation seed strength: 0.2",
        "Seed resize from: 64x96",
    ):
        assert field in text
    again = castmates("draw", "--from", path, "--base", base, "-s", "s", "--strength", "0.25")
    assert again.exit_code == 0, again.output
    hires = "--steps 3 --hires 1.5 --hires-steps 2 --hires-denoise 0.5 --hires-upscaler lanczos"
    [large] = json.loads(drawing(base, *hires.split()).stdout)["pictures"]
    text = texts_of(Path(large).read_bytes())["parameters"]
    assert "Hires upscale: 1.5, Hires steps: 2, Hires upscaler: Lanczos" in text


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("--steps 0", 2, "Invalid value for '--steps'"),
        ("--size 65x64", 2, "multiples of 8, not 65x64. Take 64x64."),
        ("--size big", 2, "'big' is no size"),
        ("--image fox.png --strength 2", 2, "Invalid value for '--strength'"),
        ("--image fox.png --resize cut", 2, "'cut' is not one of 'crop', 'fill', 'stretch'"),
        ("--image words.png", 2, "words.png is not a picture that can be read."),
        ("--image gone.png", 3, "gone.png"),
        ("--mask hat.png", 2, "Add --image FILE."),
        ("--hires 2 --hires-upscaler storybok", 2, "Did you mean 'storybook'?"),
        ("--hires 2 --image fox.png", 4, "Hires fix begins with words"),
        ("--subseed-strength 0.3 --seed-resize-from wide", 2, "'wide' is no size"),
    ],
)
def test_bad_options_are_sentences(
    here: Path, base: Path, words: str, code: int, says: str
) -> None:
    done = castmates("draw", "a fox", "--base", base, "-s", "s", *words.split())
    assert done.exit_code == code
    assert says in done.output.replace("\n", " ")


def test_upscale_writes_beside_and_tells(here: Path) -> None:
    done = castmates("upscale", "fox.png", "--with", "lanczos", "--scale", "2", "--out", "large")
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == f"{Path('large') / 'fox.png'} (128x128)"
    odd = castmates("upscale", "fox.png", "--with", "lanczso", "--json")
    assert odd.exit_code == 2
    assert "Did you mean 'lanczos'?" in json.loads(odd.stdout)["fix"]
    none = castmates("upscale", "gone.png", "--with", "lanczos")
    assert none.exit_code == 3
