"""Without any network everything works, and Ctrl-C keeps what is drawn: as processes, with the
embedded base."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from castmates.drawing.found import texts_of
from castmates.files.studio import Studio

pytestmark = pytest.mark.slow

CASTMATES = [sys.executable, "-m", "castmates"]
ALONE = ["unshare", "--map-root-user", "--net"]
"""In a network namespace of one's own, whose only interface is down."""
_ONLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")


def refused() -> str:
    """Why this machine lets nobody be alone; "": it does."""
    if shutil.which("unshare") is None:
        return "there is no unshare here"
    done = subprocess.run([*ALONE, "true"], capture_output=True, text=True, check=False)
    return f"unshare is not permitted: {done.stderr.strip()}" if done.returncode else ""


def online() -> dict[str, str]:
    """The environment of somebody who never said that there is no network."""
    return {key: value for key, value in os.environ.items() if key not in _ONLINE}


def alone(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [*ALONE, *CASTMATES, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=online())
    assert done.returncode == 0, done.stderr
    return done


def test_castmates_draws_enlarges_and_tells_without_a_network(tmp_path: Path) -> None:
    why = refused()
    if why:
        pytest.skip(why)
    away = [*ALONE, "cat", "/proc/net/route"]
    said = subprocess.run(away, capture_output=True, text=True, check=True).stdout
    assert len(said.splitlines()) <= 1
    studio = tmp_path / "s"
    alone("init", studio)
    course = ("--steps", "2", "--size", "64", "--count", "1", "--precise", "--json")
    [drawn] = json.loads(alone("draw", "(a fox:1.2)", *course, "-s", studio).stdout)["pictures"]
    assert "(a fox:1.2)" in texts_of(Path(drawn).read_bytes())["parameters"]
    [again] = json.loads(alone("draw", "--from", drawn, "--json", "-s", studio).stdout)["pictures"]
    assert Path(again).read_bytes() == Path(drawn).read_bytes()
    alone("upscale", drawn, "--scale", "2", "--out", tmp_path / "large", "-s", studio)
    alone("models", "list", "-s", studio)
    alone("doctor")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_ctrl_c_keeps_the_pictures_that_are_drawn(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "s")
    words = ["draw", "a fox", "--count", "256", "--steps", "4", "-s", str(studio.path)]
    process = subprocess.Popen(
        [*CASTMATES, *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    ends = time.monotonic() + 240
    while not [*studio.drawings.glob("*.png")] and process.poll() is None:
        assert time.monotonic() < ends
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert "Stopped." in told
    kept = [*studio.drawings.glob("*")]
    assert 0 < len(kept) < 256
    assert all("parameters" in texts_of(path.read_bytes()) for path in kept)
