"""Bad input in one batch with good: a sentence each, the rest comes in, nothing is half-written."""

from __future__ import annotations

import errno
import os
import signal
import struct
import subprocess
import sys
import time
import zlib
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from PIL import Image

from castmates.core.errors import CastmatesError
from castmates.files.studio import CharacterFolder
from castmates.files.trouble import in_words, told
from castmates.pictures import bring as bringing
from castmates.pictures.bring import bring
from tests.pictures.drawn import folder_of


def bomb() -> bytes:
    """A PNG of a few bytes that says it has 30,000 x 30,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        both = kind + body
        return struct.pack(">L", len(body)) + both + struct.pack(">L", zlib.crc32(both))

    head = struct.pack(">LLBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + parts + chunk(b"IEND", b"")


def test_every_bad_file_is_named_with_its_reason_and_the_rest_comes(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 4)
    whole = (mine / "1.png").read_bytes()
    (mine / "bomb.png").write_bytes(bomb())
    (mine / "half.png").write_bytes(whole[: len(whole) // 2])
    (mine / "none.png").write_bytes(b"")
    (mine / "words.png").write_text("Once upon a time")
    Image.new("RGB", (9, 9)).save(mine / "half.jpg")
    (mine / "half.jpg").write_bytes((mine / "half.jpg").read_bytes()[:-40])
    brought = bring(pip, mine)
    assert brought.added == 4
    why = {one.file: one.why for one in brought.skipped}
    wanted = {
        "bomb.png": "far too large",
        "half.jpg": "is broken",
        "half.png": "is broken",
        "none.png": "is empty",
        "words.png": "is not a picture that can be read",
    }
    assert sorted(why) == sorted(wanted)
    for name, words in wanted.items():
        assert words in why[name]
        assert name in why[name]
        assert "\n" not in why[name]
    assert sorted(p.suffix for p in pip.pictures_dir.iterdir()) == [".png"] * 4
    assert bring(pip, mine).added == 0


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "could not be read: not allowed for this user"),
        (errno.EPERM, "could not be read: not allowed for this user"),
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EIO, "could not be read: "),
    ],
)
def test_what_the_system_refuses_is_a_sentence_with_a_way_out(number: int, words: str) -> None:
    error = told(OSError(number, os.strerror(number)), Path("a.png"), "read")
    assert words in error.what
    assert error.fix


def test_one_file_that_may_not_be_read_is_left_out(
    pip: CharacterFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the tests run as root, to whom nothing is forbidden."""
    mine = folder_of(tmp_path / "mine", 4)
    plain = bringing.Source.read

    def read(source: bringing.Source) -> bytes:
        with in_words(Path(source.shown), "read"):
            if source.inner == PurePosixPath("2.png"):
                raise PermissionError(errno.EACCES, "Permission denied")
            return plain(source)

    monkeypatch.setattr(bringing.Source, "read", read)
    brought = bring(pip, mine)
    assert brought.added == 3
    assert [one.file for one in brought.skipped] == ["2.png"]
    assert "not allowed for this user" in brought.skipped[0].why


def test_a_folder_that_cannot_be_written_is_said(pip: CharacterFolder, tmp_path: Path) -> None:
    """A file where the pictures should go: refused for everybody, root too."""
    pip.pictures_dir.rmdir()
    pip.pictures_dir.write_text("in the way")
    with pytest.raises(CastmatesError, match=r"pictures .*is a file; wanted a folder"):
        bring(pip, folder_of(tmp_path / "mine", 3))


MANY = 100
"""Pictures that take seconds to come in: time enough to be stopped."""


def test_ctrl_c_leaves_a_dataset_that_the_same_command_goes_on_with(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    rng = np.random.default_rng(0)
    for number in range(MANY):
        noise = rng.integers(0, 255, (300, 300, 3), np.uint8)
        Image.fromarray(noise).save(mine / f"{number:03d}.png")
    program = [sys.executable, "-c", "from castmates.cli.main import run; run()"]

    def castmates(*words: str) -> list[str]:
        return [*program, *words, "--studio", str(tmp_path / "s")]

    subprocess.run([*program, "init", str(tmp_path / "s")], check=True, capture_output=True)
    running = subprocess.Popen(
        castmates("new", "pip", str(mine)), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    kept = tmp_path / "s" / "cast" / "pip" / "pictures"
    while running.poll() is None and len(list(kept.glob("*.png"))) < 4:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 130, errors
    assert b"run the same command to go on" in b" ".join(errors.split())
    assert not list(kept.rglob("*.part"))
    stopped = len(list(kept.glob("*.png")))
    assert 4 <= stopped < MANY
    done = subprocess.run(castmates("new", "pip", str(mine)), capture_output=True, check=True)
    said = f"pip: {MANY - stopped} pictures came in, {stopped} were there already."
    assert said.encode() in b" ".join(done.stdout.split())
