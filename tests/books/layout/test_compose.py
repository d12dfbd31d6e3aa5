"""Nobody is covered or cut, nothing stands in the gutter or the trim, sizes follow the age."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.books.layout.boxes import AROUND, best_place
from castmates.books.layout.calm import CalmMap
from castmates.books.layout.compose import compose, pictures_of, setting_of
from castmates.books.layout.cropping import cropped
from castmates.books.layout.formats import format_names, page_format
from castmates.books.layout.geometry import Rect
from castmates.books.layout.imprint import imprint_lines, may_be_sold
from castmates.books.layout.items import Composed, PanelItem, PictureItem, WordsItem
from castmates.books.layout.quotes import printed
from castmates.books.layout.setting import Setting
from castmates.books.layout.tints import contrast, tints_of
from castmates.books.values import LAYOUTS, Book, BookPage, Figure, ModelUse
from castmates.core.errors import BadInput, Missing
from tests.books.conftest import small_book


def composed(book: Book, setting: Setting) -> Composed:
    return compose(book, setting, pictures_of(book))


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_word_over_anybody_and_none_near_an_edge(name: str, layout: str) -> None:
    book = small_book()
    setting = setting_of(book, name, layout)  # type: ignore[arg-type]
    figures = {page.number: page.figures for page in book.pages}
    sheets = composed(book, setting).sheets
    for sheet in sheets:
        safe = setting.format.safe(sheet.binding)
        assert sheet.binding == ("left" if sheet.number % 2 else "right")
        words = [item for item in sheet.items if isinstance(item, WordsItem)]
        panels = [item.rect for item in sheet.items if isinstance(item, PanelItem)]
        for item in words:
            assert safe.grown(7.0).holds(item.rect)
        for picture in (item for item in sheet.items if isinstance(item, PictureItem)):
            if sheet.kind != "picture":
                continue
            for figure in figures[picture.key]:
                seen = picture.crop.place(figure.box)
                assert not any(rect.grown(AROUND - 0.1).meets(seen) for rect in panels)
                # What lies outside the frame is not seen, and so not covered.
                shown = seen.meets(picture.crop.frame)
                story = [w.rect for w in words if w.role == "story"]
                assert not (
                    shown and picture.crop.frame.holds(seen) and any(r.meets(seen) for r in story)
                )
    assert {sheet.page for sheet in sheets if sheet.page} == {1, 2, 3}


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("layout", ["box", "facing", "above"])
def test_nobody_is_cut_by_the_trim(name: str, layout: str) -> None:
    book = small_book()
    setting = setting_of(book, name, layout)  # type: ignore[arg-type]
    figures = {page.number: page.figures for page in book.pages}
    for sheet in composed(book, setting).sheets:
        pictures = [item for item in sheet.items if isinstance(item, PictureItem)]
        for item in pictures if sheet.kind == "picture" else []:
            for figure in figures[item.key]:
                seen = item.crop.place(figure.box)
                slack = 0.01 * max(seen.w, seen.h)
                assert item.crop.frame.holds(seen, slack)
                # Feet stand on the picture's edge, and may bleed with it.
                assert min(seen.x, seen.y) >= -slack
                assert seen.right <= setting.format.width + slack


def test_type_grows_for_the_young_and_every_word_is_set() -> None:
    sizes = {}
    for age in (3, 9):
        book = replace(small_book(), age=age)
        sheets = composed(book, setting_of(book)).sheets
        items = [i for s in sheets if s.page for i in s.items if isinstance(i, WordsItem)]
        sizes[age] = max(item.words.size for item in items)
        said = " ".join(
            run.text for i in items for p in i.words.paragraphs for line in p for run in line
        )
        assert "red balloon" in said
        assert "“Hello!”" in said
    assert sizes[3] > sizes[9]


def test_a_pair_opens_on_the_left() -> None:
    book = small_book()
    pages = tuple(
        replace(page, layout="facing" if page.number == 2 else None) for page in book.pages
    )
    sheets = composed(replace(book, pages=pages), setting_of(book)).sheets
    text, picture = (sheet for sheet in sheets if sheet.page == 2)
    assert (text.kind, picture.kind) == ("text", "picture")
    assert (text.number % 2, picture.number) == (0, text.number + 1)
    assert text.binding == "right"


def wide_book() -> Book:
    """One wide picture with somebody on the right, and calm on the left."""
    picture = np.full((100, 200, 3), 210, np.uint8)
    picture[40:90, 150:180] = np.random.default_rng(0).integers(0, 255, (50, 30, 3))
    figure = Figure("pip", (0.75, 0.4, 0.9, 0.9))
    page = BookPage(1, "Pip ran on and on.", picture, (figure,), "Pip runs.", "spread")
    return Book("Wide", (page,))


def test_a_spread_is_one_picture_over_two_pages_with_words_where_it_is_calm() -> None:
    book = wide_book()
    setting = setting_of(book)
    result = composed(book, setting)
    left, right = (sheet for sheet in result.sheets if sheet.page == 1)
    assert (left.number % 2, right.number % 2) == (0, 1)
    first, second = left.items[0], right.items[0]
    assert isinstance(first, PictureItem)
    assert isinstance(second, PictureItem)
    wide = setting.format.width
    assert second.crop.whole.x == pytest.approx(first.crop.whole.x - wide)
    assert [type(i) for i in left.items] == [PictureItem, PanelItem, WordsItem]
    assert len(right.items) == 1
    assert not result.findings


def test_a_spread_that_would_fold_somebody_becomes_two_pages() -> None:
    book = wide_book()
    page = replace(book.pages[0], figures=(Figure("pip", (0.45, 0.4, 0.6, 0.9)),))
    result = composed(replace(book, pages=(page,)), setting_of(book))
    assert "over the gutter" in str(result.findings[0])


def test_where_somebody_fills_the_picture_the_words_move() -> None:
    book = small_book()
    page = replace(book.pages[0], figures=(Figure("pip", (0.02, 0.02, 0.98, 1.0)),))
    result = composed(replace(book, pages=(page,)), setting_of(book))
    assert "stand below the picture" in str(result.findings[0])


def test_words_that_fit_on_no_page_are_refused_by_number() -> None:
    book = small_book()
    page = replace(book.pages[0], text="wonderful " * 219)
    with pytest.raises(BadInput, match="Page 1 has too many words"):
        composed(replace(book, age=3, pages=(page,)), setting_of(replace(book, age=3)))


def test_missing_pictures_are_all_named() -> None:
    book = small_book()
    pages = tuple(replace(page, picture=None) for page in book.pages)
    with pytest.raises(Missing, match="no picture for page 1, 2, 3"):
        pictures_of(replace(book, pages=pages))
    with pytest.raises(BadInput, match="has no pages"):
        pictures_of(replace(book, pages=()))


def test_books_are_filled_up_with_pages_to_draw_on() -> None:
    book = small_book()
    sheets = compose(book, setting_of(book), multiple=4, at_least=10).sheets
    assert len(sheets) == 12
    assert sheets[-1].kind == "extra"


@given(st.floats(0.3, 3.0), st.floats(0.3, 3.0), st.tuples(*[st.floats(0, 1)] * 4))
def test_a_crop_covers_its_frame_and_keeps_who_fits(
    frame_aspect: float, aspect: float, edges: tuple[float, float, float, float]
) -> None:
    left, right = sorted(edges[:2])
    top, bottom = sorted(edges[2:])
    frame = Rect(-5.0, -5.0, 100.0 * frame_aspect, 100.0)
    crop = cropped(frame, aspect, [Figure("a", (left, top, right, bottom))])
    assert crop.whole.holds(frame, slack=1e-6)
    assert crop.whole.w / crop.whole.h == pytest.approx(aspect)
    seen = crop.place((left, top, right, bottom))
    fits = seen.w <= frame.w and seen.h <= frame.h
    assert (crop.cut == ()) or not fits


def test_calm_is_where_nothing_happens() -> None:
    picture = np.full((120, 120, 3), 128, np.uint8)
    picture[:, 60:] = np.random.default_rng(1).integers(0, 255, (120, 60, 3))
    calm = CalmMap(picture)
    assert calm.of((0.0, 0.0, 0.4, 1.0)) > 0.95 > 2 * calm.of((0.6, 0.0, 1.0, 1.0))
    crop = cropped(Rect(0, 0, 300, 300), 1.0)
    found = best_place([(90, 60)], Rect(20, 20, 260, 260), crop, calm, [])
    assert found is not None
    assert found.rect.right <= 150
    taken = [Rect(0, 0, 300, 300)]
    assert best_place([(90, 60)], Rect(20, 20, 260, 260), crop, calm, taken) is None


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_words_can_be_read_on_every_tint(colour: tuple[int, int, int]) -> None:
    tints = tints_of(np.full((32, 32, 3), colour, np.uint8))
    assert contrast(tints.paper, tints.ink) >= 7
    assert contrast(tints.deep, (255, 255, 255)) >= 5.5


def test_unknown_formats_have_near_names() -> None:
    assert page_format("a5 landscape").name == "A5-landscape"
    assert page_format("8.5×8.5").width == 612.0
    with pytest.raises(BadInput, match="Did you mean '8x10'"):
        page_format("8x1")


def test_quotes_are_printed_ones() -> None:
    assert printed('"Go!" she said. "It\'s me."', "en") == "“Go!” she said. “It’s me.”"
    assert printed('"Los!" sagte sie.', "de") == "„Los!“ sagte sie."
    assert printed('"x"', "xx") == '"x"'


def test_the_imprint_says_models_licences_and_sale() -> None:
    book = small_book()
    said = "\n".join(imprint_lines(book))
    assert "storybook (Apache-2.0): drew the pictures." in said
    assert "made with AI" in said
    assert "allow the book to be sold" in said
    flux = ModelUse(name="flux-dev", licence="non-commercial", may_sell=False)
    imprint = book.imprint.model_copy(update={"models": (*book.imprint.models, flux)})
    assert "may not be sold: the licence of flux-dev" in "\n".join(
        imprint_lines(replace(book, imprint=imprint))
    )
    assert may_be_sold((ModelUse(name="mine"),)) is None


def test_right_to_left_books_are_bound_on_the_right() -> None:
    book = replace(small_book(), language="he")
    pages = tuple(replace(page, text="שלום לכם ילדים") for page in book.pages)
    book = replace(book, pages=pages)
    setting = setting_of(book)
    assert setting.rtl
    assert [sheet.binding for sheet in composed(book, setting).sheets[:2]] == ["right", "left"]
