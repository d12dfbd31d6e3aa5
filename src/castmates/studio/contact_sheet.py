"""Draw the contact sheet of a character's pictures, to be read at a glance; lays nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from castmates.core.ports import Pixels
from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.judging.canvas import (
    CARD,
    INK,
    LEAF,
    LINE,
    PAPER,
    PICK,
    SOFT,
    Canvas,
    Colour,
    fitted,
    font,
)
from castmates.pictures.report import Level, Report
from castmates.studio.contact import EDGE, PAD, Card, Contact, Item, Spot, contact, signs_of

HELD: Colour = (63, 124, 156)
_WHITE: Colour = (255, 255, 255)
_TONES: Mapping[Level, Colour] = {
    "error": (150, 38, 48),
    "warning": PICK,
    "note": (200, 145, 52),
    "good": LEAF,
}
_SIGN = 11
"""Radius of a sign, in pixels."""


def contact_sheet(report: Report, folder: CharacterFolder) -> Pixels:
    """The sheet: every picture numbered, in groups, with signs for what was found about it.

    Args:
        folder: of the character; its pictures are opened one by one.

    Returns:
        (H, W, 3) uint8.

    Raises:
        BadInput: a picture is broken. Missing: one was deleted since the check.
    """
    layout = contact(report, folder.records())
    sheet = _Sheet(layout, report)
    sheet.heading()
    for card in layout.cards:
        sheet.card(card)
        for spot in card.spots:
            sheet.spot(spot, images.read(folder.pictures_dir / spot.picture.name))
    if layout.items:
        sheet.legend()
    return sheet.pixels()


def write_contact_sheet(path: Path, report: Report, folder: CharacterFolder) -> None:
    """Draw the sheet into a PNG, atomically. Errors as in `contact_sheet` and `write_png`."""
    images.write_png(path, contact_sheet(report, folder))


class _Sheet(Canvas):
    def __init__(self, layout: Contact, report: Report) -> None:
        super().__init__(layout.size)
        self._layout, self._report = layout, report
        self._levels = {sign: f.level for sign, f in signs_of(report.findings).items()}

    def heading(self) -> None:
        report, wide = self._report, self._layout.size[0] - 2 * EDGE
        name = report.character.replace("_", " ").replace("-", " ").title()
        self.text((EDGE, 20), fitted(name, 32, wide), 32, INK, bold=True)
        kind = "" if report.goal == "likeness" else f" ({report.goal})"
        counts = [f"{report.pictures} pictures{kind}", f"{report.captions} with captions"]
        for level, one, many in (
            ("error", "error", "errors"),
            ("warning", "warning", "warnings"),
            ("note", "note", "notes"),
        ):
            count = sum(finding.level == level for finding in report.findings)
            counts += [f"{count} {one if count == 1 else many}"] if count else []
        said = ", ".join(counts)
        self.text((EDGE, 64), fitted(said, 16, wide), 16, SOFT)
        if report.held_out:
            x = EDGE + round(font(16).getlength(said)) + 24
            self.rounded((x, 64, x + 22, 82), 5, CARD, HELD, 3)
            held = f"{report.held_out} held out: judged with, never trained on"
            self.text((x + 32, 64), fitted(held, 16, EDGE + wide - x - 32), 16, HELD)

    def card(self, card: Card) -> None:
        left, top, right, _ = card.box
        self.rounded(card.box, 18, CARD, LINE, 1)
        beside = font(14).getlength(card.beside)
        room = right - left - 2 * PAD - beside - PAD
        self.text((left + PAD, top + 16), fitted(card.title, 21, room), 21, INK, bold=True)
        self.text((right - PAD, top + 22), card.beside, 14, SOFT, "ra")
        for lane in card.lanes:
            begin = lane.left
            if lane.text:
                self.text((begin, lane.top), lane.text, 14, SOFT)
                begin += round(font(14).getlength(lane.text)) + 8
            if lane.right > begin:
                self.box((begin, lane.top + 9, lane.right, lane.top + 10), LINE)

    def spot(self, spot: Spot, pixels: Pixels) -> None:
        left, top, right, bottom = spot.box
        self.picture((left, top), _fitted(pixels, (right - left, bottom - top)), 9)
        number = f"{int(spot.picture.name.split('.')[0])}"
        self.text((left + 2, bottom + 4), number, 15, INK, bold=True)
        if spot.picture.held_out:
            self.rounded((left - 4, top - 4, right + 4, bottom + 4), 13, None, HELD, 4)
            if right - left > font(15).getlength(number) + 64:
                self.text((right - 2, bottom + 6), "held out", 12, HELD, "ra")
        step = 2 * _SIGN + 2
        fitting = max(1, (right - left - 6) // step)
        shown = spot.signs if len(spot.signs) <= fitting else spot.signs[: max(1, fitting - 1)]
        for at, sign in enumerate(shown):
            self._sign((left + 5 + _SIGN + at * step, top + 5 + _SIGN), sign)
        if len(shown) < len(spot.signs) and len(shown) < fitting:
            self._sign((left + 5 + _SIGN + len(shown) * step, top + 5 + _SIGN), "…")

    def legend(self) -> None:
        left, top, right, _ = self._layout.legend
        self.rounded(self._layout.legend, 18, CARD, LINE, 1)
        self.text((left + PAD, top + 16), "What was found", 21, INK, bold=True)
        if self._layout.more:
            name = self._report.character
            more = f"and {self._layout.more} more: castmates check {name}"
            self.text((right - PAD, top + 22), more, 14, SOFT, "ra")
        for item in self._layout.items:
            self._item(item)

    def _item(self, item: Item) -> None:
        x, y = item.spot
        middle = (x + _SIGN, y + 10)
        if item.sign:
            self._sign(middle, item.sign)
        else:
            self._disc(middle, 4, _TONES[item.finding.level])
        for at, line in enumerate((*item.what, *item.fix)):
            own = at < len(item.what)
            self.text((x + 34, y + 19 * at), line, 15 if own else 13, INK if own else SOFT)

    def _sign(self, middle: tuple[int, int], sign: str) -> None:
        self._disc(middle, _SIGN, _TONES[self._levels.get(sign, "note")])
        self.text((middle[0], middle[1] - 1), sign, 15, _WHITE, "mm", bold=True)

    def _disc(self, middle: tuple[int, int], radius: int, tone: Colour) -> None:
        x, y = middle
        rim = 2 if radius > 6 else 0
        outer = (x - radius, y - radius, x + radius, y + radius)
        self.rounded(outer, radius, tone, _WHITE if rim else tone, rim)


def _fitted(pixels: Pixels, size: tuple[int, int]) -> Image.Image:
    """The whole picture in its place; one that is much longer than that lies on paper."""
    picture = Image.fromarray(pixels)
    scale = min(size[0] / picture.width, size[1] / picture.height)
    # A place is rounded to whole pixels, which is no reason for a margin.
    wide, high = (
        full if abs(side * scale - full) < 1 else max(round(side * scale), 1)
        for side, full in zip(picture.size, size, strict=True)
    )
    small = picture.resize((wide, high), Image.Resampling.LANCZOS)
    paper = Image.new("RGB", size, PAPER)
    paper.paste(small, ((size[0] - wide) // 2, (size[1] - high) // 2))
    return paper
