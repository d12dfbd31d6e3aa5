"""The cover: back, spine and front in one sheet, and the front alone; measures no paper."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.books.layout.boxes import best_place
from castmates.books.layout.cropping import Crop, cropped
from castmates.books.layout.drawn import Drawn
from castmates.books.layout.geometry import Rect
from castmates.books.layout.items import (
    Item,
    OrnamentItem,
    PanelItem,
    PictureItem,
    Sheet,
    Words,
    WordsItem,
)
from castmates.books.layout.matter import fitted, pane_in
from castmates.books.layout.setting import Setting, lines
from castmates.books.layout.tints import INK, Colour, contrast
from castmates.books.story.runs import paragraphs
from castmates.books.values import Book

_BARCODE = (2.0 * 72.0, 1.2 * 72.0)
_WHITE: Colour = (255, 255, 255)
_TITLES = ((76.0, 0.36), (60.0, 0.26), (48.0, 0.18), (36.0, 0.12))
"""Sizes of the title in points, and the share of the front's height that it may take."""
_LOWER = 0.66
"""Of the front: the most that a picture takes below its title."""
_SPINE_LEAST = 18.0
"""Points: on narrower spines no word can be read."""


@dataclass(frozen=True)
class Cover:
    """A cover's sheet, its size as trimmed, and where the front lies in it (points)."""

    sheet: Sheet
    size: tuple[float, float]
    front: Rect
    spine: Rect


def whole_cover(
    book: Book, setting: Setting, seen: Drawn, spine: float, spine_words: bool
) -> Cover:
    """Back, spine and front side by side; read from the right, the front lies left.

    Args:
        spine: its width in points.
        spine_words: whether the printer allows words on it.
    """
    form = setting.format
    size = (2 * form.width + spine, form.height)
    front_x, back_x = (0.0, form.width + spine) if setting.rtl else (form.width + spine, 0.0)
    front = form.trim.moved(x=front_x)
    middle = Rect(form.width, 0.0, spine, form.height)
    b = form.bleed
    ground = Rect(-b, -b, size[0] + 2 * b, form.height + 2 * b)
    items: list[Item] = [PanelItem(ground, seen.tints.deep, 1.0, 0.0)]
    items += _front_items(book, setting, seen, front, bleed_left=setting.rtl)
    items += _back_items(book, setting, seen, form.trim.moved(x=back_x))
    if spine_words and spine >= _SPINE_LEAST:
        letters = min(0.55 * spine, 16.0)
        words = Words(lines(book.title), letters, 0.65, "center", "bold", lettering=True)
        items.append(
            WordsItem(
                middle.grown(-2.0), words, _ink_on(seen.tints.deep), turned=True, role="title"
            )
        )
    return Cover(Sheet(0, "cover", tuple(items), seen.tints.deep), size, front, middle)


def front_sheet(book: Book, setting: Setting, seen: Drawn) -> Sheet:
    """The front alone, for screens."""
    form = setting.format
    items = _front_items(book, setting, seen, form.trim, bleed_left=True)
    return Sheet(0, "cover", tuple(items), seen.tints.paper)


def back_sheet(book: Book, setting: Setting, seen: Drawn) -> Sheet:
    """The back alone, for screens."""
    items = _back_items(book, setting, seen, setting.format.trim, barcode=False)
    return Sheet(0, "cover", tuple(items), seen.tints.deep)


def _front_items(
    book: Book, setting: Setting, seen: Drawn, front: Rect, bleed_left: bool
) -> list[Item]:
    b = setting.format.bleed
    left = b if bleed_left else 0.0
    right = 0.0 if bleed_left and front.x == 0.0 and setting.rtl else b
    frame = Rect(front.x - left, front.y - b, front.w + left + right, front.h + 2 * b)
    crop = cropped(frame, seen.aspect, seen.figures, front)
    safe = front.grown(-setting.format.margin)
    size, share = _TITLES[-1]
    scale = setting.format.type_scale
    _, high = fitted(setting, book.title, safe.w, size * scale, share * safe.h)
    taken = [crop.place(figure.box) for figure in seen.figures]
    if crop.cut or best_place([(safe.w, high)], safe, crop, seen.calm, taken) is None:
        return _stacked_items(book, setting, seen, frame, safe)
    items: list[Item] = [PictureItem(seen.key, crop, seen.alt)]
    return items + _title_items(book, setting, seen, crop, safe)


def _stacked_items(
    book: Book, setting: Setting, seen: Drawn, frame: Rect, safe: Rect
) -> list[Item]:
    """The title above the picture: where in the picture it would stand over somebody."""
    wide, high = frame.w, frame.w / seen.aspect
    bleeds = high <= _LOWER * frame.h
    if not bleeds:
        high = _LOWER * safe.h
        wide = min(high * seen.aspect, safe.w)
        high = wide / seen.aspect
    bottom = frame.bottom if bleeds else safe.bottom
    left = frame.x if bleeds else safe.x + (safe.w - wide) / 2
    place = Rect(left, bottom - high, wide, high)
    ink, scale = _ink_on(seen.tints.deep), setting.format.type_scale
    room = place.y - safe.y - 8.0
    below = 30.0 * scale if book.author else 0.0
    heading, _ = fitted(setting, book.title, safe.w, 72.0 * scale, room - below)
    items: list[Item] = [
        PanelItem(frame, seen.tints.deep, 1.0, 0.0),
        PictureItem(seen.key, Crop(place, place), seen.alt, 0.0 if bleeds else 18.0),
        WordsItem(Rect(safe.x, safe.y, safe.w, room - below), heading, ink, role="title"),
    ]
    if book.author:
        words = Words(lines(book.author), 19.0 * scale, 0.6, "center", "semibold")
        foot = Rect(safe.x, place.y - below - 8.0, safe.w, below)
        items.append(WordsItem(foot, words, ink, "top", role="title"))
    return items


def _title_items(book: Book, setting: Setting, seen: Drawn, crop: Crop, safe: Rect) -> list[Item]:
    """The title where the picture is calm, in letters with a rim; nobody's face is covered."""
    whole = [crop.place(f.box) for f in seen.figures]
    faces = [crop.place(f.face or f.box) for f in seen.figures]
    scale = setting.format.type_scale
    place = None
    # Nobody is covered; where that cannot be, at least no face.
    for size, share, taken in [(*size, taken) for taken in (whole, faces) for size in _TITLES]:
        heading, high = fitted(setting, book.title, safe.w, size * scale, share * safe.h)
        place = best_place([(safe.w, high)], safe, crop, seen.calm, taken)
        if place is not None:
            break
    rect = place.rect if place else Rect(safe.x, safe.y, safe.w, high)
    items: list[Item] = [WordsItem(rect, heading, _WHITE, "horizon", seen.tints.ink, role="title")]
    if book.author:
        words = Words(lines(book.author), 19.0 * scale, 0.6, "center", "semibold")
        tall, used = setting.measure([(words, safe.w)])[0]
        panel = _author_place((used + 28.0, tall + 10.0), safe, crop, seen, [*whole, rect])
        items += [
            PanelItem(panel, seen.tints.paper, 0.93, panel.h / 2),
            WordsItem(panel, words, seen.tints.ink, role="title"),
        ]
    return items


def _author_place(
    size: tuple[float, float], safe: Rect, crop: Crop, seen: Drawn, taken: list[Rect]
) -> Rect:
    """Where the author's name stands: where nobody is, else below the title."""
    place = best_place([size], safe, crop, seen.calm, taken)
    if place is not None:
        return place.rect
    title = taken[-1]
    return Rect(safe.x + (safe.w - size[0]) / 2, title.bottom + 8.0, *size)


def _back_items(
    book: Book, setting: Setting, seen: Drawn, back: Rect, barcode: bool = True
) -> list[Item]:
    safe = back.grown(-1.3 * setting.format.margin)
    ink, scale = _ink_on(seen.tints.deep), setting.format.type_scale
    side = (0.36 if barcode else 0.44) * min(safe.w, safe.h)
    window, pane = pane_in(safe, safe.y + (0.06 if barcode else 0.1) * safe.h, side, seen)
    items: list[Item] = [pane]
    rule = Rect(safe.x + safe.w / 2 - 60, window.bottom + 22, 120, 12)
    items.append(OrnamentItem("rule", rule, ink))
    if book.blurb:
        room = safe.bottom - rule.bottom - 24 - (_BARCODE[1] if barcode else 0.0)
        for part in (1.0, 0.88, 0.76, 0.66):
            words = Words(paragraphs(book.blurb), 22.0 * scale * part, 0.75, "center")
            wide = setting.balanced(words, 0.84 * safe.w)
            high = setting.measure([(words, wide)])[0][0]
            if high <= room:
                break
        block = Rect(safe.x + (safe.w - wide) / 2, rule.bottom + 20, wide, high)
        items.append(WordsItem(block, words, ink, "top"))
    if barcode:
        place = Rect(safe.right - _BARCODE[0], safe.bottom - _BARCODE[1], *_BARCODE)
        items.append(PanelItem(place, _WHITE, 1.0, 3.0))
    return items


def _ink_on(ground: Colour) -> Colour:
    return max((_WHITE, INK), key=lambda ink: contrast(ink, ground))
