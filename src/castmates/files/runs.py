"""Where a run or a study keeps its parts; knows neither training nor judging."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.core.types import Value
from castmates.files import settings
from castmates.files.tensors import read_header
from castmates.files.trouble import in_words
from castmates.files.writing import made

_dated = re.compile(r"^(\d{4}-\d{2}-\d{2})-([a-z]+)(?:\+.+)?$")
_odd = re.compile(r"[^A-Za-z0-9.=_+-]+")
_MOST_LETTERS = 80
_numbered = re.compile(r"-(\d{6})\.safetensors$")

AVERAGE = "-ema"
"""What stands behind the name of a running average (exponential moving average)."""


PLOT = "plot-"
"""How the digest of a study along axes of its own begins."""
RACE = "race-"
"""How the digest of a race begins: a study of which only a part is drawn."""


class Begun(Value):
    """What a run or a study was begun from.

    Attributes:
        digest: of everything that decides its result; the same digest is the same work.
    """

    digest: str = ""


@dataclass(frozen=True)
class RunFolder:
    """One training: `runs/2026-11-20-a/`."""

    path: Path

    @property
    def recipe(self) -> Path:
        return self.path / "recipe.toml"

    @property
    def journal(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def state(self) -> Path:
        """What a stopped run goes on from; made when it is not there."""
        return made(self.path / "state")

    @property
    def samples(self) -> Path:
        """Pictures drawn while training; made when it is not there."""
        return made(self.path / "samples")

    @property
    def logs(self) -> Path:
        """Curves for TensorBoard; made when it is not there."""
        return made(self.path / "logs")

    @property
    def digest(self) -> str:
        """The digest that the run was begun with; "" when nobody wrote it down."""
        return _digest_of(self.path)

    def checkpoints(self) -> list[tuple[int, Path]]:
        """The saved adapters, as (epoch, path), first to last.

        `pip-000006.safetensors` is epoch 6. The last one has no number in its name: its epoch is
        the one in its metadata (`ss_epoch`), else one more than the highest number. A running
        average (`pip-ema.safetensors`) is one more candidate: it counts as the epoch behind.
        """
        found: list[tuple[int, Path]] = []
        bare: list[Path] = []
        averages: list[Path] = []
        for path in sorted(self.path.glob("*.safetensors")):
            match = _numbered.search(path.name)
            if match:
                found.append((int(match[1]), path))
            elif path.stem.endswith(AVERAGE):
                averages.append(path)
            elif not path.name.startswith("."):
                bare.append(path)
        highest = max((epoch for epoch, _ in found), default=0)
        found += [(_epoch_inside(path) or highest + 1, path) for path in bare]
        last = max((epoch for epoch, _ in found), default=0)
        found += [(last + 1, path) for path in averages]
        return sorted(found, key=lambda pair: (pair[0], len(pair[1].name), pair[1].name))


@dataclass(frozen=True)
class StudyFolder:
    """One study: `studies/2026-11-20-a/`."""

    path: Path

    @property
    def study(self) -> Path:
        return self.path / "study.toml"

    @property
    def cells(self) -> Path:
        """The drawn cells; made when it is not there."""
        return made(self.path / "cells")

    @property
    def scores(self) -> Path:
        return self.path / "scores.json"

    @property
    def grid(self) -> Path:
        return self.path / "grid.png"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    @property
    def choice(self) -> Path:
        return self.path / "choice.toml"

    @property
    def evidence(self) -> Path:
        """Everything that the choice was made from, so that it can be computed anew."""
        return self.path / "choice.json"

    @property
    def digest(self) -> str:
        """The digest that the study was begun with; "" when nobody wrote it down."""
        return _digest_of(self.path)

    @property
    def is_plot(self) -> bool:
        """Whether it compares along axes of its own: nothing is chosen from it."""
        return self.digest.startswith(PLOT)

    @property
    def is_race(self) -> bool:
        """Whether it belongs to a race, which opens only some of its pictures."""
        return self.digest.startswith(RACE)


def dated_folders(parent: Path) -> list[Path]:
    """The dated folders in `parent`, oldest first; [] when there is no such folder."""
    if not parent.is_dir():
        return []
    found = [path for path in parent.iterdir() if path.is_dir() and _dated.match(path.name)]
    return sorted(found, key=_age)


def new_dated_folder(
    parent: Path, digest: str = "", today: date | None = None, about: str = ""
) -> Path:
    """Make the next folder of the day in `parent`: `2026-11-20-a`, `-b` … `-z`, `-aa`.

    Args:
        digest: written into its `begun.toml` when it is not "".
        about: what sets it apart, behind its name: `2026-11-20-a+rank=8`.
    """
    behind = f"+{_odd.sub('-', about)[:_MOST_LETTERS]}" if about else ""
    made(parent)
    day = (today or date.today()).isoformat()
    taken = {path.name for path in dated_folders(parent)}
    order = max((_place(name) for name in taken if name.startswith(day)), default=0)
    while True:
        order += 1
        path = parent / f"{day}-{_letters(order)}{behind}"
        try:
            with in_words(path, "made"):
                path.mkdir()
        except BadInput:
            # Another process took the name in between; the next one is as good.
            if path.is_dir():
                continue
            raise
        if digest:
            settings.save(path / "begun.toml", Begun(digest=digest))
        return path


def newest_with(folders: Iterable[Path], digest: str) -> Path | None:
    """The newest of the folders that was begun with this digest."""
    return next((path for path in reversed(list(folders)) if _digest_of(path) == digest), None)


def _digest_of(folder: Path) -> str:
    path = folder / "begun.toml"
    return settings.load(path, Begun).digest if path.is_file() else ""


def _age(path: Path) -> tuple[str, int]:
    day = path.name[:10]
    return day, _place(path.name)


def _place(name: str) -> int:
    """The how-manieth folder of its day, from 1."""
    return _order(name[11:].partition("+")[0])


def _order(letters: str) -> int:
    """a -> 1, z -> 26, aa -> 27."""
    order = 0
    for letter in letters:
        order = order * 26 + ord(letter) - ord("a") + 1
    return order


def _letters(order: int) -> str:
    letters = ""
    while order > 0:
        order, rest = divmod(order - 1, 26)
        letters = chr(ord("a") + rest) + letters
    return letters


def _epoch_inside(path: Path) -> int | None:
    try:
        epoch = read_header(path).metadata.get("ss_epoch", "")
    except BadInput:
        return None
    return int(epoch) if epoch.isdigit() and int(epoch) > 0 else None
