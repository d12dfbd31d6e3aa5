"""A plot is drawn in mixed batches, goes on where it stopped, grows, and is laid out to be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import load, save
from castmates.core.errors import BadInput, Unfit
from castmates.core.events import Event, Moved
from castmates.core.types import Character
from castmates.drawing.infotext import shot_of
from castmates.drawing.painter import Painter
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files import images, settings
from castmates.files.studio import Studio
from castmates.judging.filling import DIGEST_KEY
from castmates.judging.plots.plot import Plot
from castmates.studio import compare_draw
from castmates.studio.compare_plan import PlotWish
from castmates.studio.compare_plot import Plotted, plot
from tests.studio.test_report import Checker

AXES = {"x": "epoch: 1-2", "y": "strength: 0.5, 1", "z": "sampler: Euler a, DPM++ 2M"}
SHARED = {"size": "64", "steps": "2", "cfg": "3"}


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("bases")
    return tiny(folder / "one"), tiny(folder / "two", seed=1)


def adapter(base: Path, seed: int) -> Adapter:
    numbers = torch.Generator().manual_seed(seed)
    factors = {
        name: Factors(
            0.2 * torch.randn(shape.down(2), generator=numbers),
            0.2 * torch.randn(shape.up(2), generator=numbers),
            1.0,
        )
        for name, shape in open_base(base).bank.shapes().items()
    }
    return Adapter("pip", "lora", factors)


@pytest.fixture
def studio(tmp_path: Path, bases: tuple[Path, Path]) -> Studio:
    """Pip with two epochs and three pictures."""
    made = Studio.init(tmp_path / "s")
    folder = made.add_character(Character(name="pip", trigger="pip", base=str(bases[0])))
    run = folder.new_run("r")
    for epoch in (1, 2):
        save(run.path / f"pip-{epoch:06d}.safetensors", adapter(bases[0], epoch))
    for number in (1, 2, 3):
        pixels = np.random.default_rng(number).integers(0, 255, (64, 64, 3)).astype(np.uint8)
        images.write_png(folder.picture_path(number), pixels)
    return made


def drawn(studio: Studio, axes: dict[str, str] = AXES, **more: Any) -> Plotted:
    given = {"prompts": ("pip, hat",), "shared": SHARED, "precise": True}
    rest = {key: more.pop(key) for key in ("most", "scored", "tell") if key in more}
    wish = PlotWish(axes=axes, **{**given, **more})
    return plot(studio, "pip", wish, **{"scored": False, **rest})


def test_a_cell_of_a_mixed_batch_is_the_picture_that_its_shot_alone_is(
    studio: Studio, bases: tuple[Path, Path]
) -> None:
    made = drawn(studio)
    assert (made.drawn, made.kept, len(made.cells)) == (10, 0, 12)
    base = open_base(bases[0])
    for name in ("pip-000001", "pip-000002"):
        base.bank.add(load(studio.adapters()[name], name))
    painter = Painter(base, precise=True)
    for cell in made.cells:
        said = shot_of(images.read_text(Path(cell.picture)))
        assert said.adapters == cell.shot.adapters
        assert (said.words, said.seed, said.steps) == ("pip, hat", 1, 2)
        [alone] = painter.draw([cell.shot])
        gap = np.abs(alone.pixels.astype(int) - images.read(Path(cell.picture)).astype(int))
        assert gap.max() <= 1
    pictures = {cell.picture for cell in made.cells}
    assert len({Path(one).read_bytes() for one in pictures}) == 10


def test_the_same_command_draws_nothing_and_a_longer_axis_only_what_is_new(studio: Studio) -> None:
    first = drawn(studio, {"x": "epoch: 1", "y": "strength: 0.5"})
    stamps = {p.name: p.stat().st_mtime_ns for p in Path(first.study, "cells").iterdir()}
    again = drawn(studio, {"x": "epoch: 1", "y": "strength: 0.5"})
    assert (again.drawn, again.kept, again.digest) == (0, 2, first.digest)
    grown = drawn(studio, {"x": "epoch: 1-2", "y": "strength: 0.5, 1, 1.5"})
    assert (grown.study, grown.drawn, grown.kept) == (first.study, 5, 2)
    after = {p.name: p.stat().st_mtime_ns for p in Path(first.study, "cells").iterdir()}
    assert stamps.items() < after.items()
    assert settings.load(Path(grown.study, "study.toml"), Plot).axes == grown.axes
    # What a smaller plot leaves out is kept, and there when it is asked for again.
    small = drawn(studio, {"x": "epoch: 2", "y": "strength: 1"})
    assert (small.study, small.drawn, small.kept, len(small.cells)) == (first.study, 0, 2, 2)
    other = drawn(studio, {"x": "epoch: 1", "y": "strength: 0.5"}, shared={**SHARED, "seed": "9"})
    assert other.study != first.study


def test_a_stopped_plot_goes_on_with_what_is_missing(studio: Studio) -> None:
    done: list[int] = []

    def stop(event: Event) -> None:
        if isinstance(event, Moved):
            done.append(event.done)
            if event.done == 5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drawn(studio, tell=stop)
    again = drawn(studio)
    assert again.kept >= 5
    assert again.drawn == 10 - again.kept
    Path(again.cells[4].picture).write_bytes(b"torn")
    assert drawn(studio).drawn == 1


def test_retrained_epochs_are_drawn_anew_and_nothing_else(
    studio: Studio, bases: tuple[Path, Path]
) -> None:
    drawn(studio)
    run = studio.character("pip").newest_run()
    assert run is not None
    save(run.path / "pip-000002.safetensors", adapter(bases[0], 7))
    assert drawn(studio).drawn == 4


def test_bases_are_opened_one_after_the_other(
    studio: Studio, bases: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    axes = {"x": f'checkpoint: "{bases[0]}", "{bases[1]}"', "y": "epoch: 1-2"}
    drew: list[str] = []
    draw = Painter.draw

    def watched(self: Painter, shots: Any, *rest: Any, **more: Any) -> Any:
        drew.append(self.base.name)
        return draw(self, shots, *rest, **more)

    monkeypatch.setattr(Painter, "draw", watched)
    made = drawn(studio, axes)
    # Each is tried first, so that what does not fit is told before anything is drawn.
    assert drew == ["one", "two", "one", "two"]
    assert made.drawn == 6
    assert len({Path(cell.picture).read_bytes() for cell in made.cells}) == 6
    first, second = made.cells[:2]
    assert (
        images.read_text(Path(first.picture))["parameters"]
        != images.read_text(Path(second.picture))["parameters"]
    )


def test_an_adapter_that_fits_the_first_base_alone_stops_all(
    studio: Studio, bases: tuple[Path, Path], tmp_path: Path
) -> None:
    other = tiny(tmp_path / "other", latents=4)
    strange = adapter(bases[0], 3)
    factors = {name: Factors(f.down, f.up.repeat(3, *[1] * (f.up.dim() - 1)), 1.0)
               for name, f in strange.factors.items()}  # fmt: skip
    save(tmp_path / "strange.safetensors", Adapter("strange", "lora", factors))
    axes = {
        "x": f'checkpoint: "{bases[0]}", "{other}"',
        "y": f"adapter: {tmp_path}/strange.safetensors",
    }
    with pytest.raises(Unfit):
        drawn(studio, axes)
    [study] = studio.character("pip").studies()
    assert list(study.cells.iterdir()) == []


def test_very_many_pictures_are_drawn_only_when_one_insists(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compare_draw, "PROBE", 3)
    with pytest.raises(BadInput, match=r"10 pictures are missing\. The first 3 took .* all would"):
        drawn(studio, most=9)
    with pytest.raises(BadInput, match="7 pictures are missing"):
        drawn(studio, most=6)
    assert drawn(studio, most=4).drawn == 4


def test_cells_are_read_and_laid_out(studio: Studio) -> None:
    made = drawn(studio, scored=True)
    assert all(cell.likeness is not None for cell in made.cells)
    sheet = images.read(Path(made.grid))
    assert sheet.shape[1] > 2 * 3 * 64
    html = Path(made.page).read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(html)
    assert checker.open == []
    assert checker.sources == []
    assert not re.search(r"https?://|url\((?!data:)|@import", html)
    assert html.count("url(data:image/jpeg;base64,") == 10
    assert html.count('role="button"') == 12
    data = json.loads(re.search(r'id="plot-data">(.*?)</script>', html, re.S)[1])  # type: ignore[index]
    assert [axis["name"] for axis in data["axes"]] == ["epoch", "strength", "sampler"]
    assert data["axes"][0]["values"] == ["no adapter", "1", "2"]
    assert {one["file"] for one in data["pictures"]} == {Path(c.picture).name for c in made.cells}
    assert all("Steps: 2" in one["text"] for one in data["pictures"])
    assert json.loads(made.model_dump_json())["cells"][0]["at"] == {
        "epoch": "none", "strength": "0.5", "sampler": "Euler a",
    }  # fmt: skip


def test_nothing_is_chosen_from_a_plot(studio: Studio) -> None:
    made = drawn(studio, {"x": "epoch: 1"})
    folder = studio.character("pip")
    assert [str(one.path) for one in folder.studies()] == [made.study]
    assert folder.newest_study() is None
    assert DIGEST_KEY in images.read_text(Path(made.cells[0].picture))
