"""Name what is in pictures by an ONNX model of the WD taggers' interface; knows no captions.

`selected_tags.csv` beside the model has a line per output: tag_id, name, category (0 general,
4 character, 9 rating), count and, maybe, family. Without a family column, `families.csv` (name,
family) tells it, else the tag's own words do (`families.toml` of this package).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from castmates.backends.onnx_model import OnnxModel, embedded
from castmates.backends.tag_families import family_of, spoken
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.ports import Pixels
from castmates.core.types import Tag

GENERAL_THRESHOLD = 0.35
CHARACTER_THRESHOLD = 0.85
"""Where the card says nothing; names of known characters want more certainty."""

_CHARACTER, _RATING = 4, 9


@dataclass(frozen=True)
class Line:
    """One line of selected_tags.csv; `name` as people write it, with spaces."""

    name: str
    category: int
    family: str


class OnnxTagger:
    """A tagger (port `core.ports.Tagger`) from a folder.

    Args:
        folder: holds model.onnx, selected_tags.csv and, maybe, card.toml and families.csv.

    Raises:
        Missing: no such folder, or a file is not in it.
        BadInput: a file in it is broken.
        Unfit: model and tags do not belong together.
    """

    def __init__(self, folder: Path | Traversable) -> None:
        self._model = OnnxModel(folder)
        self._lines = read_lines(folder)
        width = self._model.width
        if width is not None and width != len(self._lines):
            raise Unfit(
                f"{folder}: the model has {width} outputs, selected_tags.csv {len(self._lines)} "
                "tags.",
                "Take both files from the same place.",
            )
        self.card = self._model.card
        self.threshold = self.card.threshold or GENERAL_THRESHOLD

    @property
    def name(self) -> str:
        return self._model.name

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        """For each picture its tags, most confident first; ratings are not tags.

        Args:
            pictures: (H, W, 3) uint8 each; sizes may differ.
            at_least: confidence below which a tag is left out; None: the card's, and
                `CHARACTER_THRESHOLD` for names of known characters.
        """
        floors = np.array([self._floor(line, at_least) for line in self._lines], dtype=np.float32)
        return [self._said(row, floors) for row in self._model.run(pictures)]

    def vocabulary(self) -> dict[str, str]:
        """Every tag that this tagger can say -> its family."""
        return {line.name: line.family for line in self._lines if line.category != _RATING}

    def _floor(self, line: Line, at_least: float | None) -> float:
        if line.category == _RATING:
            return float("inf")
        if at_least is not None:
            return at_least
        return max(self.threshold, CHARACTER_THRESHOLD if line.category == _CHARACTER else 0.0)

    def _said(self, row: NDArray[np.float32], floors: NDArray[np.float32]) -> list[Tag]:
        # A stable order, so that equal confidences come in the order of the file.
        order = np.argsort(-row, kind="stable")
        return [
            Tag(
                name=self._lines[i].name,
                confidence=min(max(float(row[i]), 0.0), 1.0),
                family=self._lines[i].family,
            )
            for i in order
            if row[i] >= floors[i]
        ]


def storybook() -> OnnxTagger:
    """The embedded tagger of the storybook world. Raises Missing when it is not installed."""
    return OnnxTagger(embedded("tagger"))


def read_lines(folder: Path | Traversable) -> list[Line]:
    """The tags of a folder, in the order of the model's outputs. Raises Missing or BadInput."""
    file = folder / "selected_tags.csv"
    if not file.is_file():
        raise Missing(f"There is no selected_tags.csv in {folder}.", "Put it beside the model.")
    told = _families(folder)
    lines = []
    for number, row in enumerate(_rows(file), 2):
        try:
            raw, category = row["name"], int(row.get("category") or 0)
        except (KeyError, ValueError, TypeError) as error:
            raise BadInput(
                f"{file}, line {number}: wanted tag_id, name, category, count.", "Get it again."
            ) from error
        name = spoken(raw)
        family = row.get("family") or told.get(name) or _by_category(name, category)
        lines.append(Line(name, category, family))
    return lines


def _by_category(name: str, category: int) -> str:
    return {_CHARACTER: "character", _RATING: "rating"}.get(category) or family_of(name)


def _families(folder: Path | Traversable) -> dict[str, str]:
    file = folder / "families.csv"
    if not file.is_file():
        return {}
    return {spoken(r["name"]): r["family"] for r in _rows(file) if r.get("name") and r["family"]}


def _rows(file: Path | Traversable) -> list[dict[str, str]]:
    try:
        return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{file} is not a CSV file in UTF-8.", "Get it again.") from error
