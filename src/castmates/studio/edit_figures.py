"""Whom edits mean in each picture: by a finder, a box, or what is known already; edits nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.backends.finders import open_finder
from castmates.core.errors import BadInput, Missing
from castmates.core.ports import Finder
from castmates.families.shelf import STORYBOOK
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.edits.boxes import read_box
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.entries import Entry
from castmates.pictures.edits.figures import Figures
from castmates.pictures.edits.grabcut import refined, tool
from castmates.studio.models import base_name

GRABCUT = "grabcut"
_NOBODY = "nobody was found in it."
_BOXES = "of it only a box is known; add --refine grabcut."


@dataclass(frozen=True)
class Ask:
    """Who says where the figures are.

    Attributes:
        finder: a name of the shelf ("yolo:FILE"); "": what is known, else ours on the storybook
            base.
        box: of the figure, as `boxes.read_box` takes it; then nobody is asked.
        refine: "grabcut" follows the outlines more closely by OpenCV; "": as they are.
        with_: a finder that is open already.
    """

    finder: str = ""
    box: str = ""
    refine: str = ""
    with_: Finder | None = None

    def __str__(self) -> str:
        return f"{self.finder} {self.box} {self.refine}"


def with_figures(
    studio: Studio,
    desk: Desk,
    numbers: Sequence[int],
    ask: Ask,
    *,
    outlines: bool = False,
    apart: bool = False,
) -> tuple[dict[int, Entry], dict[int, str]]:
    """What each picture is drawn by, with whom it shows; and why some are left out.

    Pictures that were cut out of others keep their figure. A picture that was transparent needs no
    finder: what is opaque is its figure.

    Args:
        outlines: boxes alone will not do.
        apart: what is opaque will not do either: it says nothing of who is who.

    Raises:
        BadInput: no such finder, box or refinement. Missing: nobody can be asked.
    """
    if ask.refine not in ("", GRABCUT):
        raise BadInput(f"No refinement is called '{ask.refine}'.", f"There is: {GRABCUT}.")
    if ask.refine:
        tool()
    box = read_box(ask.box) if ask.box else None
    opened = {number: desk.opened(number, desk.state(number)) for number in numbers}
    open_ = {
        n: e
        for n, e in opened.items()
        if not e.whom and (ask.finder or not (e.boxes or (e.mask and not apart)))
    }
    if box is not None:
        for number, entry in opened.items():
            if not entry.whom:
                size = desk.base(entry.model_copy(update={"boxes": (), "figures": ""})).size
                opened[number] = desk.found(entry, Figures((box.within(*size),)))
    elif open_:
        finder = ask.with_ or _finder(studio, desk.folder, ask.finder)
        if finder is not None:
            opened.update(desk.search(open_, finder))
        elif not any(e.boxes or e.mask for e in opened.values()):
            raise Missing(
                "No finder is there to say where the figures are.",
                "Name one: --finder yolo:FILE.onnx or onnx:FOLDER; or give a box: --box "
                "10%,5%,90%,100% (a background then wants --refine grabcut).",
            )
    skipped: dict[int, str] = {}
    known = {}
    for number, entry in opened.items():
        if ask.refine and entry.boxes and not entry.whom:
            pixels = desk.base(entry).pixels
            entry = desk.found(entry, refined(pixels, desk.figures(entry)))
        if not entry.boxes and not entry.mask:
            skipped[number] = _NOBODY
        elif outlines and entry.boxes and not entry.figures:
            skipped[number] = _BOXES
        else:
            known[number] = entry
    return known, skipped


def _finder(studio: Studio, folder: CharacterFolder, name: str) -> Finder | None:
    """The named one, else ours where it knows the kind of pictures; None: nobody."""
    if name:
        return open_finder(name)
    if base_name(studio, folder.character, None) != STORYBOOK:
        return None
    try:
        return open_finder("storybook")
    except Missing:
        return None
