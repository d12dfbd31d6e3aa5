"""Wide pictures of two: shown whole on pages and covers, and no title over anybody."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.books.binding.cover import front_sheet
from castmates.books.layout.compose import compose, pictures_of, setting_of
from castmates.books.layout.formats import format_names
from castmates.books.layout.items import PictureItem, WordsItem
from castmates.books.values import Book, BookPage, Figure

PAIR = (Figure("pip", (0.1, 0.08, 0.42, 1.0)), Figure("moss", (0.58, 0.08, 0.9, 1.0)))


def wide(pages: int = 1) -> Book:
    sky = np.full((128, 208, 3), (150, 190, 230), np.uint8)
    sky[90:] = (240, 240, 240)
    text = "Hop, hop, hop! Somebody was there already."
    own = tuple(BookPage(n, text, sky, PAIR) for n in range(1, pages + 1))
    return Book("Two", own, author="Ada", cover=sky, cover_figures=PAIR)


def test_a_wide_picture_goes_from_edge_to_edge_and_is_whole() -> None:
    setting = setting_of(wide())
    [sheet] = [s for s in compose(wide(), setting).sheets if s.kind == "picture"]
    [picture] = [item for item in sheet.items if isinstance(item, PictureItem)]
    frame, whole = picture.crop.frame, picture.crop.whole
    assert (frame.x, frame.right) == (-setting.format.bleed, setting.format.bled.right)
    assert (frame.w, frame.h) == pytest.approx((whole.w, whole.h))
    words = next(item for item in sheet.items if isinstance(item, WordsItem))
    assert words.rect.y >= frame.bottom


def test_what_many_pages_share_is_said_once() -> None:
    found = compose(wide(4), setting_of(wide(4))).findings
    assert [str(each) for each in found] == [
        "On pages 1, 2, 3, 4 the words do not fit in a box on the picture, so they stand below "
        "the picture."
    ]


@pytest.mark.parametrize("name", format_names())
def test_the_cover_has_its_title_over_nobody(name: str) -> None:
    book = wide()
    setting = setting_of(book, name)
    items = front_sheet(book, setting, pictures_of(book)[0]).items
    [picture] = [item for item in items if isinstance(item, PictureItem)]
    words = [item for item in items if isinstance(item, WordsItem)]
    assert len(words) == 2
    for figure in PAIR:
        place = picture.crop.place(figure.box)
        assert picture.crop.frame.holds(place, 1e-3)
        assert not any(item.rect.meets(place) for item in words)
    assert all(setting.format.trim.holds(item.rect) for item in words)
