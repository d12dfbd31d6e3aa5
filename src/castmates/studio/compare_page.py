"""The page of a plot: cells in, one self-contained HTML file out, in the look of the report page.

It asks for nothing from outside: its own content policy allows the pictures inside it and the one
script whose hash it names. Each picture is inside once, as the background of a class, however often
it is shown. Without scripts the plot itself is there; they add filters, keys and the large view.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Any

from castmates.core.ports import Pixels
from castmates.judging.plots.axes import label, said
from castmates.judging.plots.plot import Plot, PlotCell
from castmates.judging.plots.readings import Reading
from castmates.judging.plots.view import display_name, shared, view_of
from castmates.judging.reasons import figure
from castmates.studio.report import environment
from castmates.studio.report_view import inline

_LONGEST = ((80, 512), (300, 384), (900, 256), (3000, 160), (10**9, 96))
"""So many pictures: so large they are on the page, in pixels."""
_MANY = {
    "s/r": "replacements",
    "steps": "numbers of steps",
    "cfg": "CFG scales",
    "negative": "negative prompts",
    "clip skip": "clip skips",
}


@dataclass(frozen=True)
class CellPicture:
    """A drawn cell: its picture, and what its file says of how it was drawn."""

    pixels: Pixels
    infotext: str = ""


@dataclass(frozen=True)
class _Picture:
    """A picture on the page, once: its class, shape and data URI."""

    css: str
    ratio: float
    uri: str
    says: str


@dataclass(frozen=True)
class _Label:
    """A value of an axis as it is shown, and whole."""

    label: str
    whole: str


@dataclass(frozen=True)
class _Axis:
    number: int
    name: str
    values: tuple[_Label, ...]


@dataclass(frozen=True)
class _Cell:
    """A place of the plot; `css` is "" where nothing is drawn."""

    css: str
    number: int
    at: str
    says: str
    alike: str = ""
    wanted: str = ""
    lost: bool = False


@dataclass(frozen=True)
class _Row:
    label: str
    whole: str
    cells: tuple[_Cell, ...]


@dataclass(frozen=True)
class _Block:
    at: str
    titles: tuple[tuple[str, str], ...]
    rows: tuple[_Row, ...]


class _Page:
    """A plot on its way to the template's values."""

    def __init__(
        self,
        plot: Plot,
        cells: Sequence[PlotCell],
        picture: Callable[[str], CellPicture | None],
        readings: Mapping[str, Reading],
    ) -> None:
        self.plot, self.readings = plot, readings
        self.names = {cell.at: cell.name for cell in cells}
        distinct = list(dict.fromkeys(cell.name for cell in cells))
        self.longest = next(side for count, side in _LONGEST if len(distinct) <= count)
        self.pictures: list[_Picture] = []
        self.data: list[dict[str, Any]] = []
        self.numbers: dict[str, int] = {}
        first = {cell.name: cell for cell in reversed(cells)}
        for name in distinct:
            if (found := picture(name)) is not None:
                self._add(first[name], found)

    def _add(self, cell: PlotCell, found: CellPicture) -> None:
        number = self.numbers[cell.name] = len(self.pictures)
        height, width = found.pixels.shape[:2]
        uri = inline(found.pixels, self.longest)
        self.pictures.append(
            _Picture(f"c{number}", round(width / height, 4), uri, self.says(cell.at))
        )
        reading = self.readings.get(cell.name)
        self.data.append(
            {
                "file": cell.name,
                "text": found.infotext,
                "alike": reading.likeness if reading else None,
                "wanted": reading.wanted if reading else (),
                "found": reading.found if reading else (),
            }
        )

    def says(self, at: Sequence[str]) -> str:
        """A place in words; without prompts, which are long."""
        pairs = zip(self.plot.axes, at, strict=True)
        short = [pair for pair in pairs if pair[0].kind not in ("prompt", "negative")]
        return ", ".join(dict.fromkeys(said(axis.kind, value) for axis, value in short))

    @property
    def axes(self) -> tuple[_Axis, ...]:
        return tuple(
            _Axis(
                number,
                axis.kind,
                tuple(_Label(label(axis.kind, v), said(axis.kind, v)) for v in axis.values),
            )
            for number, axis in enumerate(self.plot.axes)
        )

    @property
    def blocks(self) -> tuple[_Block, ...]:
        found = []
        for block in view_of(self.plot).blocks:
            places = self._numbers(block.rows[0][0])[2:]
            rows = tuple(
                _Row(*self._row_label(number), tuple(self._cell(at) for at in row))
                for number, row in enumerate(block.rows)
            )
            titles = tuple((kind, label(kind, value)) for kind, value in block.titles)
            found.append(_Block(",".join(map(str, places)), titles, rows))
        return tuple(found)

    def _row_label(self, number: int) -> tuple[str, str]:
        one = self.axes[1].values[number] if len(self.plot.axes) > 1 else _Label("", "")
        return one.label, one.whole

    def _numbers(self, at: Sequence[str]) -> list[int]:
        return [axis.values.index(v) for axis, v in zip(self.plot.axes, at, strict=True)]

    def _cell(self, at: tuple[str, ...]) -> _Cell:
        name = self.names[at]
        number = self.numbers.get(name)
        place = ",".join(map(str, self._numbers(at)))
        if number is None:
            return _Cell("", 0, place, self.says(at))
        reading = self.readings.get(name)
        if reading is None:
            return _Cell(f"c{number}", number, place, self.says(at))
        alike = "" if reading.likeness is None else figure(min(1.0, max(0.0, reading.likeness)))
        missed = reading.missed
        wanted = f"no {missed[0]}" if missed else ("all there" if reading.wanted else "")
        return _Cell(f"c{number}", number, place, self.says(at), alike, wanted, bool(missed))


def render(
    plot: Plot,
    cells: Sequence[PlotCell],
    picture: Callable[[str], CellPicture | None],
    readings: Mapping[str, Reading],
    where: tuple[str, str],
) -> str:
    """The page as HTML text.

    Args:
        cells: all places of the plot.
        picture: a cell's file name -> what was drawn; None: nothing yet.
        readings: a cell's file name -> its readings.
        where: the study's folder, and the day, as they should be read.
    """
    page = _Page(plot, cells, picture, readings)
    axes, view = page.axes, view_of(plot)
    script = files("castmates.studio").joinpath("compare.js").read_text(encoding="utf-8")
    hashed = b64encode(sha256(script.encode()).digest()).decode()
    best = _best(page)
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            title=display_name(plot),
            lead=_lead(plot),
            base=", ".join(label("checkpoint", base.name) for base in plot.bases),
            axes=axes,
            columns=axes[0],
            rows=axes[1] if len(axes) > 1 else None,
            blocks=page.blocks,
            across=view.across,
            pictures=page.pictures,
            hero=page.pictures[best] if best is not None else None,
            scored=any(one["alike"] is not None for one in page.data),
            words=shared(plot),
            side=_side(len(axes[0].values) * max(1, view.across)),
            longest=page.longest,
            folder=where[0],
            date=where[1],
            data={
                "axes": [
                    {
                        "name": axis.name,
                        "values": [value.label for value in axis.values],
                        "whole": [value.whole for value in axis.values],
                    }
                    for axis in axes
                ],
                "pictures": page.data,
            },
            script=script,
            script_digest=f"sha256-{hashed}",
        )
    )


def _lead(plot: Plot) -> str:
    """The plot in one sentence."""
    counts = [
        f"{len(axis.values)} {_MANY.get(axis.kind, f'{axis.kind}s')}"
        for axis in plot.axes
        if len(axis.values) > 1
    ]
    return f"{' × '.join(counts)}: neighbours differ in one thing alone."


def _best(page: _Page) -> int | None:
    """The picture beside the title: the most alike of those on which all is there."""
    whole = [i for i, one in enumerate(page.data) if len(one["found"]) == len(one["wanted"])]
    rated = [i for i in whole if page.data[i]["alike"] is not None]
    return max(rated, key=lambda i: page.data[i]["alike"], default=None)


def _side(columns: int) -> int:
    """How large cells are shown at first, in CSS pixels: a row fits a usual window."""
    return max(72, min(176, 1080 // max(1, columns)))
