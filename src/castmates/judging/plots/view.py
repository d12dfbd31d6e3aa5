"""How a plot is laid out to be looked at: columns, rows, blocks; draws nothing, knows no page."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from castmates.judging.plots.axes import label, said
from castmates.judging.plots.plot import Axis, Plot


@dataclass(frozen=True)
class Block:
    """One grid of the plot.

    Attributes:
        titles: (kind, value) of the axes that it stands at.
        rows: the cells' values, row by row.
    """

    titles: tuple[tuple[str, str], ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]


@dataclass(frozen=True)
class View:
    """A plot as it is shown.

    Attributes:
        columns, rows: the first two axes; rows None: there is one axis.
        blocks: in reading order.
        across: blocks side by side; 0: as many as look good.
    """

    columns: Axis
    rows: Axis | None
    blocks: tuple[Block, ...]
    across: int = 0

    @property
    def row_labels(self) -> list[str]:
        return [label(self.rows.kind, v) for v in self.rows.values] if self.rows else [""]

    @property
    def column_labels(self) -> list[str]:
        return [label(self.columns.kind, v) for v in self.columns.values]


def view_of(plot: Plot) -> View:
    """Columns, rows and blocks of a plot: the third axis beside, the fourth below."""
    across, down, *outer = plot.axes if len(plot.axes) > 1 else (plot.axes[0], None)
    downs = down.values if down else (None,)
    blocks = []
    for values in product(*(axis.values for axis in reversed(outer) if axis)):
        at = tuple(reversed(values))
        rows = tuple(
            tuple((x, *(() if y is None else (y,)), *at) for x in across.values) for y in downs
        )
        titles = tuple((axis.kind, v) for axis, v in zip(outer, at, strict=True) if axis)
        blocks.append(Block(titles, rows))
    return View(across, down, tuple(blocks), len(outer[0].values) if len(outer) == 2 else 0)


def display_name(plot: Plot) -> str:
    """The character's name as a title."""
    return plot.character.replace("_", " ").replace("-", " ").title()


def headline(plot: Plot) -> str:
    """The axes and what all cells share, in one line: "epoch across, strength down · seed 1"."""
    ways = ("across", "down", "side by side", "one below the other")
    axes = [f"{axis.kind} {way}" for axis, way in zip(plot.axes, ways, strict=False)]
    return " · ".join([", ".join(axes), *shared(plot)])


def shared(plot: Plot) -> list[str]:
    """What all cells share, in words; the prompt last."""
    shown = [axis for axis in plot.fixed if axis.values[0]]
    words = [one for one in shown if one.kind in ("prompt", "negative")]
    found = [said(axis.kind, axis.values[0]) for axis in shown if axis not in words]
    named = {"prompt": "", "negative": "without: "}
    return found + [f"{named[one.kind]}{one.values[0]}" for one in words]
