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

from castmates.backends.model_card import embedded
from castmates.backends.onnx_model import OnnxModel
from castmates.backends.providers import CPU
from castmates.backends.tag_families import family_of, spoken
from castmates.backends.taggers import Said
from castmates.backends.thresholds import Thresholds, thresholds
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.ports import Pixels
from castmates.core.types import Tag

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
        limits: from which confidence tags count; None: the card's, else the usual ones.
        provider: what computes (`providers.PROVIDERS`).

    Raises:
        Missing: no such folder, a file is not in it, or the provider is not there.
        BadInput: a file in it is broken.
        Unfit: model and tags do not belong together.
    """

    def __init__(
        self,
        folder: Path | Traversable,
        limits: Thresholds | None = None,
        provider: str = CPU,
    ) -> None:
        self._model = OnnxModel(folder, provider)
        self._lines = read_lines(folder)
        width = self._model.width
        if width is not None and width != len(self._lines):
            raise Unfit(
                f"{folder}: the model has {width} outputs, selected_tags.csv {len(self._lines)} "
                "tags.",
                "Take both files from the same place.",
            )
        self.card = self._model.card
        self.limits = limits or thresholds(card=self.card.threshold)
        self._ratings = [i for i, line in enumerate(self._lines) if line.category == _RATING]

    @property
    def name(self) -> str:
        return self._model.name

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        """For each picture its tags, most confident first; ratings are not tags.

        Args:
            pictures: (H, W, 3) uint8 each; sizes may differ.
            at_least: confidence below which a tag is left out; None: as `limits` say.
        """
        return [tags for tags, _ in self.rated(pictures, at_least)]

    def rated(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[Said]:
        """The same with each picture's rating: the likeliest of category 9; "" without any."""
        floors = np.array([self._floor(line, at_least) for line in self._lines], dtype=np.float32)
        rows = self._model.run(pictures)
        return [(self._said(row, floors), self._rating(row)) for row in rows]

    def vocabulary(self) -> dict[str, str]:
        """Every tag that this tagger can say -> its family."""
        return {line.name: line.family for line in self._lines if line.category != _RATING}

    def _floor(self, line: Line, at_least: float | None) -> float:
        if line.category == _RATING:
            return float("inf")
        return self.limits.of(line.family) if at_least is None else at_least

    def _rating(self, row: NDArray[np.float32]) -> str:
        if not self._ratings:
            return ""
        return self._lines[max(self._ratings, key=lambda i: float(row[i]))].name

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


def storybook(provider: str = CPU) -> OnnxTagger:
    """The embedded tagger of the storybook world. Raises Missing when it is not installed."""
    return OnnxTagger(embedded("tagger"), provider=provider)


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
        # Who is a known character, and what is a rating, the category alone says.
        by_category = {_CHARACTER: "character", _RATING: "rating"}.get(category)
        family = by_category or row.get("family") or told.get(name) or family_of(name)
        lines.append(Line(name, category, family))
    return lines


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
