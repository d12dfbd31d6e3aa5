"""Pictures made larger: by a tiny network, by Lanczos, and with their detail drawn over."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch as safe
import torch
from PIL import Image

from castmates.backends import esrgan_upscaler
from castmates.backends.esrgan_upscaler import EsrganUpscaler
from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.core.errors import BadInput, CastmatesError, Missing
from castmates.core.events import Event, Warned
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.found import texts_of
from castmates.drawing.infotext import Origin, png_texts, shot_of
from castmates.families.sd15.tiny import tiny
from castmates.files.images import read, write_png
from castmates.files.studio import Studio
from castmates.studio.redraw import redraw
from castmates.studio.upscale import Enlarged, Enlargement, upscale
from tests.drawing.pictures import picture
from tests.drawing.test_infotext import Picture

SHOT = Shot(words="a fox", size="64", sampler="euler", steps=3, guidance=3.0)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network = RrdbNet(RrdbSizes(features=4, growth=2, blocks=1, doublings=1))
    with torch.no_grad():
        network.conv_last.bias.fill_(0.5)
    safe.save_file(network.state_dict(), tmp_path / "2x.safetensors")
    return tmp_path / "2x.safetensors"


@pytest.fixture
def fox(tmp_path: Path) -> Path:
    origin = Origin(base="tiny")
    write_png(tmp_path / "fox.png", picture(), png_texts(Picture(SHOT, origin)))
    return tmp_path / "fox.png"


def large(fox: Path, more: dict[str, Any], **how: Any) -> tuple[Enlarged, Any]:
    [done] = upscale([fox], Enlargement.model_validate(more), fox.parent / "large", **how)
    return done, read(Path(done.path))


def test_a_network_enlarges_and_tells(fox: Path, model: Path) -> None:
    done, pixels = large(fox, {"upscaler": str(model), "scale": 2})
    assert Path(done.path).name == "fox.png"
    assert done.size == "128x128"
    assert np.array_equal(pixels, EsrganUpscaler(model).upscale(picture()))
    texts = texts_of(Path(done.path).read_bytes())
    assert "Postprocess upscale by: 2, Postprocess upscaler: 2x" in texts["parameters"]
    assert shot_of(texts) == SHOT


def test_tiles_that_overlap_enough_leave_no_seam(fox: Path, model: Path) -> None:
    write_png(fox, picture(160, 120))
    whole = large(fox, {"upscaler": str(model), "scale": 2})[1]
    tiled = large(fox, {"upscaler": str(model), "scale": 2, "tile": 88, "overlap": 44})[1]
    assert np.abs(whole.astype(int) - tiled).max() <= 1


def test_any_scale_is_reached(fox: Path, model: Path) -> None:
    for scale, size in ((1.5, "96x96"), (3, "192x192"), (8, "512x512"), (1, "64x64")):
        assert large(fox, {"upscaler": str(model), "scale": scale})[0].size == size
    done, pixels = large(fox, {"upscaler": "lanczos", "scale": 2.5})
    wanted = Image.fromarray(picture()).resize((160, 160), Image.Resampling.LANCZOS)
    assert np.array_equal(pixels, np.array(wanted))
    assert Path(done.path).name == "fox-5.png"  # nothing is written over


def test_detail_is_drawn_over_tile_by_tile(fox: Path, model: Path, base: Path) -> None:
    events: list[Event] = []
    how = {"upscaler": str(model), "preset": "detail"}
    done, pixels = large(fox, how, base=str(base), tell=events.append)
    assert done.size == "256x256"
    assert np.abs(pixels.astype(int) - large(fox, {**how, "preset": ""})[1]).mean() > 1
    texts = texts_of(Path(done.path).read_bytes())
    assert "Postprocess upscale by: 4" in texts["parameters"]
    assert "Postprocess preset: detail at 0.15" in texts["parameters"]
    assert not [event for event in events if isinstance(event, Warned)]
    again = large(fox, how, base=str(base))[1]
    assert np.array_equal(again, pixels)
    write_png(fox, picture(40, 56))
    other = large(fox, how, base=str(base), tell=events.append)[0]
    assert other.size == "160x224"
    assert any("does not say its words" in e.what for e in events if isinstance(e, Warned))
    more = {**how, "words": "(fox:1.2)", "strength": 0.5}
    assert large(fox, more, base=str(base))[0].size == "160x224"


def test_a_redrawn_picture_says_that_it_was_enlarged(fox: Path, base: Path) -> None:
    done, _ = large(fox, {"upscaler": "lanczos", "scale": 2})
    events: list[Event] = []
    studio = Studio.init(fox.parent / "s")
    redraw(studio, Path(done.path), base=str(base), tell=events.append)
    said = " ".join(event.what for event in events if isinstance(event, Warned))
    assert "It was enlarged after it was drawn (Postprocess upscale by: 2" in said


def test_transparency_is_told(tmp_path: Path) -> None:
    clear = np.zeros((8, 8, 4), np.uint8)
    Image.fromarray(clear).save(tmp_path / "clear.png")
    events: list[Event] = []
    more = {"upscaler": "lanczos", "scale": 2}
    assert large(tmp_path / "clear.png", more, tell=events.append)[1].min() == 255
    assert any("transparent" in e.what for e in events if isinstance(e, Warned))


def test_the_missing_embedded_model_is_said(fox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esrgan_upscaler, "FILE", "nothing.safetensors")
    with pytest.raises(Missing, match=r"embedded/upscaler/nothing.safetensors.*train"):
        large(fox, {})


@pytest.mark.parametrize(
    ("more", "kind", "says"),
    [
        ({"upscaler": "storybok"}, BadInput, "Did you mean 'storybook'"),
        ({"upscaler": "gone.safetensors"}, Missing, "gone.safetensors"),
        ({"upscaler": "trap.pth"}, BadInput, "may run a program"),
        ({"upscaler": "lanczos", "preset": "detial"}, BadInput, "Did you mean 'detail'"),
        ({"upscaler": "lanczos", "preset": "detail", "scale": 2}, BadInput, "enlarges 4 times"),
        ({"upscaler": "lanczos", "words": "a fox"}, BadInput, "Add --preset detail"),
    ],
)
def test_bad_inputs_are_sentences(
    fox: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any], kind: type, says: str
) -> None:
    monkeypatch.chdir(fox.parent)
    Path("trap.pth").write_bytes(pickle.dumps(print, protocol=2))
    with pytest.raises(kind, match=says):
        large(fox, more)
    assert not (fox.parent / "large").exists()


def test_all_pictures_that_cannot_be_are_told_at_once(fox: Path, base: Path) -> None:
    (fox.parent / "words.png").write_text("no picture", encoding="utf-8")
    broad = fox.parent / "broad.png"
    write_png(broad, np.zeros((4, 4000, 3), np.uint8))
    how = Enlargement(upscaler="lanczos", scale=16)
    write_png(fox.parent / "huge.png", np.zeros((1000, 4000, 3), np.uint8))
    files = [fox, *(fox.parent / name for name in ("words.png", "none.png", "huge.png"))]
    with pytest.raises(CastmatesError) as raised:
        upscale(files, how, fox.parent / "large")
    said = str(raised.value)
    assert "3 things do not fit" in said
    assert "words.png is not a picture" in said
    assert "huge.png would have 64000x16000 pixels" in said
    with pytest.raises(BadInput, match="no pictures to enlarge"):
        upscale([], how, fox.parent / "large")
    adapters = (AdapterUse(name="pip"),)
    texts = png_texts(Picture(SHOT.model_copy(update={"adapters": adapters}), Origin(base="tiny")))
    write_png(fox, picture(), texts)
    with pytest.raises(Missing, match="drawn with pip, and there is no studio"):
        large(fox, {"upscaler": "lanczos", "preset": "detail"}, base=str(base))
