"""Draw the missing cells of a plot, one base after the other; knows no axis."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from castmates.core.errors import BadInput, Misfits
from castmates.core.events import Began, Moved, Tell
from castmates.core.types import Size
from castmates.drawing.infotext import adapters_of
from castmates.files.studio import Studio
from castmates.judging.filling import Wanted, drawn
from castmates.judging.plots.plot import Plot, PlotCell, digest
from castmates.studio.compare_axes import base_path
from castmates.studio.compare_plan import arm_path
from castmates.studio.models import take_base
from castmates.studio.report_view import took

if TYPE_CHECKING:
    from castmates.drawing.painter import Painter

MANY = 500
"""Missing pictures above which it is asked for before they are drawn."""
PROBE = 16
"""Pictures of a large plot that are drawn to see how long all will take."""


@dataclass(frozen=True)
class _Cell:
    """A picture to draw, on which base and with which adapters."""

    wanted: Wanted
    base: str
    adapters: tuple[str, ...]


def distinct(cells: Sequence[PlotCell]) -> list[PlotCell]:
    """Each file once."""
    return list({cell.name: cell for cell in cells}.values())


def draw(
    plot: Plot,
    cells: Sequence[PlotCell],
    studio: Studio,
    folder: Path,
    tell: Tell,
    most: int | None = MANY,
) -> int:
    """Draw what is missing; cells that share a base are drawn in mixed batches.

    Args:
        cells: each file once.
        most: so many may be missing; None: any number.

    Returns:
        How many were drawn.

    Raises:
        Unfit, BadInput, Missing: an adapter or a shot does not fit one of the bases; told before
            the first picture.
        BadInput: more than `most` are missing; says how long they would take.
    """
    # Batches with few different adapters are faster: the same ones lie together.
    ordered = sorted(cells, key=lambda cell: (_rank(plot, cell), sorted(cell.adapters)))
    everything = [
        _Cell(Wanted(cell.name, cell.shot, digest(plot, cell)), cell.base, _names(cell))
        for cell in ordered
    ]
    missing = [one for one in everything if not one.wanted.is_drawn(folder)]
    tell(Began(what="plot", total=len(everything), unit="pictures"))
    done = len(everything) - len(missing)
    if done:
        tell(Moved(what="plot", done=done, note="already drawn"))
    if not missing:
        return 0
    workshop = _Workshop(plot, studio, folder, tell)
    if len({one.base for one in missing}) > 1:
        workshop.demand_fit(missing)
    if most is not None and len(missing) > most:
        workshop.refuse(missing)
    for one in workshop.painted(missing):
        done += 1
        tell(Moved(what="plot", done=done, note=one.name.removesuffix(".png")))
    return len(missing)


def _rank(plot: Plot, cell: PlotCell) -> int:
    return next(i for i, base in enumerate(plot.bases) if base.name == cell.base)


def _names(cell: PlotCell) -> tuple[str, ...]:
    return tuple(adapters_of(cell.shot))


@dataclass(frozen=True)
class _Workshop:
    """Opens bases and draws on them; one is held at a time."""

    plot: Plot
    studio: Studio
    folder: Path
    tell: Tell

    @cached_property
    def files(self) -> dict[str, Path]:
        """Adapter -> its file: those that words name, and the plot's own."""
        known = self.studio.adapters()
        files = {name: known[name] for name in self.plot.others}
        return files | {arm.name: arm_path(self.studio, arm) for arm in self.plot.arms}

    def painted(self, cells: Sequence[_Cell]) -> Iterator[Wanted]:
        """Draw cells, one base after the other."""
        for base, some in groupby(cells, key=lambda one: one.base):
            of_base = list(some)
            painter = self.painter(base, of_base)
            yield from drawn([one.wanted for one in of_base], painter, self.folder)
            del painter

    def painter(self, base: str, cells: Sequence[_Cell]) -> Painter:
        """A base with the adapters of some cells. Raises Unfit: all that do not fit."""
        # Late, because they bring torch: a plot that is drawn already is laid out without.
        from castmates.adapters.file import load as load_adapter
        from castmates.drawing.painter import Painter

        opened = take_base(base_path(self.studio, base), self.tell, self.studio)
        misfits = Misfits()
        for adapter in dict.fromkeys(one for cell in cells for one in cell.adapters):
            with misfits.gather():
                opened.bank.add(load_adapter(self.files[adapter], adapter))
        misfits.raise_if_any()
        hashes = {**self.plot.others, **{arm.name: arm.digest for arm in self.plot.arms}}
        return Painter(opened, precise=self.plot.precise, hashes=hashes)

    def demand_fit(self, cells: Sequence[_Cell]) -> None:
        """See that every cell can be drawn on its base: told before the first base draws."""
        misfits = Misfits()
        for base, some in groupby(cells, key=lambda one: one.base):
            of_base = list(some)
            with misfits.gather():
                # Everything is checked by the call; nothing is drawn until pictures are taken.
                self.painter(base, of_base).draw([one.wanted.shot for one in of_base])
        misfits.raise_if_any()

    def refuse(self, missing: Sequence[_Cell]) -> None:
        """Draw a few pictures, and say how long all of them would take. Raises BadInput."""
        few = [one for one in missing[:PROBE] if one.base == missing[0].base]
        painter = self.painter(few[0].base, few)
        began = time.monotonic()
        for _ in drawn([one.wanted for one in few], painter, self.folder):
            pass
        spent = time.monotonic() - began
        share = sum(map(_effort, few)) / sum(map(_effort, missing))
        raise BadInput(
            f"{len(missing):,} pictures are missing. The first {len(few)} took {took(spent)}; "
            f"all would take about {took(spent / share)}.",
            f"Say --yes to draw them (or --most {len(missing)}), or take fewer values. "
            "What is drawn is kept.",
        )


def _effort(cell: _Cell) -> float:
    """How much work a picture is, compared with the plot's others: steps × pixels."""
    shot = cell.wanted.shot
    size = shot.size or Size(width=512, height=512)
    return (shot.steps or 25) * size.width * size.height
