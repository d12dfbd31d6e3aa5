"""Chosen pictures at the size of the print, each kept under a name that says what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from castmates.backends.upscalers import named_upscaler, open_upscaler
from castmates.books.binding.printers import paper_named, printer_of
from castmates.books.illustrating.marks import PageRecord
from castmates.books.layout.formats import PageFormat, page_format
from castmates.books.plan.plan import BookPlan
from castmates.core.events import Began, Moved, Tell, Warned
from castmates.core.ports import Pixels, Upscaler
from castmates.core.types import Size
from castmates.drawing.enlarging import enlarged
from castmates.drawing.sources import LANCZOS
from castmates.families.base import Base
from castmates.families.shelf import STORYBOOK
from castmates.files.books import BookFolder
from castmates.files.images import as_jpeg, read
from castmates.files.studio import Studio
from castmates.files.writing import made, write_bytes
from castmates.studio.honoured import known_upscaler
from castmates.studio.library import Library

WORK = "Enlarging to print size"
_RUNS = 2


def printed(
    studio: Studio,
    book: BookFolder,
    plan: BookPlan,
    base: Base,
    records: Mapping[int, PageRecord],
    tell: Tell,
) -> dict[int, Path]:
    """Every chosen picture as a JPEG of the print's size: made, or as it is there.

    Raises:
        BadInput, Missing, Unfit: as `castmates.backends.upscalers.open_upscaler`.
    """
    usual = STORYBOOK if base.name == STORYBOOK else LANCZOS
    wanted = known_upscaler(Library.of(studio), plan.upscaler or usual)
    name, asked = named_upscaler(wanted, [LANCZOS])
    paper = page_format(plan.format)
    dpi = printer_of(paper_named(plan.paper)).dpi
    paths = {
        number: book.print(number, f"{Path(record.chosen).stem[-10:]}-{name}-{plan.format}")
        for number, record in records.items()
    }
    waiting = [number for number, path in paths.items() if not path.is_file()]
    if not waiting:
        return paths
    if asked == LANCZOS and plan.upscaler is None:
        what = f"No upscaler is known for {base.name}: pictures are enlarged smoothly."
        tell(Warned(what=what, fix="Name one: --upscaler FILE"))
    model = None if asked == LANCZOS else open_upscaler(asked)
    tell(Began(what=WORK, total=len(waiting), unit="pictures"))
    for done, number in enumerate(waiting, 1):
        picture = read(book.candidates(number) / records[number].chosen)
        large = _large(picture, size_on(paper, dpi, picture), model)
        made(paths[number].parent)
        write_bytes(paths[number], as_jpeg(large, 93))
        for old in paths[number].parent.glob(f"{number:02d}-*.jpg"):
            if old != paths[number]:
                old.unlink()
        tell(Moved(what=WORK, done=done))
    return paths


def _large(picture: Pixels, size: Size, model: Upscaler | None) -> Pixels:
    """A picture at a size: the model runs twice at most, a third time would take minutes."""
    if model is not None:
        most = model.factor**_RUNS
        high, wide = picture.shape[:2]
        sides = (min(size.width, wide * most), min(size.height, high * most))
        picture = enlarged(picture, Size(width=sides[0], height=sides[1]), model)
    return enlarged(picture, size)


def size_on(paper: PageFormat, dpi: int, picture: Pixels) -> Size:
    """The size at which a picture covers a page and its bleed; never smaller than it is."""
    high, wide = picture.shape[:2]
    inches = [(side + 2 * paper.bleed) / 72.0 for side in (paper.width, paper.height)]
    scale = max(inches[0] * dpi / wide, inches[1] * dpi / high, 1.0)
    return Size(width=math.ceil(wide * scale), height=math.ceil(high * scale))
