"""Draws the labelled sheet of a study: epochs down, strengths across; judges nothing itself.

One panel a prompt, one seed: the study's first. Everything is laid out by `Sheet` in whole pixels,
so that the size of the picture follows from the study alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from PIL import Image

from castmates.core.events import Made, Tell, silent
from castmates.core.ports import Pixels
from castmates.files import images, writing
from castmates.files.studio import StudyFolder
from castmates.judging.canvas import LEAF, PICK, SOFT, Colour
from castmates.judging.cells import Study, cell_name
from castmates.judging.choice import Decision
from castmates.judging.page import Page, Sheet
from castmates.judging.reasons import figure
from castmates.judging.scores import CellScore, Scores


def sheet(study: Study, side: int = 144) -> Sheet:
    """The layout for a study."""
    return Sheet(
        rows=len(study.adapters),
        columns=len(study.strengths),
        panels=len(study.prompts),
        side=side,
    )


def draw(
    study: Study,
    pictures: Mapping[str, Pixels],
    title: str,
    scores: Scores | None = None,
    decision: Decision | None = None,
) -> Pixels:
    """Draw the sheet: one seed (the study's first) of every epoch, strength and prompt.

    Args:
        study: what was compared.
        pictures: cell name -> picture; missing ones stay empty.
        title: the heading ("Pip").
        scores: shown small under each cell.
        decision: the pick is framed and marked.

    Returns:
        (H, W, 3) with W, H = `sheet(study).size`.
    """
    page = Page(sheet(study))
    page.heading(title, decision.sentence if decision else "Epochs down, strengths across.")
    for panel in range(len(study.prompts)):
        _draw_panel(page, panel, study, pictures, _Marks(scores, decision))
    return page.pixels()


class _Marks:
    """What is written on the sheet beside the pictures."""

    def __init__(self, scores: Scores | None, decision: Decision | None) -> None:
        self._readings = {cell.name: cell for cell in scores.cells} if scores else {}
        self._pick = (decision.pick.epoch, decision.pick.strength) if decision else None

    def is_pick(self, epoch: int, strength: float) -> bool:
        return self._pick == (epoch, strength)

    def below(self, name: str) -> tuple[str, str, Colour] | None:
        """Likeness, what was found or lost, and the colour of the latter."""
        reading = self._readings.get(name)
        return _words(reading) if reading else None


def _words(reading: CellScore) -> tuple[str, str, Colour]:
    alike = f"alike {figure(min(1.0, max(0.0, reading.likeness)))}"
    if reading.obedience is None:
        return alike, "", SOFT
    missed = [tag for tag in reading.wanted if tag not in reading.found]
    if not missed:
        return alike, "all there" if len(reading.wanted) > 1 else reading.found[0], LEAF
    return alike, f"no {missed[0]}", PICK


def _draw_panel(
    page: Page, panel: int, study: Study, pictures: Mapping[str, Pixels], marks: _Marks
) -> None:
    prompt, seed = study.prompts[panel], study.seeds[0]
    epochs, strengths = sorted(c.epoch for c in study.adapters), sorted(study.strengths)
    page.card(panel, prompt.label, prompt.words)
    page.without(panel, pictures.get(cell_name(0, 0.0, prompt.label, seed)))
    page.axes(panel, strengths, epochs)
    for row, epoch in enumerate(epochs):
        for column, strength in enumerate(strengths):
            name = cell_name(epoch, strength, prompt.label, seed)
            spot = page.sheet.place(panel, row, column)
            page.thumbnail(spot, pictures.get(name), page.sheet.side)
            if below := marks.below(name):
                page.figures(spot, *below)
            if marks.is_pick(epoch, strength):
                page.mark(spot)


def write(
    study: Study,
    folder: StudyFolder,
    title: str,
    scores: Scores | None = None,
    decision: Decision | None = None,
    tell: Tell = silent,
) -> None:
    """Draw the sheet of a study's folder into `grid.png`."""
    pictures = {path.name: images.read(path) for path in sorted(folder.cells.glob("*.png"))}
    picture = Image.fromarray(draw(study, pictures, title, scores, decision))
    stream = BytesIO()
    picture.save(stream, "PNG", optimize=True)
    writing.write_bytes(folder.grid, stream.getvalue())
    tell(Made(what="grid", path=str(folder.grid)))
