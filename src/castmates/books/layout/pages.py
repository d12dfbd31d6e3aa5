"""Lay one page of the story out in each of the four ways; numbers no pages.

Where a way does not fit (nobody may be covered or cut) the next best is taken, and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.books.layout.boxes import Placed, best_place
from castmates.books.layout.cropping import Crop, cropped
from castmates.books.layout.drawn import Drawn
from castmates.books.layout.geometry import Rect
from castmates.books.layout.items import (
    Item,
    OrnamentItem,
    PanelItem,
    PictureItem,
    Words,
    WordsItem,
)
from castmates.books.layout.setting import Setting, lines
from castmates.books.layout.tints import Colour
from castmates.books.values import BookPage

_WIDTHS = (1.0, 0.82, 0.68, 0.56, 0.46, 0.38)
_FOLIO = 12.0
_LARGE = 0.84
"""Of the usual type: smaller, and words stand better below the picture than in it."""
_SHORT = 34
"""Words: a text of at most as many is centred below its picture."""


@dataclass(frozen=True)
class Face:
    """One laid-out page without a number: a picture page, a text page, or both in one."""

    items: tuple[Item, ...]
    fill: Colour
    has_picture: bool = True


def box_face(
    setting: Setting, page: BookPage, seen: Drawn, number: int, small: bool = False
) -> Face | None:
    """A full-bleed picture with the words in a box where it is calm; None: no room for any.

    Args:
        small: down to the smallest type, where otherwise another layout would be better.
    """
    form = setting.format
    crop = cropped(form.bled, seen.aspect, seen.figures, form.trim)
    safe = form.safe(setting.binding(number))
    picture = PictureItem(seen.key, crop, seen.alt)
    if not page.text:
        return _picture_face(setting, seen, safe)
    if crop.cut and not small:
        return None
    found = _boxed(setting, page.text, seen, crop, safe, small)
    if found is None:
        return None
    return Face((picture, *found), seen.tints.paper)


def above_face(setting: Setting, page: BookPage, seen: Drawn, number: int) -> Face | None:
    """The picture above the words; None: with these words no picture is left."""
    form = setting.format
    safe = form.safe(setting.binding(number))
    short = len(page.text.split()) <= _SHORT
    for size in setting.sizes():
        words = setting.story_words(page.text, size, "center" if short else "start")
        wide = setting.balanced(words, safe.w) if short else 0.94 * safe.w
        high = setting.measure([(words, wide)])[0][0]
        top = safe.bottom - high - 1.9 * _FOLIO
        room = top - 1.1 * size
        if room < 0.45 * form.height:
            continue
        across = form.width + 2 * form.bleed
        # A wide picture goes from edge to edge, and is as high as that makes it.
        frame = Rect(-form.bleed, -form.bleed, across, min(room + form.bleed, across / seen.aspect))
        keep = Rect(0.0, 0.0, form.width, frame.bottom)
        crop, radius = cropped(frame, seen.aspect, seen.figures, keep), 0.0
        if crop.cut or frame.w / frame.h > 1.9 * seen.aspect:
            crop, radius = _inset(seen, safe, room), 16.0
        left = safe.x + (safe.w - wide) / 2
        below = Rect(left, crop.frame.bottom, wide, safe.bottom - crop.frame.bottom - _FOLIO)
        return Face(
            (
                PictureItem(seen.key, crop, seen.alt, radius),
                WordsItem(below, words, seen.tints.ink),
                folio(setting, number, seen),
            ),
            seen.tints.paper,
        )
    return None


def facing_faces(
    setting: Setting, page: BookPage, seen: Drawn, number: int
) -> tuple[Face, Face] | None:
    """The words on one page, the picture on the other; None: the words do not fit on a page."""
    words = _text_face(setting, page, seen, number)
    picture = _picture_face(setting, seen, setting.format.safe(setting.binding(number + 1)))
    return None if words is None else (words, picture)


def spread_faces(
    setting: Setting, page: BookPage, seen: Drawn, number: int
) -> tuple[Face, Face] | None:
    """One picture over two pages; None: somebody would be cut, folded, or covered by words."""
    form = setting.format
    both = Rect(
        -form.bleed, -form.bleed, 2 * (form.width + form.bleed), form.height + 2 * form.bleed
    )
    keep = Rect(0.0, 0.0, 2 * form.width, form.height)
    crop = cropped(both, seen.aspect, seen.figures, keep)
    fold = Rect(form.width - 9.0, -form.bleed, 18.0, both.h)
    if crop.cut or any(crop.place(figure.box).meets(fold) for figure in seen.figures):
        return None
    # The first page of the pair lies left, unless the book is read from the right.
    left, right = (number + 1, number) if setting.rtl else (number, number + 1)
    options: list[tuple[float, bool, tuple[Item, ...]]] = []
    for is_left, own in ((True, left), (False, right)):
        shift = 0.0 if is_left else form.width
        safe = form.safe(setting.binding(own)).moved(x=shift)
        found = _boxed(setting, page.text, seen, crop, safe) if page.text else ()
        if found is not None:
            calm = _calm_of(found, crop, seen)
            options.append((calm, is_left, found))
    if not options:
        return None
    _, words_left, found = max(options, key=lambda each: (each[0], each[1]))
    faces = []
    for is_left in (True, False):
        shift = 0.0 if is_left else -form.width
        # Each half bleeds over the fold a little, and its frame is its own page.
        half = form.bled
        part = Crop(half, crop.whole.moved(x=shift))
        items = tuple(_shifted(item, shift) for item in found) if is_left == words_left else ()
        faces.append(Face((PictureItem(seen.key, part, seen.alt), *items), seen.tints.paper))
    return (faces[1], faces[0]) if setting.rtl else (faces[0], faces[1])


def folio(setting: Setting, number: int, seen: Drawn) -> WordsItem:
    """The page's number, small, at its foot."""
    safe = setting.format.safe(setting.binding(number))
    foot = Rect(safe.x, safe.bottom - _FOLIO, safe.w, _FOLIO + 6.0)
    words = Words(lines(str(number)), 0.9 * _FOLIO, align="center")
    return WordsItem(foot, words, seen.tints.ink, "bottom", role="small")


def _picture_face(setting: Setting, seen: Drawn, safe: Rect) -> Face:
    """The picture alone: over all of the page, or within its margins where that cuts somebody."""
    form = setting.format
    crop, radius = cropped(form.bled, seen.aspect, seen.figures, form.trim), 0.0
    if crop.cut:
        wide = min(safe.w, safe.h * seen.aspect)
        high = wide / seen.aspect
        frame = Rect(safe.x + (safe.w - wide) / 2, safe.y + (safe.h - high) / 2, wide, high)
        crop, radius = Crop(frame, frame), 16.0
    return Face((PictureItem(seen.key, crop, seen.alt, radius),), seen.tints.paper)


def _text_face(setting: Setting, page: BookPage, seen: Drawn, number: int) -> Face | None:
    safe = setting.format.safe(setting.binding(number))
    wide = 0.82 * safe.w
    for size in setting.sizes():
        words = setting.story_words(page.text, 1.25 * size)
        high, used = setting.measure([(words, setting.balanced(words, wide))])[0]
        if high > 0.76 * safe.h:
            continue
        block = Rect(safe.x + (safe.w - used) / 2, safe.y, used, 0.96 * safe.h)
        rule = Rect(safe.x + safe.w / 2 - 50, block.y + block.h / 2 + high / 2 + 22, 100, 11)
        items: list[Item] = [WordsItem(block, words, seen.tints.ink)]
        if rule.bottom < safe.bottom - 2.5 * _FOLIO:
            items.append(OrnamentItem("rule", rule, seen.tints.accent))
        return Face((*items, folio(setting, number, seen)), seen.tints.paper, has_picture=False)
    return None


def _inset(seen: Drawn, safe: Rect, room: float) -> Crop:
    """All of the picture, inside the margins."""
    high = room - safe.y + 8.0
    wide = min(high * seen.aspect, safe.w)
    high = wide / seen.aspect
    frame = Rect(safe.x + (safe.w - wide) / 2, safe.y - 8.0, wide, high)
    return Crop(frame, frame)


def _boxed(
    setting: Setting, text: str, seen: Drawn, crop: Crop, safe: Rect, small: bool = False
) -> tuple[Item, ...] | None:
    """The panel and its words, in the largest type for which there is a place."""
    taken = [crop.place(figure.box) for figure in seen.figures]
    sizes_of_type = setting.sizes()
    for size in sizes_of_type:
        if size < _LARGE * sizes_of_type[0] and not small:
            break
        words = setting.story_words(text, size)
        across, down = 0.85 * size, 0.6 * size
        widths = [part * safe.w - 2 * across for part in _WIDTHS]
        sizes = setting.measure([(words, width) for width in widths])
        boxes = {(used + 2 * across, high + 2 * down) for high, used in sizes}
        place = best_place(sorted(boxes), safe, crop, seen.calm, taken)
        if place is not None:
            return _panel(place, words, seen, across, down)
    return None


def _panel(
    place: Placed, words: Words, seen: Drawn, across: float, down: float
) -> tuple[Item, ...]:
    rect = place.rect
    inner = Rect(rect.x + across, rect.y + down, rect.w - 2 * across + 1.0, rect.h - 2 * down)
    ground = PanelItem(rect, seen.tints.paper, 0.93, min(18.0, rect.h / 3))
    return (ground, WordsItem(inner, words, seen.tints.ink))


def _calm_of(items: Sequence[Item], crop: Crop, seen: Drawn) -> float:
    panel = next((item for item in items if isinstance(item, PanelItem)), None)
    if panel is None:
        return 1.0
    rect, whole = panel.rect, crop.whole
    left, top = (rect.x - whole.x) / whole.w, (rect.y - whole.y) / whole.h
    right, bottom = (rect.right - whole.x) / whole.w, (rect.bottom - whole.y) / whole.h
    return seen.calm.of((left, top, right, bottom))


def _shifted(item: Item, x: float) -> Item:
    match item:
        case PanelItem():
            return PanelItem(item.rect.moved(x=x), item.fill, item.opacity, item.radius)
        case WordsItem():
            return WordsItem(item.rect.moved(x=x), item.words, item.ink, item.valign)
        case _:
            return item
