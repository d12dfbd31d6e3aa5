"""A studio is made, opened, and holds characters; wrong folders are refused with the way out."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from castmates.core.errors import BadInput, Missing
from castmates.core.types import Character
from castmates.files import images
from castmates.files.runs import RunFolder, dated_folders, new_dated_folder
from castmates.files.studio import CharacterFolder, PictureRecord, Studio, slug

PIP = Character(name="pip", trigger="pip")


def record(number: int, **more: object) -> PictureRecord:
    entry = {"number": number, "source": "a.png", "digest": "0", "width": 1, "height": 1}
    return PictureRecord.model_validate({**entry, **more})


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    return Studio.init(tmp_path / "studio").add_character(PIP)


def test_a_studio_is_made_once_and_opened_again(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "deep" / "studio")
    assert studio.settings.base == "storybook"
    text = (studio.path / "studio.toml").read_text()
    (studio.path / "studio.toml").write_text(text + "# mine\n")
    assert Studio.init(studio.path) == studio
    assert (studio.path / "studio.toml").read_text().endswith("# mine\n")
    assert studio.drawings.is_dir()


def test_a_folder_that_is_no_studio_is_refused_with_the_way_out(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(Missing, match="castmates init"):
            Studio.open(path)
    (tmp_path / "thesis.doc").write_text("")
    with pytest.raises(BadInput, match="thesis"):
        Studio.init(tmp_path)
    with pytest.raises(BadInput, match="is a file; wanted a folder"):
        Studio.init(tmp_path / "thesis.doc")


def test_misspelt_settings_are_told_at_opening(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "s")
    (studio.path / "studio.toml").write_text('bas = "x"')
    with pytest.raises(BadInput, match="Did you mean 'base'"):
        Studio.open(studio.path)


def test_characters_are_found_by_name(pip: CharacterFolder) -> None:
    studio = Studio.open(pip.path.parent.parent)
    assert studio.characters() == ["pip"]
    assert studio.character("pip").character == PIP
    with pytest.raises(Missing, match="Did you mean 'pip'"):
        studio.character("pipp")
    with pytest.raises(BadInput, match="already"):
        studio.add_character(PIP)
    pip.path.rename(pip.path.parent / "pop")
    with pytest.raises(BadInput, match=r"'pip'.*'pop'"):
        _ = studio.character("pop").character


def test_pictures_come_in_order_with_their_captions(pip: CharacterFolder) -> None:
    for number in (10, 2, 12345):
        images.write_png(pip.picture_path(number), np.zeros((2, 2, 3), np.uint8))
    (pip.pictures_dir / "cover.png").write_bytes(b"")
    pip.write_caption(2, "pip, a\n")
    pip.caption_path(10).write_bytes("pip, caf\xe9".encode("latin-1"))
    found = pip.pictures()
    assert [entry.number for entry in found] == [2, 10, 12345]
    assert [entry.caption for entry in found] == ["pip, a", "pip, café", None]
    pip.restore_caption(2, None)
    pip.restore_caption(2, None)
    assert pip.pictures()[0].caption is None


def test_records_keep_the_user_s_comments_and_order(pip: CharacterFolder) -> None:
    assert pip.records() == []
    pip.save_records([record(2), record(1, notes="blurry?")])
    path = pip.path / "pictures.toml"
    path.write_text(path.read_text().replace("number = 2", "number = 2  # best"))
    more = [*pip.records(), record(3, held_out=True)]
    pip.save_records(more)
    assert pip.records() == more
    assert "number = 2  # best" in path.read_text()
    pip.save_records(more[:1])
    assert pip.records() == more[:1]


def test_runs_are_dated_and_lettered(tmp_path: Path) -> None:
    day = date(2026, 11, 20)
    made = [new_dated_folder(tmp_path / "runs", today=day).name for _ in range(28)]
    assert made[0] == "2026-11-20-a"
    assert made[25:] == ["2026-11-20-z", "2026-11-20-aa", "2026-11-20-ab"]
    new_dated_folder(tmp_path / "runs", today=date(2026, 2, 1))
    (tmp_path / "runs" / "notes").mkdir()
    found = [path.name for path in dated_folders(tmp_path / "runs")]
    assert found == ["2026-02-01-a", *made]


def test_the_same_digest_finds_the_same_run(pip: CharacterFolder) -> None:
    assert pip.newest_run() is None
    first = pip.run_for("d1")
    second = pip.run_for("d2")
    assert (first.digest, second.digest) == ("d1", "d2")
    assert pip.run_for("d1") == first
    assert pip.newest_run() == second
    assert pip.new_run("d1") == pip.run_for("d1") != first
    assert pip.study_for("d1") == pip.newest_study()
    assert first.state.is_dir()
    assert first.samples.is_dir()


def test_checkpoints_come_by_epoch_and_the_last_has_no_number(tmp_path: Path) -> None:
    names = ["pip-000004.safetensors", "pip-000002.safetensors", "pip.safetensors"]
    for name in names:
        save_file({"a": np.zeros(1, np.float32)}, tmp_path / name)
    (tmp_path / "notes.txt").write_text("")
    found = RunFolder(tmp_path).checkpoints()
    assert [(epoch, path.name) for epoch, path in found] == [
        (2, names[1]),
        (4, names[0]),
        (5, names[2]),
    ]
    save_file({"a": np.zeros(1, np.float32)}, tmp_path / names[2], {"ss_epoch": "6"})
    assert RunFolder(tmp_path).checkpoints()[-1] == (6, tmp_path / names[2])


@given(st.text(max_size=30))
def test_a_slug_is_a_name_or_empty(text: str) -> None:
    name = slug(text)
    assert not name or Character(name=name, trigger="x").name == name
    assert slug(name) == name


def test_slugs_of_names_people_give() -> None:
    assert slug("Zoë's Fox!") == "zoes-fox"
    assert slug("  Straße 3 ") == "strasse-3"
    assert slug("my_fox") == "my_fox"
    assert re.fullmatch(r"[a-z-]+", slug("Ångström Œuvre"))
    assert slug("ピップ") == ""
