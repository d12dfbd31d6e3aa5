"""The pages around a story: title, imprint, dedication, the end, a page to draw on; no story."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.books.layout.cropping import Crop, cropped
from castmates.books.layout.drawn import Drawn
from castmates.books.layout.geometry import Rect
from castmates.books.layout.items import (
    Item,
    OrnamentItem,
    PictureItem,
    Words,
    WordsItem,
)
from castmates.books.layout.pages import Face
from castmates.books.layout.setting import Setting, blocks, lines
from castmates.books.story.runs import paragraphs

_WIDE = 1.3
"""Width / height from which a picture is shown whole: a round window would cut its ends off."""


def title_face(setting: Setting, title: str, author: str, seen: Drawn, number: int) -> Face:
    """The title, a round window into the cover's picture, the author."""
    safe = setting.format.safe(setting.binding(number))
    scale = setting.format.type_scale
    heading, _ = fitted(setting, title, safe.w, 54.0 * scale, 0.3 * safe.h)
    side = min(0.5 * safe.h, 0.64 * safe.w)
    window, pane = pane_in(safe, safe.y + 0.37 * safe.h, side, seen)
    top = Rect(safe.x, safe.y, safe.w, window.y - safe.y - 14)
    rule = Rect(safe.x + safe.w / 2 - 60, window.y - 30, 120, 12)
    items: list[Item] = [
        WordsItem(top, heading, seen.tints.ink, "horizon", role="title"),
        OrnamentItem("rule", rule, seen.tints.accent),
        pane,
    ]
    if author:
        foot = Rect(safe.x, window.bottom, safe.w, safe.bottom - window.bottom)
        words = Words(lines(f"{author}"), 18.0 * scale, align="center", style="italic")
        items.append(WordsItem(foot, words, seen.tints.ink, "horizon", role="title"))
    return Face(tuple(items), seen.tints.paper)


def imprint_face(setting: Setting, said: Sequence[str], seen: Drawn, number: int) -> Face:
    """What a book has to say of itself, small, at the foot of a page."""
    safe = setting.format.safe(setting.binding(number))
    words = Words(blocks(said), 9.5 * max(setting.format.type_scale, 0.85), 0.62)
    block = Rect(safe.x, safe.y, 0.86 * safe.w, safe.h)
    return Face(
        (WordsItem(block, words, seen.tints.ink, "bottom", role="small"),), seen.tints.paper, False
    )


def dedication_face(setting: Setting, text: str, seen: Drawn, number: int) -> Face:
    """A dedication, alone on its page."""
    safe = setting.format.safe(setting.binding(number))
    scale = setting.format.type_scale
    words = Words(paragraphs(text), 21.0 * scale, 0.8, "center", style="italic")
    wide = setting.balanced(words, 0.7 * safe.w)
    high, _ = setting.measure([(words, wide)])[0]
    block = Rect(safe.x + (safe.w - wide) / 2, safe.y, wide, 0.9 * safe.h)
    star = Rect(safe.x + safe.w / 2 - 8, block.y + block.h / 2 + high / 2 + 20, 16, 16)
    items = (WordsItem(block, words, seen.tints.ink), OrnamentItem("star", star, seen.tints.accent))
    return Face(items, seen.tints.paper, False)


def end_face(setting: Setting, said: str, seen: Drawn, number: int) -> Face:
    """The end, with a small round window into the last picture."""
    safe = setting.format.safe(setting.binding(number))
    side = 0.34 * min(safe.w, safe.h)
    window, pane = pane_in(safe, safe.y + 0.27 * safe.h, side, seen)
    words = Words(lines(said), 34.0 * setting.format.type_scale, align="center", lettering=True)
    below = Rect(safe.x, window.bottom + 18, safe.w, 60)
    items = (
        pane,
        WordsItem(below, words, seen.tints.ink, "top", role="title"),
    )
    return Face(items, seen.tints.paper)


def drawing_face(setting: Setting, said: str, seen: Drawn, number: int) -> Face:
    """A page for the reader to draw on: fills a book up to the pages that a printer wants."""
    safe = setting.format.safe(setting.binding(number))
    scale = setting.format.type_scale
    words = Words(lines(said), 20.0 * scale, align="center", style="italic")
    head = Rect(safe.x, safe.y, safe.w, 40.0 * scale)
    frame = Rect(safe.x, head.bottom + 6, safe.w, safe.bottom - head.bottom - 6)
    items = (
        WordsItem(head, words, seen.tints.ink),
        OrnamentItem("frame", frame, seen.tints.accent),
    )
    return Face(items, seen.tints.paper, False)


def star_face(setting: Setting, seen: Drawn) -> Face:
    """A quiet page with a star, where the next picture wants to begin on the other side."""
    form = setting.format
    star = Rect(form.width / 2 - 14, form.height / 2 - 14, 28, 28)
    return Face((OrnamentItem("star", star, seen.tints.accent),), seen.tints.paper, False)


def fitted(
    setting: Setting, text: str, wide: float, size: float, high: float
) -> tuple[Words, float]:
    """A heading in the largest type (at most `size`) in which it fits, and how high it is."""
    for part in (1.0, 0.88, 0.77, 0.68, 0.6, 0.52, 0.44, 0.36, 0.28):
        words = _heading(text, part * size)
        word = _heading(max(text.split(), key=len, default=""), part * size)
        (tall, _), (_, used) = setting.measure([(words, wide), (word, 4.0 * wide)])
        if tall <= high and used <= wide:
            break
    return words, tall


def _heading(text: str, size: float) -> Words:
    return Words(lines(text), size, 0.62, "center", "bold", lettering=True)


def pane_in(safe: Rect, top: float, side: float, seen: Drawn) -> tuple[Rect, PictureItem]:
    """A pane in the middle of a page and its place: round, or all of a wide picture.

    Args:
        top: of its place; side: of a round one, and the height of any.
    """
    if seen.aspect < _WIDE:
        place = Rect(safe.x + (safe.w - side) / 2, top, side, side)
        return place, PictureItem(seen.key, window_on(place, seen), seen.alt, side / 2)
    high = min(side, 0.86 * safe.w / seen.aspect)
    wide = high * seen.aspect
    place = Rect(safe.x + (safe.w - wide) / 2, top + (side - high) / 2, wide, high)
    return place, PictureItem(seen.key, Crop(place, place), seen.alt, 0.09 * high)


def window_on(window: Rect, seen: Drawn) -> Crop:
    """A frame that shows as much of a picture as everybody needs, but not much more."""
    if not seen.figures:
        return cropped(window, seen.aspect)
    left = min(f.box[0] for f in seen.figures)
    top = min(f.box[1] for f in seen.figures)
    right = max(f.box[2] for f in seen.figures)
    bottom = max(f.box[3] for f in seen.figures)
    wide, high = (right - left) * seen.aspect, bottom - top
    # In a circle, corners are lost: what is to be seen lies within.
    part = min(1.0, 1.12 * max(wide, high))
    tall = window.h / part
    whole = Rect(0.0, 0.0, tall * seen.aspect, tall)
    x = _within((left + right) / 2 * whole.w - window.w / 2, whole.w - window.w)
    y = _within((top + bottom) / 2 * whole.h - window.h / 2, whole.h - window.h)
    return Crop(window, whole.moved(window.x - x, window.y - y))


def _within(value: float, most: float) -> float:
    return min(max(value, 0.0), max(most, 0.0))
