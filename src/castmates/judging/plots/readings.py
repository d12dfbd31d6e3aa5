"""What small models read off the cells of a plot: likeness, and which asked-for things are there.

Likeness has the scale of `castmates.judging.likeness`: 0 is what the base draws without the
adapter, 1 is what real pictures reach among themselves. Without cells that have no adapter there
is no such scale, and likeness is left out. What is wanted is read off the words: the tags among
them that the tagger can say, without those that are the character itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from castmates.core.ports import Pixels
from castmates.core.types import Value
from castmates.judging.likeness import RealPictures, alike, among, embedded
from castmates.judging.plots.plot import Plot, PlotCell, digest
from castmates.judging.readings import Calibration
from castmates.judging.scores import Judges, plain

AT_ONCE = 32


class Reading(Value):
    """One picture's readings.

    Attributes:
        digest: of what decided the picture.
        similarity: to the real pictures, as the encoder measures it.
        likeness: the same, calibrated; None: there is nothing to calibrate with.
        found: of `wanted`.
    """

    name: str
    digest: str
    similarity: float | None = None
    likeness: float | None = None
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    @property
    def missed(self) -> tuple[str, ...]:
        return tuple(tag for tag in self.wanted if tag not in self.found)


class Readings(Value):
    """Everything read off a plot: `scores.json`.

    Attributes:
        calibration: character -> the two levels that likeness lies between.
        own: character -> words that are itself, and were not asked for.
    """

    cells: tuple[Reading, ...]
    calibration: Mapping[str, Calibration] = {}
    own: Mapping[str, tuple[str, ...]] = {}


class Reader:
    """Looks at the cells of a plot.

    Args:
        real: character -> its real pictures; who is not there has no likeness.
        own: character -> words that are itself, and so are nothing that is asked for.
    """

    def __init__(
        self,
        plot: Plot,
        real: Mapping[str, RealPictures],
        judges: Judges,
        own: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._plot, self._judges, self._real = plot, judges, real
        self._own = {
            who: tuple(sorted({plain(word) for word in words}))
            for who, words in (own or {}).items()
        }
        self._references = {
            who: embedded(judges.encoder, pictures.references) for who, pictures in real.items()
        }
        self._vocabulary = {plain(tag) for tag in judges.tagger.vocabulary()}

    def read(
        self,
        cells: Sequence[PlotCell],
        picture: Callable[[str], Pixels],
        before: Readings | None = None,
    ) -> Readings:
        """Read cells; those that were read before, of the same pictures, are not read again.

        Args:
            cells: each file once.
            picture: a cell's file name -> its picture.
        """
        known: dict[tuple[str, str], Reading] = {}
        if before is not None and before.own == self._own:
            known = {(one.name, one.digest): one for one in before.cells}
        prints = [digest(self._plot, cell) for cell in cells]
        keys = [(cell.name, mark) for cell, mark in zip(cells, prints, strict=True)]
        new = [i for i, key in enumerate(keys) if key not in known]
        for start in range(0, len(new), AT_ONCE):
            some = new[start : start + AT_ONCE]
            pixels = [picture(cells[i].name) for i in some]
            for i, one in zip(some, self._look([cells[i] for i in some], pixels), strict=True):
                known[keys[i]] = one.model_copy(update={"digest": prints[i]})
        return self._calibrated(cells, [known[key] for key in keys])

    def _look(self, cells: Sequence[PlotCell], pixels: Sequence[Pixels]) -> Iterator[Reading]:
        vectors = embedded(self._judges.encoder, pixels)
        said = self._judges.tagger.tags(pixels)
        for cell, vector, tags in zip(cells, vectors, said, strict=True):
            seen = {plain(tag.name) for tag in tags}
            items = dict.fromkeys(plain(item) for item in cell.shot.words.split(","))
            who = self._owner(cell)
            asked = self._vocabulary - set(self._own.get(who, ()))
            wanted = tuple(item for item in items if item in asked)
            references = self._references.get(who)
            yield Reading(
                name=cell.name,
                digest="",
                similarity=None
                if references is None
                else float(alike(vector[None, :], references)[0]),
                wanted=wanted,
                found=tuple(tag for tag in wanted if tag in seen),
            )

    def _owner(self, cell: PlotCell) -> str:
        return self._plot.value("character", cell.at) or self._plot.character

    def _calibrated(self, cells: Sequence[PlotCell], found: Sequence[Reading]) -> Readings:
        owners = [self._owner(cell) for cell in cells]
        strangers: dict[str, list[float]] = {}
        for one, cell, who in zip(found, cells, owners, strict=True):
            if self._plot.arm(cell.at) is None and one.similarity is not None:
                strangers.setdefault(who, []).append(one.similarity)
        levels = {who: self._level(who, some) for who, some in strangers.items()}
        calibrated = [
            one.model_copy(update={"likeness": _likeness(one, levels.get(who))})
            for one, who in zip(found, owners, strict=True)
        ]
        return Readings(cells=tuple(calibrated), calibration=levels, own=self._own)

    def _level(self, who: str, strangers: Sequence[float]) -> Calibration:
        pictures = self._real[who]
        return Calibration(
            stranger=float(np.mean(strangers)),
            real=float(among(self._references[who]).mean()),
            held_out=len(pictures.held_out),
            training=len(pictures.training),
            against_training=not pictures.enough,
        )


def _likeness(one: Reading, level: Calibration | None) -> float | None:
    if level is None or one.similarity is None:
        return None
    return round(level.likeness(one.similarity), 4)
