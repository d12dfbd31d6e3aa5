"""Pictures of a studio are found by what stands inside them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from castmates.core.events import Began, Event
from castmates.files.images import write_png
from castmates.files.studio import Studio
from castmates.studio.gallery import gallery
from castmates.studio.init import init

PIXELS = np.zeros((16, 24, 3), np.uint8)
FIELDS = "Steps: 3, Sampler: Euler, Seed: 5, Size: 24x16"
INFOTEXT = """pip, <lora:pip:0.8>, a "<red> crown" & castle
Negative prompt: blurry
Steps: 12, Sampler: Euler a, CFG scale: 5, Seed: 77, Size: 24x16, Model: toy"""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    init(tmp_path / "studio")
    folder = Studio.open(tmp_path / "studio").drawings
    write_png(folder / "00001.png", PIXELS, {"parameters": INFOTEXT})
    (folder / "sub dir").mkdir()
    write_png(folder / "sub dir" / "ö?.png", PIXELS, {"parameters": f"moss, snow\n{FIELDS}"})
    write_png(folder / "silent.png", PIXELS)
    (folder / "broken.png").write_bytes(b"\x89PNG no")
    os.utime(folder / "00001.png", ns=(1, 1))
    return Studio.open(tmp_path / "studio")


def test_what_a_picture_says_is_found(studio: Studio) -> None:
    found = gallery(studio, "crown pip")
    assert (found.count, found.indexed) == (1, 2)
    (one,) = found.pictures
    assert (one.path, one.seed, one.size, one.steps) == ("drawings/00001.png", 77, "24x16", 12)
    assert (one.adapters, one.base, one.sampler) == (("pip",), "toy", "euler a")
    assert one.negative == "blurry"


def test_only_new_and_changed_files_are_looked_at(studio: Studio) -> None:
    told: list[Event] = []
    gallery(studio)
    gallery(studio, tell=told.append)
    assert told == []
    (studio.drawings / "00001.png").unlink()
    write_png(studio.drawings / "silent.png", PIXELS, {"parameters": f"a hat\n{FIELDS}"})
    found = gallery(studio, tell=told.append)
    assert [e.total for e in told if isinstance(e, Began)] == [1]
    assert {one.words for one in found.pictures} == {"a hat", "moss, snow"}


def test_the_index_may_be_lost(studio: Studio) -> None:
    before = gallery(studio)
    (studio.path / "gallery.sqlite").write_bytes(b"x" * 5000)
    assert gallery(studio) == before
    assert gallery(studio, rebuild=True) == before


def test_the_page_names_its_pictures_and_escapes_their_words(studio: Studio) -> None:
    found = gallery(studio, page=True)
    page = Path(found.page).read_text(encoding="utf-8")
    assert 'src="drawings/sub%20dir/%C3%B6%3F.png"' in page
    assert "&lt;red&gt; crown" in page
    assert "<red>" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert 'data-name="pip"' in page


def test_from_the_terminal_without_torch(studio: Studio) -> None:
    code = (
        "import sys; from castmates.cli.main import app\n"
        "try: app()\n"
        "finally: assert 'torch' not in sys.modules"
    )
    words = ["gallery", "snow", "--studio", str(studio.path), "--json"]
    ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=True)
    assert json.loads(ran.stdout)["pictures"][0]["words"] == "moss, snow"
