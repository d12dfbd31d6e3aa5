"""The recipes of the docs, run as they stand there, on pictures that the drawn world makes."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from castmates.captions.spelling import split
from castmates.cli.main import app
from storybook.world import EXAMPLE, QUIET, Framed, draw, sample, tags_of

PAGE = Path(__file__).parents[1] / "docs" / "recipes.md"
PIP = EXAMPLE["pip"]
SIZE = 192


def section(letter: str) -> str:
    """The text under one recipe's heading."""
    return PAGE.read_text("utf-8").split(f"## ({letter})")[1].split("\n## ")[0]


def blocks(letter: str, kind: str) -> list[list[str]]:
    """The lines of a recipe's code blocks."""
    found = re.findall(rf"```{kind}\n(.*?)```", section(letter), re.DOTALL)
    return [block.splitlines() for block in found]


def run(letter: str) -> None:
    """Type what the recipe says, in the folder one stands in."""
    for line in (line for block in blocks(letter, "sh") for line in block):
        program, *words = shlex.split(line)
        if program == "rm":
            for word in words:
                Path(word).unlink()
            continue
        assert program == "castmates"
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, f"{line}\n{done.output}"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def spec(seed: int, **fixed: str | None) -> Framed:
    return sample(900_000 + seed, QUIET, (PIP,), hat=None, prop=None, **fixed)


KINDS = ("jpg", "png", "webp", "bmp", "tiff", "gif", "jpeg")


def mixed_album() -> dict[int, Framed]:
    """22 pictures under odd names: 5 close-ups and 17 upper bodies, in seven formats."""
    folder = Path("album/15_pip girl")
    folder.mkdir(parents=True)
    specs = {}
    for number in range(1, 23):
        framing = "close-up" if number <= 5 else "upper body"
        specs[number] = spec(number, framing=framing, style="flat color")
        kind = KINDS[number % len(KINDS)]
        drawn = Image.fromarray(draw(specs[number], SIZE + 8 * (number % 4)).image)
        drawn.save(folder / f"{number} IMG.{kind}", **({"quality": 95} if kind == "jpg" else {}))
    (folder / "notes.doc").write_text("22 of them")
    return specs


def told_files(lines: list[str]) -> set[str]:
    """`Images/1.jpg … 22.jpg` written out."""
    found = set()
    for line in lines:
        match = re.fullmatch(r"(.*/)?(\d+)(\.\w+) … (\d+)\3", line)
        if match is None:
            found.add(line)
        else:
            numbers = range(int(match[2]), int(match[4]) + 1)
            found |= {f"{match[1]}{number}{match[3]}" for number in numbers}
    return found


def test_recipe_a_makes_the_tree_that_it_shows_with_the_trigger_first() -> None:
    specs = mixed_album()
    run("a")
    out = Path("lora_pip")
    there = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    there |= {p.name for p in out.iterdir() if p.is_dir() and p.name != "Images"}
    assert there == told_files(blocks("a", "text")[0])
    captions = {n: (out / f"Images/15_pip/{n}.txt").read_text("utf-8") for n in specs}
    assert all(caption.startswith("pip, 1girl, solo, ") for caption in captions.values())
    jpegs = [(out / f"Images/15_pip/{n}.jpg").read_bytes() for n in specs]
    assert all(data.startswith(b"\xff\xd8\xff") for data in jpegs)
    agreement = [_agreement(captions[number], specs[number]) for number in specs]
    assert np.mean(agreement) >= 0.85
    for caption in captions.values():
        assert not {"tan skin", "two-tone hair", "green eyes"} & set(split(caption))


CHANGING = ("view", "expression", "framing", "scene", "light", "style", "pose")
OFTEN_UNSAID = ("from front", "standing", "day")


def _agreement(caption: str, spec: Framed) -> float:
    """Share of what changes from picture to picture that the caption says."""
    true = {tag for slot, tag in tags_of(spec).items() if slot in CHANGING}
    true -= set(OFTEN_UNSAID)
    return len(true & set(split(caption))) / len(true)


VIEWS = {37: "from side", 38: "from side", 39: "from above", 41: "from behind", 42: "from behind"}


def renders() -> None:
    """42 of them as the recipe orders them; mostly the face, from the front."""
    folder = Path("renders/10_pip girl")
    folder.mkdir(parents=True)
    for number in range(1, 43):
        framing = {40: "full body", 42: "upper body", 36: "upper body"}.get(number, "close-up")
        view = VIEWS.get(number, "three-quarter view" if number in (33, 34, 35) else "from front")
        drawn = draw(spec(number, framing=framing, view=view, scene="white background"), 96)
        Image.fromarray(drawn.image).save(folder / f"{number}.png")


def told_captions(lines: list[str]) -> dict[int, str]:
    """`1-36  words` written out."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"(\d+)(?:-(\d+))?\s+(.*)", line)
        assert match is not None, line
        for number in range(int(match[1]), int(match[2] or match[1]) + 1):
            found[number] = match[3]
    return found


def test_recipe_b_writes_the_few_words_that_it_shows() -> None:
    renders()
    run("b")
    folder = Path("lora_pip/Images/10_pip")
    captions = {int(p.stem): p.read_text("utf-8").strip() for p in folder.glob("*.txt")}
    assert captions == told_captions(blocks("b", "text")[0])
    assert len(captions) == len(list(folder.glob("*.png"))) == 42


def crowded_album() -> None:
    """16 of moss in two outfits; pip stands beside him on the first three."""
    moss = EXAMPLE["moss"]
    other = replace(moss, outfit="overalls", outfit_colour="red", words=())
    folder = Path("album/1_moss fox")
    folder.mkdir(parents=True)
    for number in range(1, 17):
        who = moss if number <= 9 else other
        cast = (who, PIP) if number <= 3 else (who,)
        view = {5: "from side", 11: "from behind"}.get(number, "from front")
        framing = "full body" if number <= 12 else "upper body"
        fixed = {"hat": None, "prop": None, "style": "flat color"}
        one = sample(910_000 + number, QUIET, cast, framing=framing, view=view, **fixed)
        Image.fromarray(draw(one, SIZE).image).save(folder / f"{number}.png")


def test_recipe_c_parts_the_figures_and_sorts_what_is_left() -> None:
    crowded_album()
    run("c")
    out = Path("lora_moss")
    folders = {p.relative_to(out).as_posix() for p in (out / "Images").iterdir()}
    folders |= {p.name for p in out.iterdir() if p.is_dir() and p.name != "Images"}
    assert folders == set(blocks("c", "text")[0])
    captions = {int(p.stem): split(p.read_text("utf-8")) for p in out.rglob("*.txt")}
    assert set(captions) == {*range(4, 18), 19, 21}
    for number, tags in captions.items():
        assert tags[0] == "moss"
        assert "white background" in tags
        features = {tag for tag in tags if tag.endswith((" fur", " eyes")) or tag == "solo"}
        assert features <= {"closed eyes"}, tags
        worn = "overalls" if 10 <= number <= 16 else "hoodie"
        assert [tag for tag in tags if tag.endswith(worn)], (number, tags)
    low = {int(p.stem) for p in (out / "Images/4_moss low").glob("*.png")}
    assert low == {17, 19, 21}


Make = Callable[[], object]


@pytest.mark.parametrize(("letter", "make"), [("b", renders)])
def test_every_step_of_a_recipe_can_be_taken_back(letter: str, make: Make) -> None:
    make()
    run(letter)
    writing = sum("--write" in line for block in blocks(letter, "sh") for line in block)
    for _ in range(writing):
        done = CliRunner().invoke(app, ["undo", "pip", "--studio", "my-studio"])
        assert done.exit_code == 0, done.output
    assert not list(Path("my-studio/cast/pip/pictures").glob("*.txt"))
