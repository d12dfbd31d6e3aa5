"""Bound books: boxes, fonts and dpi by pikepdf, the reader's files, and what printers refuse."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pikepdf
import pytest
from PIL import Image

from castmates.books.binding.bind import PARTS, Binding, Bound, bind
from castmates.books.binding.printers import paper_named, paper_names, printer_of
from castmates.books.values import Book, Figure, Finding
from castmates.core.errors import BadInput, CastmatesError
from castmates.core.events import Event, Made
from castmates.files import images
from tests.books.conftest import small_book

CHECKER = Path("/usr/share/java/epubcheck.jar")


@pytest.fixture(scope="module")
def bound(tmp_path_factory: pytest.TempPathFactory) -> Bound:
    return bind(small_book(), tmp_path_factory.mktemp("book"), "balloon")


def boxes(page: pikepdf.Page, name: str) -> list[float]:
    return [float(edge) for edge in page.obj[name]]


def fonts_of(pdf: pikepdf.Pdf) -> list[pikepdf.Object]:
    found = []
    for page in pdf.pages:
        for font in (page.obj.Resources.get("/Font") or {}).values():
            found += list(font.DescendantFonts) if "/DescendantFonts" in font else [font]
    return found


def test_every_part_is_there(bound: Bound) -> None:
    assert set(bound.files) == set(PARTS)
    assert all(path.exists() for path in bound.files.values())


@pytest.mark.parametrize(
    ("name", "size", "bleed"),
    [
        ("8.5x8.5", (612.0, 612.0), 9.0),
        ("8x10", (576.0, 720.0), 9.0),
        ("8.5x11", (612.0, 792.0), 9.0),
        ("A4", (595.276, 841.89), 8.504),
        ("A5-landscape", (595.276, 419.528), 8.504),
    ],
)
def test_the_print_pdf_has_its_boxes_and_fonts(
    tmp_path: Path, name: str, size: tuple[float, float], bleed: float
) -> None:
    made = bind(small_book(), tmp_path, "b", Binding(format=name, paper="home"), ("pdf",))
    with pikepdf.open(made.files["pdf"]) as pdf:
        for page in pdf.pages:
            wanted = [0, 0, size[0] + 2 * bleed, size[1] + 2 * bleed]
            assert boxes(page, "/MediaBox") == pytest.approx(wanted, abs=0.02)
            assert boxes(page, "/BleedBox") == boxes(page, "/MediaBox")
            trim = boxes(page, "/TrimBox")
            assert trim == pytest.approx([bleed, bleed, bleed + size[0], bleed + size[1]], abs=0.02)
        assert fonts_of(pdf)
        for font in fonts_of(pdf):
            assert {"/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys())


def test_without_inner_bleed_pages_end_at_the_binding(tmp_path: Path) -> None:
    made = bind(small_book(), tmp_path, "b", Binding(paper="kdp-white"), ("pdf",))
    with pikepdf.open(made.files["pdf"]) as pdf:
        first, second = (boxes(page, "/MediaBox") for page in list(pdf.pages)[:2])
    assert first == pytest.approx([9.0, 0.0, 630.0, 630.0])
    assert second == pytest.approx([0.0, 0.0, 621.0, 630.0])


def test_pictures_of_files_reach_the_printer_as_they_are(tmp_path: Path) -> None:
    book = small_book()
    path = tmp_path / "one.png"
    assert isinstance(book.pages[0].picture, np.ndarray)
    images.write_png(path, book.pages[0].picture)
    pages = (replace(book.pages[0], picture=path), *book.pages[1:])
    made = bind(replace(book, pages=pages), tmp_path, "b", parts=("pdf",))
    with pikepdf.open(made.files["pdf"]) as pdf:
        found = []
        for page in pdf.pages:
            for picture in (
                page.get_images().values() if hasattr(page, "get_images") else page.images.values()
            ):
                decoded = pikepdf.PdfImage(picture).as_pil_image().convert("RGB")
                found.append(np.array(decoded))
    assert any(
        each.shape == book.pages[0].picture.shape and (each == book.pages[0].picture).all()
        for each in found
    )


def test_the_cover_is_as_wide_as_two_pages_and_the_spine(bound: Bound) -> None:
    paper = paper_named("kdp-premium-color")
    with pikepdf.open(bound.files["pdf"]) as pdf:
        spine = paper.spine(len(pdf.pages))
    with pikepdf.open(bound.files["cover"]) as pdf:
        assert len(pdf.pages) == 1
        left, _, right, _ = boxes(pdf.pages[0], "/TrimBox")
    assert right - left == pytest.approx(2 * 612 + spine, abs=0.02)


def test_spines_follow_the_formula() -> None:
    assert paper_named("kdp-white").spine(100) == pytest.approx(100 * 0.002252 * 72)
    assert paper_named("lulu-60lb").spine(100) == pytest.approx((100 * 0.0022523 + 0.06) * 72)
    assert all(printer_of(paper_named(name)).dpi for name in paper_names())
    with pytest.raises(BadInput, match="Did you mean 'kdp-white'"):
        paper_named("kdp-whit")


def test_the_epub_is_fixed_and_says_what_pictures_show(bound: Bound) -> None:
    with zipfile.ZipFile(bound.files["epub"]) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert archive.read("mimetype") == b"application/epub+zip"
        package = ElementTree.fromstring(archive.read("book/package.opf"))
        names = set(archive.namelist())
        pages = [n for n in names if re.fullmatch(r"book/s\d+\.xhtml", n)]
        texts = {name: archive.read(name).decode() for name in pages}
    opf = "{http://www.idpf.org/2007/opf}"
    items = {item.get("id"): item.get("href") for item in package.iter(f"{opf}item")}
    assert {f"book/{href}" for href in items.values()} | {
        *("mimetype", "META-INF/container.xml", "book/package.opf")
    } == names
    assert all(ref.get("idref") in items for ref in package.iter(f"{opf}itemref"))
    assert "pre-paginated" in [meta.text for meta in package.iter(f"{opf}meta")]
    for text in texts.values():
        root = ElementTree.fromstring(text)
        for image in root.iter("{http://www.w3.org/1999/xhtml}img"):
            # Pages of words alone show nothing else.
            assert image.get("alt") is not None
    assert any("Pip in a yellow shirt is running" in text for text in texts.values())
    assert any("“Hello!” said Moss." in text for text in texts.values())


@pytest.mark.slow
@pytest.mark.skipif(
    not (CHECKER.is_file() and shutil.which("java")), reason="epubcheck is not on this machine"
)
def test_epubcheck_finds_nothing(bound: Bound) -> None:
    done = subprocess.run(
        ["java", "-jar", str(CHECKER), str(bound.files["epub"])], capture_output=True, text=True
    )
    assert "0 fatals / 0 errors / 0 warnings" in done.stdout


def test_the_flip_book_asks_nobody_for_anything(bound: Bound) -> None:
    html = bound.files["html"].read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["']?(?!data:)\w""", html)
    assert "https://" not in html
    assert html.count("data:image/jpeg;base64,") == html.count('class="face')
    assert html.count('class="face') % 2 == 0
    assert "ArrowRight" in html
    assert "touchstart" in html
    assert "prefers-reduced-motion" in html


def test_pages_are_pngs_of_their_shape(bound: Bound) -> None:
    pngs = sorted(bound.files["pages"].glob("*.png"))
    assert pngs[0].name == "0000.png"
    with Image.open(pngs[3]) as picture:
        assert picture.size == (1275, 1275)


def test_titles_that_look_like_code_stay_words(tmp_path: Path) -> None:
    book = replace(small_book(), title='<b>#"Pip" & $x$</b>', author="A <script>", blurb="*no* #x")
    made = bind(book, tmp_path, "b", Binding(format="A5-landscape"), ("pdf", "epub", "html"))
    assert "<b>#" not in made.files["html"].read_text(encoding="utf-8")
    with pikepdf.open(made.files["pdf"]) as pdf:
        assert str(pdf.docinfo["/Title"]) == book.title


def digests(folder: Path) -> dict[str, str]:
    return {
        path.name: sha256(path.read_bytes()).hexdigest() for path in (folder / "pages").iterdir()
    }


def redrawn(book: Book, number: int) -> Book:
    """The book with another picture on one page."""
    old = book.pages[number - 1]
    assert isinstance(old.picture, np.ndarray)
    new = replace(old, picture=255 - old.picture)
    return replace(book, pages=tuple(new if p is old else p for p in book.pages))


def page_bytes(path: Path) -> list[bytes]:
    """What each page of a PDF draws: its content and its pictures."""
    with pikepdf.open(path) as pdf:
        return [
            page.Contents.read_bytes()
            + b"".join(bytes(p.read_raw_bytes()) for p in _pictures(page.obj))
            for page in pdf.pages
        ]


def _pictures(obj: pikepdf.Object) -> list[pikepdf.Object]:
    found = []
    for each in (obj.Resources.get("/XObject") or {}).values():
        if each.get("/Subtype") == "/Image":
            found.append(each)
        elif "/Resources" in each:
            found += _pictures(each)
    return found


def test_the_same_book_is_the_same_bytes_and_a_redrawn_page_is_one_page(tmp_path: Path) -> None:
    book, parts = small_book(), ("pdf", "pages", "epub")
    small = Binding(format="A5-landscape")
    first = bind(book, tmp_path / "a", "b", small, parts)
    again = bind(book, tmp_path / "b", "b", small, parts)
    other = bind(redrawn(book, 1), tmp_path / "c", "b", small, parts)
    for part in ("pdf", "epub"):
        assert first.files[part].read_bytes() == again.files[part].read_bytes()
    assert digests(tmp_path / "a") == digests(tmp_path / "b")
    # The first page of the story is the fourth of the book, behind title, imprint, dedication.
    old, new = page_bytes(first.files["pdf"]), page_bytes(other.files["pdf"])
    assert [at for at, (x, y) in enumerate(zip(old, new, strict=True), 1) if x != y] == [4]
    before, after = digests(tmp_path / "a"), digests(tmp_path / "c")
    assert [name for name in sorted(before) if before[name] != after[name]] == ["0004.png"]


def said(found: tuple[Finding, ...], level: str) -> str:
    return "\n".join(str(each) for each in found if each.level == level)


def test_preflight_names_what_a_printer_would_refuse(bound: Bound) -> None:
    stops = said(bound.findings, "stop")
    assert "Amazon KDP paperback binds 24 or more" in stops
    assert re.search(
        r"Page 1: its picture has 160x160 pixels, 18 dpi on paper; .* wants 300", stops
    )
    assert not bound.printable


def test_letters_that_no_font_has_are_named_with_their_page(tmp_path: Path) -> None:
    book = small_book()
    pages = (replace(book.pages[0], text="Pip saw \U00012000."), *book.pages[1:])
    made = bind(replace(book, pages=pages), tmp_path, "b", parts=("pdf",))
    assert "Page 1: no font here has '\U00012000' (U+12000)" in said(made.findings, "stop")


def test_faces_near_the_trim_are_told(tmp_path: Path) -> None:
    book = small_book()
    figure = Figure("pip", (0.0, 0.5, 0.3, 0.9), (0.015, 0.5, 0.2, 0.7))
    page = replace(book.pages[0], figures=(figure,), layout="box")
    made = bind(replace(book, pages=(page,)), tmp_path, "b", parts=("pdf",))
    assert "the face of pip is" in said(made.findings, "look")
    assert "inches from the trim" in said(made.findings, "look")


def test_filling_up_makes_a_book_thick_enough(tmp_path: Path) -> None:
    made = bind(small_book(), tmp_path, "b", Binding(fill=True), ("pdf",))
    with pikepdf.open(made.files["pdf"]) as pdf:
        assert len(pdf.pages) == 24
    assert "binds 24" not in said(made.findings, "stop")


def test_what_is_made_is_told(tmp_path: Path) -> None:
    told: list[Event] = []
    bind(small_book(), tmp_path, "b", parts=("screen",), tell=told.append)
    assert [event.what for event in told if isinstance(event, Made)] == ["screen"]


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(CastmatesError, match="is a file; wanted a folder"):
        bind(small_book(), tmp_path / "x", "b", parts=("pdf",))


def test_right_to_left_books_turn_the_other_way(tmp_path: Path) -> None:
    book = small_book()
    pages = tuple(replace(page, text="שלום לכם ילדים") for page in book.pages)
    made = bind(
        replace(book, pages=pages, language="he"),
        tmp_path,
        "b",
        Binding(format="A5-landscape"),
        ("pdf", "epub", "html"),
    )
    with pikepdf.open(io.BytesIO(made.files["pdf"].read_bytes())) as pdf:
        assert pdf.Root.ViewerPreferences.Direction == "/R2L"
    with zipfile.ZipFile(made.files["epub"]) as archive:
        assert b'page-progression-direction="rtl"' in archive.read("book/package.opf")
    assert 'class="rtl"' in made.files["html"].read_text(encoding="utf-8")
