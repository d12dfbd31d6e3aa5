"""Pictures come in once, whole and numbered; the user's own files are never touched."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.bring import bring
from tests.pictures.drawn import folder_of, picture


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in files}


def test_pictures_are_numbered_lossless_in_natural_order(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 11)
    before = snapshot(mine)
    assert bring(pip, mine).added == 11
    assert snapshot(mine) == before
    entries = pip.pictures()
    assert [e.path.name for e in entries] == [f"{n:04d}.png" for n in range(1, 12)]
    for entry, record in zip(entries, pip.records(), strict=True):
        source = mine / f"{entry.number}.png"
        assert record.source == source.name
        assert record.digest == sha256(source.read_bytes()).hexdigest()
        assert (record.width, record.height) == (96, 96)
        assert np.array_equal(images.read(entry.path), images.read(source))


def test_the_same_import_again_adds_only_what_is_new(pip: CharacterFolder, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 5)
    bring(pip, mine)
    before = snapshot(pip.path)
    again = bring(pip, mine)
    assert (again.added, again.there) == (0, 5)
    assert snapshot(pip.path) == before
    (mine / "copy.png").write_bytes((mine / "1.png").read_bytes())
    picture(77).save(mine / "new.png")
    more = bring(pip, mine)
    assert (more.added, more.there) == (1, 6)
    assert [e.number for e in pip.pictures()] == [1, 2, 3, 4, 5, 6]
    held = [r.number for r in pip.records() if r.held_out]
    (pip.picture_path(6)).unlink()
    assert bring(pip, mine).added == 0, "a picture that was thrown out does not come back"
    assert [r.number for r in pip.records() if r.held_out] == held


def test_folders_subfolders_and_files_together(pip: CharacterFolder, tmp_path: Path) -> None:
    folder_of(tmp_path / "data" / "10_pip girl", 2)
    folder_of(tmp_path / "other", 2, first=10, suffix="jpg")
    picture(30).save(tmp_path / "Füchslein ピ.WEBP", lossless=True)
    (tmp_path / "other" / "notes.pdf").write_bytes(b"")
    (tmp_path / "other" / "._1.jpg").write_bytes(b"mac")
    sources = [tmp_path / "data", tmp_path / "other", tmp_path / "Füchslein ピ.WEBP"]
    assert bring(pip, sources).added == 5
    assert pip.records()[-1].source == "Füchslein ピ.WEBP"


def test_broken_pictures_are_told_and_left_out(pip: CharacterFolder, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    (mine / "2b.png").write_bytes((mine / "2.png").read_bytes()[:80])
    (mine / "nothing.jpg").write_bytes(b"")
    (mine / "words.png").write_text("not a picture")
    (mine / "layers.PSD").write_bytes(b"x")
    (mine / "live.mov").write_bytes(b"x")
    told: list[Event] = []
    brought = bring(pip, mine, told.append)
    assert brought.added == 3
    skipped = {one.file: one.why for one in brought.skipped}
    broken = ["2b.png", "nothing.jpg", "words.png"]
    assert sorted(skipped) == [*broken[:1], "layers.PSD", "live.mov", *broken[1:]]
    assert "is empty" in skipped["nothing.jpg"]
    assert "not a picture that can be read" in skipped["words.png"]
    assert "is broken" in skipped["2b.png"]
    assert "film" in skipped["live.mov"]
    warnings = [event.what for event in told if isinstance(event, Warned)]
    assert len(warnings) == 4
    assert any("1 .psd" in words for words in warnings)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_pictures_are_refused_and_nothing_is_written(
    pip: CharacterFolder, tmp_path: Path, count: int
) -> None:
    mine = folder_of(tmp_path / "mine", count)
    before = snapshot(pip.path)
    (mine / "broken.png").write_bytes(b"x")
    with pytest.raises(BadInput, match="3 or more") as raised:
        bring(pip, mine)
    assert "broken.png" in raised.value.what
    assert snapshot(pip.path) == before


def test_wrong_sources_are_refused_in_words(pip: CharacterFolder, tmp_path: Path) -> None:
    with pytest.raises(Missing, match="2 things"):
        bring(pip, [tmp_path / "a", tmp_path / "b"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="no pictures in"):
        bring(pip, tmp_path / "empty")
    (tmp_path / "empty" / "a.psd").write_bytes(b"x")
    with pytest.raises(BadInput, match=r"1 \.psd"):
        bring(pip, tmp_path / "empty")
    (tmp_path / "story.md").write_text("x")
    with pytest.raises(BadInput, match="not a picture"):
        bring(pip, tmp_path / "story.md")
    with pytest.raises(BadInput, match="own folder"):
        bring(pip, pip.pictures_dir)


def test_captions_come_along_in_any_encoding(pip: CharacterFolder, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 4)
    (mine / "1.txt").write_bytes("pip, café\n".encode("utf-8-sig"))
    (mine / "2.caption").write_bytes("pip, Fuß".encode("latin-1"))
    (mine / "3.txt").write_text("  \n")
    told: list[Event] = []
    assert bring(pip, mine, told.append).captions == 2
    assert [e.caption for e in pip.pictures()] == ["pip, café", "pip, Fuß", None, None]
    assert [e.what for e in told if isinstance(e, Warned)] == [
        "2.caption is not UTF-8; it was read as latin-1."
    ]


def test_large_pictures_are_shrunk_and_camera_notes_are_gone(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 2)
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    picture(5, 3000, 1500).save(mine / "3.jpg", exif=exif)
    bring(pip, mine)
    kept = pip.pictures()[2].path
    assert images.read(kept).shape == (1024, 2048, 3)
    assert b"Secret" not in kept.read_bytes()


def test_an_import_killed_in_the_middle_goes_on_where_it_stood(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 7)
    (mine / "2.txt").write_text("pip, two")
    code = (
        "import os, sys; from pathlib import Path\n"
        "from castmates.files.studio import CharacterFolder\n"
        "from castmates.pictures.bring import bring\n"
        "def tell(event):\n"
        "    if getattr(event, 'done', 0) == 5: os.kill(os.getpid(), 9)\n"
        "bring(CharacterFolder(Path(sys.argv[1])), Path(sys.argv[2]), tell)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(pip.path), str(mine)]
    assert subprocess.run(command, env=env, check=False).returncode == -9
    assert len(pip.pictures()) == 5
    assert pip.records() == []
    brought = bring(pip, mine)
    assert (brought.added, brought.there) == (2, 5)
    assert [r.source for r in pip.records()] == [f"{n}.png" for n in range(1, 8)]
    assert pip.pictures()[1].caption == "pip, two"
    assert sum(r.held_out for r in pip.records()) == 2
