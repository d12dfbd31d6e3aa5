"""From nothing to the first thing: a training's first step, a drawing's first picture, `--help`.

    python bench/cold_start.py [--rounds 3]

Each is a whole process of its own: `castmates train` of one step (checkpoint and state included)
with captions and pictures that are there, `castmates draw` of one picture, `castmates draw --help`.
Prints seconds by the clock and of the processor, medians. A round before them is not counted: disks
are slow at first, and Python keeps the bytecode that an installed package already has.

diffusers imports peft where there is one, in most of a second. castmates does not need it, only its
tests: leave it out of the environment for what users see. What is printed first says whether it is.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

PICTURES = Path("examples/pip")
CASTMATES = [sys.executable, "-m", "castmates"]
UNWRITTEN = "PYTHONDONTWRITEBYTECODE"


def run(*words: str) -> tuple[float, float]:
    """Seconds by the clock, and of the processor."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [*CASTMATES, *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != UNWRITTEN},
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"castmates {' '.join(words)} ended with {status}")
    return time.perf_counter() - began, used.ru_utime + used.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print("peft:", "there" if importlib.util.find_spec("peft") else "not there", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        studio = str(Path(folder) / "studio")
        run("init", studio)
        run("new", "pip", str(PICTURES), "--studio", studio)
        run("tag", "pip", "--studio", studio)
        runs = Path(studio) / "cast" / "pip" / "runs"
        kinds = {
            "train, one step": (
                *("train", "pip", "--studio", studio, "--set", "length=1 steps"),
                *("--set", "save_every=1 steps"),
            ),
            "draw, one picture": ("draw", "1girl, smile, snow", "--studio", studio, "-n", "1"),
            "draw --help": ("draw", "--help"),
        }
        for name, words in kinds.items():
            found = []
            for _ in range(1 + asked.rounds):
                shutil.rmtree(runs, ignore_errors=True)
                found.append(run(*words))
            clock, used = (median(column) for column in zip(*found[1:], strict=True))
            print(f"{name}: {clock:.2f} s, {used:.2f} s of the processor", flush=True)


if __name__ == "__main__":
    main()
