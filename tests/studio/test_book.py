"""The verbs `book make`, `redraw` and `write` on a tiny base: made, gone on with, changed, told."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import save
from castmates.books.illustrating.marks import PageRecord
from castmates.books.plan.file import load_plan
from castmates.core.errors import BadInput, CastmatesError, Missing, Refused
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files.books import BookFolder
from castmates.files.images import read, write_png
from castmates.files.studio import Studio
from castmates.studio.book import BookWish, PageChange, make_book, redraw_page
from castmates.studio.book_work import BookMade, How, with_safe_layouts
from castmates.studio.book_write import StoryWish, write_story

TEXT = """---
age: 5
cast: Sasha = pip
---
# Snow

Sasha ran into the snow.

---
"Hello!" said Moss. He waved at Sasha.
<!-- layout: above -->

---
Then it was night. Sasha slept in her bedroom.
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "tiny")


def studio_in(folder: Path, base: Path) -> Studio:
    made = Studio.init(folder)
    shapes = open_base(base).bank.shapes(conv=True)
    grey = np.random.default_rng(0).integers(0, 255, (4, 64, 64, 3), np.uint8)
    for seed, name in enumerate(("pip", "moss")):
        numbers = torch.Generator().manual_seed(seed)
        factors = {
            layer: Factors(
                0.2 * torch.randn(shape.down(2), generator=numbers),
                0.2 * torch.randn(shape.up(2), generator=numbers),
                1.0,
            )
            for layer, shape in shapes.items()
        }
        kind = {"class_word": "girl" if name == "pip" else "fox", "looks": ("red hoodie",)}
        chosen = {"adapter": f"{name}.safetensors", "strength": 0.5, "base": str(base)}
        folder_ = made.add_character(Character(name=name, trigger=name, **kind, **chosen))
        save(folder_.adapter_path, Adapter(name, "locon", factors))
        folder_.picture_path(1).parent.mkdir(parents=True, exist_ok=True)
        for i in range(2):
            write_png(folder_.picture_path(i + 1), grey[2 * seed + i])
    return made


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("story") / "snow.md"
    path.write_text(TEXT, encoding="utf-8")
    return path


HOW = How(candidates=2, upscaler="lanczos")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Studio:
    return studio_in(tmp_path_factory.mktemp("studio") / "s", base)


@pytest.fixture(scope="module")
def first(studio: Studio, story: Path) -> BookMade:
    return make_book(studio, story, BookWish(how=HOW))


def digests(made: BookMade) -> dict[str, str]:
    folder = Path(made.book) / "pictures"
    return {p.name: sha256(p.read_bytes()).hexdigest() for p in sorted(folder.glob("*.jpg"))}


def streams(path: str) -> list[bytes]:
    """What each page of a PDF draws, its pictures among it."""
    with pikepdf.open(path) as pdf:
        return [_drawn(page) for page in pdf.pages]


def _drawn(page: pikepdf.Page) -> bytes:
    parts = [page.Contents.read_bytes()]
    found = dict(page.Resources.get("/XObject", {}))
    parts += [found[name].read_raw_bytes() for name in sorted(found)]
    return sha256(b"".join(parts)).digest()


@pytest.mark.slow
def test_a_story_becomes_every_file_of_a_book(first: BookMade) -> None:
    for name in ("pdf", "cover", "screen", "epub", "html", "sheet"):
        assert Path(getattr(first, name)).is_file(), name
    assert [page.page for page in first.drawn] == [0, 1, 2, 3]
    folder = Path(first.book)
    assert len(list((folder / "pictures" / "01").glob("*.png"))) == 2
    assert read(next((folder / "pictures").glob("01-*.jpg"))).shape == (2625, 2625, 3)
    assert "candidate" in first.drawn[0].why
    plan = load_plan(folder / "book.toml")
    assert plan.cast == ("Sasha = pip",)
    assert [f.name for f in plan.page[1].figure] == ["moss", "pip"]
    assert (folder / "story.md").read_text(encoding="utf-8") == TEXT


@pytest.mark.slow
def test_where_nobody_can_look_words_stand_below(first: BookMade, story: Path) -> None:
    folder = Path(first.book)
    records = {n: _record(folder, n) for n in (1, 2, 3)}
    assert not any(record.looked for record in records.values())
    plan = with_safe_layouts(load_plan(folder / "book.toml"), records)
    assert [page.layout for page in plan.page] == ["above"] * 3
    with pikepdf.open(first.pdf) as pdf:
        assert len(pdf.pages) == 6


def _record(folder: Path, number: int) -> PageRecord:
    path = BookFolder(folder).record(number)
    return PageRecord.model_validate_json(path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_same_again_draws_nothing(
    studio: Studio, story: Path, first: BookMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, pdf = digests(first), streams(first.pdf)

    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("something was drawn again")

    monkeypatch.setattr("castmates.studio.book_draw.Painter.draw", never)
    again = make_book(studio, story, BookWish(how=HOW))
    assert (digests(again), streams(again.pdf)) == (before, pdf)


@pytest.mark.slow
def test_killed_while_drawing_it_goes_on(
    tmp_path: Path, story: Path, base: Path, first: BookMade, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = studio_in(tmp_path / "s", base)
    from castmates.studio import book_draw

    written: list[Path] = []

    def stops(drawn: Any, path: Path) -> None:
        if len(written) == 3:
            raise KeyboardInterrupt
        write_png(path, drawn.pixels, drawn.texts)
        written.append(path)

    monkeypatch.setattr(book_draw, "write_drawn", stops)
    with pytest.raises(KeyboardInterrupt):
        make_book(own, story, BookWish(how=HOW))
    monkeypatch.undo()
    times = {path: path.stat().st_mtime_ns for path in written}
    made = make_book(own, story, BookWish(how=HOW))
    assert {path: path.stat().st_mtime_ns for path in written} == times
    assert digests(made).keys() == digests(first).keys()


@pytest.mark.slow
def test_one_page_is_drawn_anew_and_no_other(tmp_path: Path, story: Path, base: Path) -> None:
    own = studio_in(tmp_path / "s", base)
    made = make_book(own, story, BookWish(how=HOW))
    before, pages = digests(made), streams(made.pdf)
    again = redraw_page(own, "snow", 2, PageChange(), HOW)
    after, fresh = digests(again), streams(again.pdf)
    assert {name[:2] for name in before.keys() ^ after.keys()} == {"02"}
    assert sum(one != other for one, other in zip(pages, fresh, strict=True)) == 1
    # All candidates are kept, and an earlier one can be had again.
    assert len(list((Path(made.book) / "pictures" / "02").glob("*.png"))) == 4
    picked = redraw_page(own, "snow", 2, PageChange(pick=2), HOW)
    assert picked.drawn[2].picture.endswith(".png")
    assert "/02-" in picked.drawn[2].picture
    with pytest.raises(BadInput, match="no candidate 9"):
        redraw_page(own, "snow", 2, PageChange(pick=9), HOW)
    redraw_page(own, "snow", 2, PageChange(locked=True), HOW)
    with pytest.raises(BadInput, match="Page 2 is locked"):
        redraw_page(own, "snow", 2, PageChange(), HOW)
    locked = digests(picked)
    kept = make_book(own, story, BookWish(style="sketch", how=HOW))
    assert {name[:2] for name in locked.keys() & digests(kept).keys()} == {"02"}


@pytest.mark.slow
def test_a_page_is_redrawn_as_the_book_was_made(tmp_path: Path, story: Path, base: Path) -> None:
    own = studio_in(tmp_path / "s", base)
    how = How(candidates=3, seed=7, finder="none", upscaler="lanczos", fill=True)
    made = make_book(own, story, BookWish(how=how))
    path, folder = Path(made.book) / "book.toml", Path(made.book) / "pictures" / "02"
    plan = load_plan(path)
    kept = {name: getattr(plan, name) for name in ("candidates", "seed", "finder", "fill")}
    assert kept == {"candidates": 3, "seed": 7, "finder": "none", "fill": True}
    told: list[Event] = []
    again = redraw_page(own, "snow", 2, PageChange(), tell=told.append)
    assert len(list(folder.glob("*.png"))) == 6
    assert {one.seed for one in _record(Path(made.book), 2).candidates} == {20107, 20108, 20109}
    assert not any("upscaler" in each.what for each in told if isinstance(each, Warned))
    with pikepdf.open(again.pdf) as pdf:
        assert len(pdf.pages) == 24
    # What is said for a page is for that page alone, and making the book again keeps it.
    redraw_page(own, "snow", 2, PageChange(), How(candidates=2, fill=False))
    assert load_plan(path) == plan
    make_book(own, story, BookWish(how=How(fill=False)))
    assert len(list(folder.glob("*.png"))) == 8
    redraw_page(own, "snow", 1, PageChange(pick=2))
    make_book(own, story, BookWish(how=How(candidates=4)))
    counts = [len(list(folder.with_name(f"{n:02d}").glob("*.png"))) for n in range(4)]
    assert counts == [4, 3, 8, 4]
    assert _record(Path(made.book), 1).picked
    path.write_text(path.read_text("utf-8").replace('"round"', '"dislexia"'), "utf-8")
    with pytest.raises(BadInput, match="Did you mean 'dyslexia'"):
        redraw_page(own, "snow", 2, PageChange(locked=True))


@pytest.mark.slow
def test_one_thing_is_changed_from_the_same_seeds(studio: Studio, first: BookMade) -> None:
    change = PageChange(settings=("where=forest", "Sasha.pose=jumping"))
    made = redraw_page(studio, "snow", 1, change, HOW)
    page = load_plan(Path(first.book) / "book.toml").page[0]
    assert (page.where, page.figure[0].pose) == ("forest", "jumping")
    names = [Path(one.picture).name.split("-")[1] for one in (first.drawn[1], made.drawn[1])]
    assert set(names) <= {"10000", "10001"}
    for said, wrong in (
        ("wher=x", "Did you mean 'where'"),
        ("bolt.pose=x", "nobody in the cast"),
        ("moss.pose=x", "not on page 1"),
        ("framing", "no '='"),
    ):
        with pytest.raises(BadInput, match=wrong):
            redraw_page(studio, "snow", 1, PageChange(settings=(said,)), HOW)
    with pytest.raises(BadInput, match="pages 1 to 3"):
        redraw_page(studio, "snow", 9, PageChange(), HOW)
    with pytest.raises(Missing, match="No book 'snwo'"):
        redraw_page(studio, "snwo", 1, PageChange(), HOW)


@pytest.mark.slow
def test_a_page_and_the_cover_start_from_pictures(studio: Studio, tmp_path: Path) -> None:
    sketch = tmp_path / "sketch.png"
    write_png(sketch, np.full((96, 96, 3), 90, np.uint8))
    made = redraw_page(studio, "snow", 3, PageChange(start=sketch), HOW)
    assert load_plan(Path(made.book) / "book.toml").page[2].start == "starts/03.png"
    sketch.unlink()
    made = redraw_page(studio, "snow", 3, PageChange(settings=("time=day",)), HOW)
    assert made.drawn[3].picture
    write_png(sketch, np.full((96, 96, 3), 30, np.uint8))
    cover = redraw_page(studio, "snow", 0, PageChange(start=sketch), HOW)
    assert load_plan(Path(cover.book) / "book.toml").cover == "starts/00.png"
    (Path(made.book) / "starts" / "03.png").unlink()
    with pytest.raises(Missing, match="page 3 starts from it"):
        redraw_page(studio, "snow", 1, PageChange(), HOW)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "holds no words"),
        ("Pip", "is one word"),
        ("\n---\n".join(["Pip ran home."] * 300), "300 pages"),
        (f"Pip ran. {'very ' * 2000}", "2002 words"),
        ("---\ncast: Sasha is pip\n---\nSasha ran.", "does not say who plays whom"),
    ],
)
def test_stories_that_are_none_are_told_before_drawing(
    studio: Studio, tmp_path: Path, text: str, wrong: str
) -> None:
    path = tmp_path / "bad.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=wrong):
        make_book(studio, path, BookWish())


def test_who_nobody_knows_is_told(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "other.md"
    path.write_text("# T\n\nThen Theo ran.\n---\nWhere is Theo?", encoding="utf-8")
    with pytest.raises(Missing, match="The story names Theo, and nobody of the cast"):
        make_book(studio, path, BookWish())
    with pytest.raises(Missing, match="Did you mean 'moss'"):
        make_book(studio, path, BookWish(cast=("Theo = mosss",)))
    empty = Studio.init(tmp_path / "empty")
    with pytest.raises(Missing, match="nobody in"):
        make_book(empty, path, BookWish())


def test_settings_that_there_are_not_are_told_together(studio: Studio, story: Path) -> None:
    with pytest.raises(BadInput, match="2 things do not fit"):
        make_book(studio, story, BookWish(format="9x9", paper="silk", how=HOW))
    with pytest.raises(BadInput, match="wobbly"):
        make_book(studio, story, BookWish(font="wobbly", how=HOW))


def test_a_broken_plan_is_told_with_line_and_key(tmp_path: Path, base: Path, story: Path) -> None:
    own = Studio.init(tmp_path / "s")
    own.add_character(Character(name="pip", trigger="pip", class_word="girl"))
    folder = own.path / "books" / "snow"
    folder.mkdir(parents=True)
    (folder / "book.toml").write_text('title = "Snow"\nagee = 5\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"book\.toml, line 2: unknown key 'agee'"):
        make_book(own, story, BookWish())


@pytest.mark.slow
def test_letters_emoji_and_directions_are_named(tmp_path: Path, base: Path) -> None:
    own = studio_in(tmp_path / "s", base)
    path = tmp_path / "odd.md"
    path.write_text("# Odd\n\nPip ran 😀 to the \U00013000 sea.\n---\nפיפ רצה הביתה מהר", "utf-8")
    made = make_book(own, path, BookWish(how=How(candidates=1, upscaler="lanczos")))
    said = "\n".join(made.findings)
    assert "is emoji" in said
    assert "reads from right to left" in said
    assert "no font here has" in said
    assert "U+13000" in said
    assert not made.printable


@pytest.mark.slow
def test_a_full_disk_is_told_and_nothing_is_lost(
    tmp_path: Path, base: Path, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = studio_in(tmp_path / "s", base)
    with monkeypatch.context() as full:

        def none_left(*_: Any) -> None:
            raise CastmatesError("The disk is full.", "Make room.")

        full.setattr("castmates.books.binding.bind.write_bytes", none_left)
        with pytest.raises(CastmatesError, match="disk is full"):
            make_book(own, story, BookWish(how=HOW))
    before = sorted(p.name for p in (own.path / "books" / "snow" / "pictures").glob("*.jpg"))
    assert len(before) == 4
    made = make_book(own, story, BookWish(how=HOW))
    assert sorted(digests(made)) == before


def test_a_story_is_written_and_can_be_made(studio: Studio) -> None:
    told: list[Event] = []
    wish = StoryWish(idea="Moss finds a star", pages=6, styles="rhyme", cast=("Sasha = pip",))
    made = write_story(studio, wish, told.append)
    text = Path(made.path).read_text(encoding="utf-8")
    assert text.startswith("---\nage: 5\ncast: Sasha = pip\n---\n")
    assert "Moss" in text
    assert made.pages == 6
    assert any(isinstance(event, Warned) for event in told)
    assert write_story(studio, wish).path.endswith("-2.md")


def test_writers_that_do_not_write_are_told(studio: Studio) -> None:
    with pytest.raises(BadInput, match="idea is empty"):
        write_story(studio, StoryWish(idea="  "))
    with pytest.raises(BadInput, match="Did you mean"):
        write_story(studio, StoryWish(idea="A star", writer="paterns"))
    with pytest.raises(BadInput, match="wants an address"):
        write_story(studio, StoryWish(idea="A star", writer="openai"))
    with pytest.raises(BadInput, match="Nobody in the cast is called 'Theo'"):
        write_story(studio, StoryWish(idea="A star", hero="Theo"))
    gone = {"writer": "openai", "address": "http://127.0.0.1:9/v1", "model": "m"}
    with pytest.raises(Refused, match="cannot be reached"):
        write_story(studio, StoryWish(idea="A star", patience=2.0, **gone))
