"""A zip is read as it lies; one that is built to do harm is refused in a sentence."""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.files import zips
from castmates.files.zips import Zip

Change = Callable[[zipfile.ZipInfo], None]


def zipped(path: Path, entries: dict[str, bytes], change: Change | None = None) -> Path:
    """A zip; `change` is let at the entries of its table of contents."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
        for entry in archive.filelist:
            if change is not None:
                change(entry)
    return path


def test_files_are_named_and_read_without_unpacking(tmp_path: Path) -> None:
    entries = {
        "15_pip girl/1.png": b"one",
        "15_pip girl/ä ピ.txt": b"two",
        "./b\\2.png": b"three",
        "empty/": b"",
        "__MACOSX/15_pip girl/._1.png": b"mac",
        ".hidden": b"x",
    }
    found = Zip(zipped(tmp_path / "album.zip", entries))
    names = [PurePosixPath(n) for n in ("15_pip girl/1.png", "15_pip girl/ä ピ.txt", "b/2.png")]
    assert found.names() == names
    assert [found.read(name) for name in names] == [b"one", b"two", b"three"]
    assert found.has(names[0])
    assert not found.has(PurePosixPath("empty"))
    assert found.label == "album"
    assert found.shown(names[0]).endswith("album.zip/15_pip girl/1.png")
    found.close()
    assert found.read(names[0]) == b"one"
    found.close()
    assert os.listdir(tmp_path) == ["album.zip"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("../evil.png", "leads out of the zip"),
        ("a/../../evil.png", "leads out of the zip"),
        ("..\\evil.png", "leads out of the zip"),
        ("/etc/evil.png", "absolute name"),
        ("C:\\evil.png", "absolute name"),
        ("\\\\host\\evil.png", "absolute name"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str, told: str) -> None:
    path = zipped(tmp_path / "a.zip", {"1.png": b"x", name: b"x"})
    with pytest.raises(BadInput, match=told) as raised:
        Zip(path)
    assert str(path) in raised.value.what


def link(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16


def pipe(entry: zipfile.ZipInfo) -> None:
    entry.external_attr = (stat.S_IFIFO | 0o777) << 16


def locked(entry: zipfile.ZipInfo) -> None:
    entry.flag_bits |= 1


def enormous(entry: zipfile.ZipInfo) -> None:
    entry.file_size = 10_000_000_000


def modest(entry: zipfile.ZipInfo) -> None:
    entry.file_size = 10


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (link, "is a link"),
        (pipe, "neither a file nor a folder"),
        (locked, "wants a password"),
        (enormous, "10.0 GB; 4 GB are the most"),
    ],
)
def test_entries_that_are_no_files_are_refused(tmp_path: Path, change: Change, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        Zip(zipped(tmp_path / "a.zip", {"1.png": b"x"}, change))


def test_zeros_that_would_swell_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"1.png": bytes(3_000_000)})
    with pytest.raises(BadInput, match=r"would unpack to \d+ times its size; 100 are the most"):
        Zip(path)


def test_an_entry_that_lies_about_its_size_is_broken_not_unpacked(tmp_path: Path) -> None:
    found = Zip(zipped(tmp_path / "a.zip", {"1.png": bytes(3_000_000)}, modest))
    with pytest.raises(BadInput, match=r"1\.png is broken"):
        found.read(PurePosixPath("1.png"))
    found.close()


def test_unusual_packing_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("1.png", b"x")
    with pytest.raises(BadInput, match="unusual way"):
        Zip(tmp_path / "a.zip")


def test_a_file_over_the_limit_is_left_to_be_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MOST_BYTES", 2)
    found = Zip(zipped(tmp_path / "a.zip", {"1.png": b"four"}))
    with pytest.raises(BadInput, match="4 bytes, more than any picture"):
        found.read(PurePosixPath("1.png"))


@pytest.mark.parametrize("keep", [0, 10, -30])
def test_what_is_no_zip_is_said(tmp_path: Path, keep: int) -> None:
    path = zipped(tmp_path / "a.zip", {"1.png": b"x" * 99})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(BadInput, match="not a zip that can be read"):
        Zip(path)
    with pytest.raises(Missing):
        Zip(tmp_path / "b.zip")
