"""The verb `compare` along axes of one's own: an X/Y/Z plot, drawn, read, laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from castmates.core.errors import CastmatesError
from castmates.core.events import Made, Tell, Warned, silent
from castmates.core.types import Shot, Value
from castmates.drawing.infotext import PARAMETERS
from castmates.files import images, settings
from castmates.files.locks import holding
from castmates.files.runs import PLOT
from castmates.files.studio import Studio, StudyFolder
from castmates.files.writing import write_bytes, write_text
from castmates.judging.plots.plot import Axis, Plot, PlotCell, cells
from castmates.judging.plots.readings import Reader, Reading, Readings
from castmates.judging.plots.sheet import draw as draw_sheet
from castmates.judging.plots.sheet import sheet_of
from castmates.judging.plots.view import display_name, headline, view_of
from castmates.judging.scores import Judges
from castmates.studio.compare_draw import MANY, distinct, draw
from castmates.studio.compare_page import CellPicture, render
from castmates.studio.compare_plan import PlotWish, plot_of
from castmates.studio.lore import member_of


class PlottedCell(Value):
    """A place of a plot: its values, its picture, and what was read off it.

    Attributes:
        at: kind -> value; s/r axes by their slot, too.
        likeness: None: not measured.
    """

    at: Mapping[str, str]
    picture: str
    shot: Shot
    likeness: float | None = None
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


class Plotted(Value):
    """What a plot left behind.

    Attributes:
        study: its folder.
        digest: of everything that decides it.
        drawn, kept: pictures drawn now, and those that were there.
    """

    study: str
    digest: str
    axes: tuple[Axis, ...]
    shared: tuple[Axis, ...]
    drawn: int
    kept: int
    grid: str
    page: str
    cells: tuple[PlottedCell, ...]


def plot(
    studio: Studio,
    name: str,
    wish: PlotWish,
    *,
    most: int | None = MANY,
    scored: bool = True,
    tell: Tell = silent,
) -> Plotted:
    """Draw what is missing of a plot, read it, and lay it out.

    The same axes with more values go on in the same folder: only new cells are drawn.

    Args:
        most: so many missing pictures are drawn without asking; None: any number.
        scored: look at the pictures with the encoder and the tagger.

    Raises:
        BadInput, Missing, Unfit: everything that does not fit, at once, before the first picture.
        BadInput: more than `most` are missing.
    """
    wanted = plot_of(studio, name, wish, tell)
    places = cells(wanted)
    once = distinct(places)
    folder = studio.character(name).study_for(f"{PLOT}{wanted.frame}")
    with holding(folder.path):
        settings.save(folder.study, wanted)
        drawn = draw(wanted, once, studio, folder.cells, tell, most)
        readings = _read(wanted, once, studio, folder, tell) if scored else None
        _lay_out(wanted, places, folder, readings or Readings(cells=()), tell)
    known = {one.name: one for one in readings.cells} if readings else {}
    return Plotted(
        study=str(folder.path),
        digest=settings.digest(wanted),
        axes=wanted.axes,
        shared=wanted.fixed,
        drawn=drawn,
        kept=len(once) - drawn,
        grid=str(folder.grid),
        page=str(folder.report),
        cells=tuple(_plotted(wanted, cell, folder, known.get(cell.name)) for cell in places),
    )


def _plotted(
    plot: Plot, cell: PlotCell, folder: StudyFolder, reading: Reading | None
) -> PlottedCell:
    kinds = [axis.kind for axis in plot.axes]
    named = [f"{k} {i + 1}" if kinds.count(k) > 1 else k for i, k in enumerate(kinds)]
    return PlottedCell(
        at=dict(zip(named, cell.at, strict=True)),
        picture=str(folder.cells / cell.name),
        shot=cell.shot,
        likeness=reading.likeness if reading else None,
        wanted=reading.wanted if reading else (),
        found=reading.found if reading else (),
    )


def _read(
    plot: Plot, once: Sequence[PlotCell], studio: Studio, folder: StudyFolder, tell: Tell
) -> Readings | None:
    """Read the cells and write `scores.json`; None: nobody can look here."""
    from castmates.studio.choose import real_pictures
    from castmates.studio.models import take_encoder, take_tagger

    owners = {plot.value("character", cell.at) or plot.character for cell in once}
    cast = {who: studio.character(who) for who in sorted(owners)}
    real = {w: real_pictures(found) for w, found in cast.items() if len(found.pictures()) >= 2}
    members = {who: member_of(found, alone=True) for who, found in cast.items()}
    own = {who: (member.trigger, *member.looks) for who, member in members.items()}
    try:
        judges = Judges(encoder=take_encoder(), tagger=take_tagger())
    except CastmatesError as error:
        tell(Warned(what=f"The cells are not scored: {error.what}", fix=error.fix))
        return None
    reader = Reader(plot, real, judges, own)
    readings = reader.read(once, lambda n: images.read(folder.cells / n), _before(folder))
    write_text(folder.scores, readings.model_dump_json(indent=1) + "\n")
    return readings


def _before(folder: StudyFolder) -> Readings | None:
    """What was read before; None where it is not there, or written otherwise."""
    if not folder.scores.is_file():
        return None
    try:
        return Readings.model_validate_json(folder.scores.read_text(encoding="utf-8"))
    except ValueError:
        return None


def _lay_out(
    plot: Plot, places: Sequence[PlotCell], folder: StudyFolder, readings: Readings, tell: Tell
) -> None:
    """Write the sheet and the page."""
    names = {cell.at: cell.name for cell in places}
    read = {one.name: one for one in readings.cells}
    sheet = sheet_of(view_of(plot), _largest(places, folder.cells), scored=bool(read))
    pixels = draw_sheet(
        sheet,
        lambda at: images.read(folder.cells / names[at]),
        (display_name(plot), headline(plot)),
        {at: read[name] for at, name in names.items() if name in read},
    )
    write_bytes(folder.grid, images.as_png(pixels))
    tell(Made(what="grid", path=str(folder.grid)))
    where = (folder.path.name, date.today().isoformat())
    write_text(
        folder.report, render(plot, places, lambda n: _picture(folder.cells / n), read, where)
    )
    tell(Made(what="page", path=str(folder.report)))


def _largest(places: Sequence[PlotCell], folder: Path) -> tuple[int, int]:
    """Width and height that hold every picture; those of one base and size are alike."""
    kinds = {(cell.base, cell.shot.size): cell.name for cell in places}
    shapes = [images.read(folder / name).shape for name in kinds.values()]
    return max(shape[1] for shape in shapes), max(shape[0] for shape in shapes)


def _picture(path: Path) -> CellPicture:
    return CellPicture(images.read(path), images.read_text(path).get(PARAMETERS, ""))
