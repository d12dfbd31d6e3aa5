"""Files are handed over into a folder; what others put there is never written over."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.files.handover import LIST, HandedOver, Planned, hand_over


def planned(**files: bytes) -> Planned:
    return {name.replace("_", "/") + ".txt": lambda data=data: data for name, data in files.items()}


def nobody(name: str) -> bool:
    return False


def test_written_once_then_only_what_differs(tmp_path: Path) -> None:
    into = tmp_path / "out"
    assert hand_over(into, planned(a_x=b"1", a_y=b"2", b_z=b"3"), nobody) == HandedOver(3, 0, 0)
    times = {p: p.stat().st_mtime_ns for p in into.rglob("*")}
    assert hand_over(into, planned(a_x=b"1", a_y=b"2", b_z=b"3"), nobody) == HandedOver(0, 3, 0)
    assert {p: p.stat().st_mtime_ns for p in into.rglob("*")} == times
    assert hand_over(into, planned(a_x=b"1", a_y=b"new"), nobody) == HandedOver(1, 1, 1)
    assert (into / "a" / "y.txt").read_bytes() == b"new"
    assert not (into / "b").exists()
    line = f"{hashlib.sha256(b'1').hexdigest()}  a/x.txt"
    assert line in (into / LIST).read_text()


def test_foreign_and_changed_files_are_named_and_nothing_is_written(tmp_path: Path) -> None:
    hand_over(tmp_path, planned(a_x=b"1", a_y=b"2"), nobody)
    (tmp_path / "a" / "x.txt").write_bytes(b"edited")
    (tmp_path / "thesis.doc").write_bytes(b"mine")
    (tmp_path / ".DS_Store").write_bytes(b"")
    with pytest.raises(BadInput, match=r"a/x\.txt, thesis\.doc"):
        hand_over(tmp_path, planned(a_x=b"3", a_y=b"4"), nobody)
    assert (tmp_path / "a" / "x.txt").read_bytes() == b"edited"
    assert (tmp_path / "a" / "y.txt").read_bytes() == b"2"
    with pytest.raises(BadInput, match=r"thesis\.doc"):
        hand_over(tmp_path, planned(a_x=b"edited"), nobody)
    hand_over(tmp_path, planned(a_x=b"edited"), lambda name: name == "thesis.doc")
    assert (tmp_path / "thesis.doc").read_bytes() == b"mine"
    assert not (tmp_path / "a" / "y.txt").exists()


def test_a_stopped_call_is_finished_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_bytes(b"1")
    assert hand_over(tmp_path, planned(a_x=b"1", a_y=b"2"), nobody) == HandedOver(1, 1, 0)


def test_links_and_files_in_the_way_are_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadInput, match=": a"):
        hand_over(tmp_path / "out", planned(a_x=b"1"), nobody)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BadInput, match="is a file; wanted a folder"):
        hand_over(tmp_path / "file", planned(a_x=b"1"), nobody)
    assert not list((tmp_path / "elsewhere").iterdir())
