"""Lay drawn pictures out on labelled sheets: members, prompts, cells; draws no picture itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from castmates.core.events import Made, Tell
from castmates.core.types import Shot
from castmates.files import images
from castmates.judging.plots.plot import Axis
from castmates.judging.plots.readings import Reading
from castmates.judging.plots.sheet import draw, sheet_of
from castmates.judging.plots.view import Block, View
from castmates.prompts.reading import WHO
from castmates.studio.draw_mark import Mark
from castmates.studio.draw_sheet import SheetKind

_SMALLEST, _WIDEST = 192, 2400
"""Small pictures are shown this large; sheets of many columns stay about this wide, in pixels."""
_NOBODY = "nobody"

At = tuple[str, ...]


class Shown(Protocol):
    """A picture as a sheet sees it (`castmates.studio.draw_order.Placed` is one)."""

    @property
    def path(self) -> str: ...

    @property
    def shot(self) -> Shot: ...

    @property
    def member(self) -> str | None: ...

    @property
    def prompt(self) -> str: ...

    @property
    def cell(self) -> str: ...

    @property
    def mark(self) -> Mark | None: ...


@dataclass(frozen=True)
class Page:
    """A sheet before it is drawn.

    Attributes:
        path: its file.
        heading: the title, and the line below it.
        pictures: where each stands on the view -> the picture.
    """

    path: Path
    heading: tuple[str, str]
    view: View
    pictures: Mapping[At, Shown] = field(default_factory=dict)


def page_of_prompts(groups: Sequence[Sequence[Shown]], styles: Sequence[str]) -> Page:
    """The sheet of several prompts, members and pictures of each.

    Args:
        groups: the pictures of each prompt and member, in the order to be shown.
    """
    firsts = [group[0] for group in groups]
    prompts = list(dict.fromkeys(one.prompt for one in firsts))
    who = list(dict.fromkeys(one.member or _NOBODY for one in firsts))
    axes = {
        "prompt": Axis(kind="prompt", values=tuple(prompts)),
        "character": Axis(kind="character", values=tuple(who)),
        "each": _each(groups),
    }
    found = {
        (one.prompt, one.member or _NOBODY, axes["each"].values[i]): one
        for group in groups
        for i, one in enumerate(group)
    }
    moving = [name for name, axis in axes.items() if len(axis.values) > 1]
    across = next((n for n in ("each", "character", "prompt") if n in moving), "character")
    if moving == ["prompt"]:
        across = "character"
    down = next((n for n in ("character", "prompt") if n in moving and n != across), None)
    beside = "prompt" if len(moving) == 3 else None
    view = _view(axes[across], axes[down] if down else None, axes[beside] if beside else None)
    names = [name for name in (across, down, beside) if name is not None]
    order = list(axes)
    places = {
        tuple(at[order.index(name)] for name in names): picture for at, picture in found.items()
    }
    members = [one for one in who if one != _NOBODY]
    title = named(members) if members else prompts[0]
    words = prompts[0] if members and len(prompts) == 1 else ""
    path = _beside(groups, "sheet")
    seeds = axes["each"].values if axes["each"].kind == "seed" else ()
    line = _line(words, [] if len(seeds) > 1 else firsts, styles)
    return Page(path, (title, line), view, places)


def page_of_cells(
    name: str, kind: SheetKind, groups: Sequence[Sequence[Shown]], styles: Sequence[str]
) -> Page:
    """The sheet of one character: a column for each cell, a row for each seed.

    Args:
        name: of the kind, for the file.
    """
    firsts = [group[0] for group in groups]
    who = firsts[0].member
    seeds = tuple(str(one.shot.seed) for one in groups[0])
    columns = Axis(kind=kind.axis, values=tuple(one.cell for one in firsts))
    rows = Axis(kind="seed", values=seeds) if len(seeds) > 1 else None
    found = {
        (group[0].cell, *((str(one.shot.seed),) if rows else ())): one
        for group in groups
        for one in group
    }
    title = named([who]) if who else firsts[0].prompt
    alone = who is None or firsts[0].prompt == f"{{{WHO}}}"
    line = _line("" if alone else firsts[0].prompt, [] if rows else firsts, styles)
    path = _beside(groups, f"{who or 'sheet'}-{name}")
    line = " · ".join(part for part in (kind.title, line) if part)
    return Page(path, (title, line), _view(columns, rows, None), found)


def write_page(page: Page, tell: Tell) -> str:
    """Draw a sheet into its file, and return the path."""
    pixels = {at: images.read(Path(one.path)) for at, one in page.pictures.items()}
    shapes = [one.shape for one in pixels.values()]
    natural = (max(shape[1] for shape in shapes), max(shape[0] for shape in shapes))
    columns = len(page.view.columns.values)
    side = min(max(_SMALLEST, *natural), max(96, _WIDEST // columns))
    scale = side / max(natural)
    room = (max(1, round(natural[0] * scale)), max(1, round(natural[1] * scale)))
    readings = {
        at: Reading(
            name=Path(one.path).name,
            digest="",
            likeness=one.mark.likeness,
            wanted=one.mark.wanted,
            found=one.mark.found,
        )
        for at, one in page.pictures.items()
        if one.mark is not None
    }
    sheet = sheet_of(page.view, room, scored=bool(readings))
    images.write_png(page.path, draw(sheet, pixels.get, page.heading, readings))
    tell(Made(what="sheet", path=str(page.path)))
    return str(page.path)


def named(names: Sequence[str]) -> str:
    """Names as a title: "Bolt, Moss and Pip"."""
    titles = [name.replace("_", " ").replace("-", " ").title() for name in names]
    return " and ".join(part for part in (", ".join(titles[:-1]), titles[-1]) if part)


def _each(groups: Sequence[Sequence[Shown]]) -> Axis:
    """What the pictures of one prompt differ in: rank, else seed, else their number."""
    count = max(len(group) for group in groups)
    if groups[0][0].mark is not None:
        return Axis(kind="rank", values=("best", *(str(i) for i in range(2, count + 1))))
    seeds = {tuple(str(one.shot.seed) for one in group) for group in groups}
    whole = next(iter(seeds))
    if len(seeds) == 1 and len(set(whole)) == count:
        return Axis(kind="seed", values=whole)
    return Axis(kind="picture", values=tuple(str(i + 1) for i in range(count)))


def _view(columns: Axis, rows: Axis | None, beside: Axis | None) -> View:
    downs = rows.values if rows else (None,)
    blocks = []
    for value in beside.values if beside else (None,):
        behind = () if value is None else (value,)
        grid = tuple(
            tuple((x, *(() if y is None else (y,)), *behind) for x in columns.values) for y in downs
        )
        titles = ((beside.kind, value),) if beside and value is not None else ()
        blocks.append(Block(titles, grid))
    return View(columns, rows, tuple(blocks))


def _line(words: str, shown: Sequence[Shown], styles: Sequence[str]) -> str:
    """What pictures share: their seed, if it is one, styles and words."""
    seeds = {one.shot.seed for one in shown}
    seed = f"seed {seeds.pop()}" if len(seeds) == 1 else ""
    return " · ".join(part for part in (seed, *styles, words) if part)


def _beside(groups: Sequence[Sequence[Shown]], name: str) -> Path:
    """A file beside the pictures, with their number in front."""
    first = min(Path(one.path) for group in groups for one in group)
    return first.with_name(f"{first.stem.partition('-')[0]}-{name}.png")
