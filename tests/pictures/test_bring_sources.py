"""Zips, kohya folders, originals, masks, bursts: what comes along with the pictures."""

from __future__ import annotations

import os
import resource
import signal
import stat
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.events import Event, Warned
from castmates.files import heic, images
from castmates.files.studio import CharacterFolder
from castmates.pictures.bring import Bringing, bring
from castmates.pictures.sources import find
from tests.pictures.drawn import folder_of, picture


def zip_of(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(file, file.relative_to(folder))
    return path


def test_a_zip_brings_the_same_as_its_folder(pip: CharacterFolder, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine" / "15_pip girl", 4)
    (mine / "2.txt").write_bytes("pip, Fuß".encode("latin-1"))
    (mine / "3.caption").write_text("pip, three")
    album = zip_of(tmp_path / "mine", tmp_path / "album.zip")
    told: list[Event] = []
    assert bring(pip, album, told.append).added == 4
    assert [e.caption for e in pip.pictures()] == [None, "pip, Fuß", "pip, three", None]
    assert [r.repeats for r in pip.records()] == [15] * 4
    assert "2.txt is not UTF-8" in str(told)
    again = bring(pip, [tmp_path / "mine", album])
    assert (again.added, again.there) == (0, 8)


def test_what_cannot_be_read_in_a_zip_is_told_and_the_rest_comes(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    (mine / "words.png").write_text("not a picture")
    album = zip_of(mine, tmp_path / "album.zip")
    noise = np.random.default_rng(0).integers(0, 255, 4000, dtype=np.uint8).tobytes()
    with zipfile.ZipFile(album, "a") as archive:
        archive.writestr("lie.png", noise)
        archive.filelist[-1].file_size = 10
    brought = bring(pip, album)
    assert brought.added == 3
    why = {one.file: one.why for one in brought.skipped}
    assert sorted(why) == ["lie.png", "words.png"]
    assert "album.zip/lie.png is broken" in why["lie.png"]


def test_a_hostile_zip_brings_nothing(pip: CharacterFolder, tmp_path: Path) -> None:
    album = zip_of(folder_of(tmp_path / "mine", 3), tmp_path / "album.zip")
    with zipfile.ZipFile(album, "a") as archive:
        archive.writestr("../../evil.png", b"x")
    with pytest.raises(BadInput, match="leads out of the zip"):
        bring(pip, album)
    assert pip.pictures() == []
    assert not list(tmp_path.rglob("evil*"))


def test_a_kohya_layout_says_repeats_and_quality(pip: CharacterFolder, tmp_path: Path) -> None:
    root = tmp_path / "lora_pip"
    folder_of(root / "img" / "15_pip girl", 2)
    folder_of(root / "img" / "4_pip girl low", 1, first=10)
    folder_of(root / "Model" / "sample", 1, first=20)
    folder_of(root / "Logs", 1, first=30)
    told: list[Event] = []
    assert bring(pip, root, told.append).added == 3
    assert [(r.repeats, r.group) for r in pip.records()] == [(4, "low"), (15, ""), (15, "")]
    said = [event.what for event in told if isinstance(event, Warned)]
    assert len(said) == 1
    assert "Model" in said[0]
    assert "Logs" in said[0]
    pip.path.joinpath("pictures.toml").unlink()
    bring(pip, root)
    assert [(r.repeats, r.group) for r in pip.records()] == [(4, "low"), (15, ""), (15, "")]


def test_originals_are_kept_without_the_camera_s_notes(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 2)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret Camera"
    exif.get_ifd(0x8825)[0x001B] = b"GPS-PLACE"
    picture(3, 400, 200).save(mine / "3.jpg", exif=exif, comment=b"Secret", quality=90)
    picture(4).save(mine / "4.bmp")
    brought = bring(pip, mine, how=Bringing(longest=256))
    assert brought.originals == 3
    assert sorted(p.name for p in pip.originals_dir.iterdir()) == [
        "0001.png",
        "0002.png",
        "0003.jpg",
    ]
    kept = pip.original(3)
    assert kept is not None
    assert b"Secret" not in kept.read_bytes()
    assert b"GPS" not in kept.read_bytes()
    assert np.array_equal(images.read(kept), images.read(mine / "3.jpg"))
    assert images.read(pip.picture_path(3)).shape == (256, 128, 3)
    assert pip.records()[2].digest == sha256((mine / "3.jpg").read_bytes()).hexdigest()
    assert pip.original(4) is None


def test_originals_can_be_left(pip: CharacterFolder, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    assert bring(pip, mine, how=Bringing(originals=False)).originals == 0
    assert not pip.originals_dir.exists()


def test_alpha_is_kept_as_a_mask_of_the_picture_s_size(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 2)
    clear = picture(3, 300, 200).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    clear.save(mine / "3.png")
    assert bring(pip, mine, how=Bringing(longest=150)).masks == 1
    with Image.open(pip.mask_path(3)) as mask:
        assert (mask.mode, mask.size) == ("L", (150, 100))
    assert images.read(pip.picture_path(3)).shape == (100, 150, 3)
    assert len(pip.pictures()) == 3
    found = find([pip.pictures_dir], keep_out=tmp_path / "elsewhere")
    assert [one.file for one in found.skipped] == ["0003.mask.png"]


def test_first_frames_are_said_once(pip: CharacterFolder, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 1)
    for name in ("2.gif", "3.gif"):
        more = [picture(int(name[0]) + 10)]
        picture(int(name[0])).save(mine / name, save_all=True, append_images=more)
    told: list[Event] = []
    assert bring(pip, mine, told.append).added == 3
    said = [event.what for event in told if isinstance(event, Warned)]
    assert said == ["More than one frame or page: 2.gif, 3.gif."]


@pytest.mark.skipif(heic.can_be_read(), reason="pillow-heif is installed")
def test_heic_without_its_package_is_left_out_and_said_once(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    for name in ("a.heic", "b.HEIC"):
        (mine / name).write_bytes(b"x")
    told: list[Event] = []
    brought = bring(pip, mine, told.append)
    assert [one.file for one in brought.skipped] == ["a.heic", "b.HEIC"]
    said = [event for event in told if isinstance(event, Warned)]
    assert [event.fix for event in said] == ["Run: pip install 'castmates[heic]'."]


def test_pictures_of_one_moment_all_come_in_and_are_told(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 2)
    one = picture(30)
    for name, second, shot in (
        ("a.jpg", "07", one.filter(ImageFilter.GaussianBlur(1))),
        ("b.jpg", "08", one),
        ("c.jpg", "30", one),
    ):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2024:05:01 12:00:{second}"
        shot.save(mine / name, exif=exif, quality=95)
    brought = bring(pip, mine)
    assert brought.added == 5
    numbers = {r.source: r.number for r in pip.records()}
    assert [b.numbers for b in brought.bursts] == [(numbers["a.jpg"], numbers["b.jpg"])]
    assert brought.bursts[0].sharpest == numbers["b.jpg"]
    assert bring(pip, mine).bursts == ()


def test_what_a_stopped_import_left_of_a_picture_is_cleared(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    pip.write_caption(1, "of another")
    images.write_mask(pip.mask_path(1), np.zeros((2, 2), np.uint8))
    pip.write_original(1, b"of another", ".jpg")
    bring(pip, folder_of(tmp_path / "mine", 3))
    assert pip.pictures()[0].caption is None
    assert not pip.mask_path(1).exists()
    assert [p.name for p in pip.originals_dir.glob("0001.*")] == ["0001.png"]


def test_a_full_disk_half_way_keeps_what_is_whole_and_goes_on(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    """A limit on file sizes stands in for the full disk: the kernel refuses bytes."""
    mine = folder_of(tmp_path / "mine", 4)
    noise = np.random.default_rng(1).integers(0, 255, (150, 150, 3), dtype=np.uint8)
    Image.fromarray(noise).save(mine / "5.png")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
    try:
        with pytest.raises(CastmatesError, match="disk is full"):
            bring(pip, mine)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [e.number for e in pip.pictures()] == [1, 2, 3, 4]
    assert not list(pip.path.rglob("*.part"))
    assert not list(pip.path.rglob("0005.*"))
    brought = bring(pip, mine)
    assert (brought.added, brought.there) == (1, 4)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_file_that_may_not_be_read_is_told_and_the_rest_comes(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 4)
    (mine / "2.png").chmod(0)
    brought = bring(pip, mine)
    (mine / "2.png").chmod(stat.S_IRUSR)
    assert brought.added == 3
    assert "not allowed" in brought.skipped[0].why
