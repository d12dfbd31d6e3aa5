"""The best candidate, room for words, drift over the pages, and the sheet of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from castmates.backends.finders import open_finder
from castmates.books.illustrating.continuity import Sighting, drift, sightings
from castmates.books.illustrating.marks import Candidate, Mark, PageRecord, Seen, best, why
from castmates.books.illustrating.room import room
from castmates.books.illustrating.sheet import SheetPage, sheet
from castmates.books.layout.compose import compose, pictures_of, setting_of
from castmates.books.layout.items import PictureItem, WordsItem
from castmates.books.plan.plan import PlannedFigure, PlannedPage
from castmates.books.values import Book, Figure
from tests.books.conftest import small_book

FAMILIES = {
    "red hair": "hair_colour",
    "blue hair": "hair_colour",
    "red dress": "outfit",
    "yellow raincoat": "outfit",
}
RIGHT = (0.5, 0.2, 0.9, 1.0)


def seen(name: str, *tags: str, high: float = 0.8, covered: float = 0.0) -> Seen:
    return Seen(name=name, box=(0.1, 1 - high, 0.4, 1.0), tags=tags, covered=covered)


def test_who_is_there_counts_before_all_else() -> None:
    alone = Mark(there=1, likeness=0.9, obedience=0.9, room=0.9)
    both = Mark(there=2, likeness=0.2, obedience=0.1, room=0.0)
    assert best([alone, both]) == 1
    assert best([both, both]) == 0
    assert best([both, both.model_copy(update={"room": 0.5})]) == 1


def test_what_nobody_measured_takes_no_part() -> None:
    assert Mark(room=0.4).quality == pytest.approx(0.4)
    assert Mark(likeness=1.0, obedience=0.5, room=0.0).quality == pytest.approx(0.65)


def test_a_choice_says_why_and_comes_back_from_its_file() -> None:
    marks = [Mark(there=1, likeness=0.5, room=0.25, says="everybody is there"), Mark()]
    some = [Candidate(file=f"{i}.png", seed=i, mark=mark) for i, mark in enumerate(marks)]
    assert why(some, 0) == "candidate 1 of 2: likeness 0.50, room 0.25; everybody is there"
    record = PageRecord(asked="x", candidates=tuple(some), chosen="0.png")
    assert PageRecord.model_validate_json(record.model_dump_json()) == record
    assert record.best == some[0]


def test_room_is_calm_and_over_nobody() -> None:
    picture = np.full((96, 96, 3), 200, np.uint8)
    assert room(picture, []) == pytest.approx(1.0)
    assert room(picture, [(0.0, 0.0, 1.0, 1.0)]) == 0.0
    picture[:48] = np.random.default_rng(0).integers(0, 255, (48, 96, 3), np.uint8)
    calm_below, calm_taken = room(picture, []), room(picture, [(0.0, 0.5, 1.0, 1.0)])
    assert calm_below > 0.9 > calm_taken


def told(some: dict[str, list[Sighting]]) -> str:
    return "\n".join(str(each) for each in drift(some, FAMILIES))


def test_hair_that_changes_is_flagged_on_its_page() -> None:
    pages = [Sighting(n, seen("pip", "red hair")) for n in (1, 2, 4)]
    assert "Page" not in told({"pip": pages})
    drifted = [*pages, Sighting(3, seen("pip", "blue hair"))]
    assert "Page 3: hair colour of pip: blue hair here, red hair on most pages." in told(
        {"pip": drifted}
    )
    hidden = [*pages, Sighting(3, seen("pip", "blue hair", covered=0.5))]
    behind = [*pages, Sighting(3, seen("pip", "blue hair"), view="from behind")]
    assert "Page" not in told({"pip": hidden}) + told({"pip": behind})


def test_outfits_are_held_against_the_plan() -> None:
    pages = [Sighting(n, seen("pip", "red dress")) for n in (1, 2)]
    coat = Sighting(3, seen("pip", "yellow raincoat"), outfit="yellow raincoat")
    assert "Page" not in told({"pip": [*pages, coat]})
    wrong = Sighting(4, seen("pip", "red dress"), outfit="yellow raincoat")
    assert "Page 4: outfit of pip: red dress here, wanted yellow raincoat." in told(
        {"pip": [*pages, coat, wrong]}
    )


def test_heights_are_compared_beside_each_other() -> None:
    heights = {1: 0.4, 2: 0.4, 3: 0.72}
    pip = [Sighting(n, seen("pip", high=0.8), framing="full body") for n in heights]
    moss = [Sighting(n, seen("moss", high=h), framing="full body") for n, h in heights.items()]
    assert "Page 3: height: moss is 0.90 of pip here, 0.50 usually." in told(
        {"pip": pip, "moss": moss}
    )


def test_an_age_that_no_tagger_sees_is_said() -> None:
    assert "age is checked" in told({})
    pages = [Sighting(n, seen("pip", "child")) for n in (1, 2)]
    old = Sighting(3, seen("pip", "old"))
    said = drift({"pip": [*pages, old]}, {**FAMILIES, "child": "general"})
    assert [str(each) for each in said] == [
        "Page 3: age of pip: old here, child on most pages. Redraw it."
    ]


def test_the_sheet_shows_everybody_on_every_page() -> None:
    plan = tuple(
        PlannedPage(number=n, figure=(PlannedFigure(name="pip"),), framing="full body")
        for n in (1, 2, 3)
    )
    tags = {1: "red hair", 2: "red hair", 3: "red hair"}
    found = sightings(plan, {n: (seen("pip", tag), seen("")) for n, tag in tags.items()})
    assert [one.page for one in found["pip"]] == [1, 2, 3]
    found["pip"].append(Sighting(3, seen("pip", "blue hair")))
    drifts = drift(found, FAMILIES)
    grey = np.full((32, 32, 3), 128, np.uint8)
    text = sheet("A <b>", [SheetPage(n, grey) for n in (1, 2, 3)], found, drifts)
    assert "A &lt;b&gt;" in text
    assert text.count("<img") == 3 + 4
    assert "1 place where somebody changes." in text
    assert 'class="flag"' in text
    assert "http" not in text


def found_in(book: Book) -> Book:
    """The book with everybody where the finder sees them, not where they were drawn."""
    finder = open_finder("storybook")
    pages = []
    for page in book.pages:
        assert isinstance(page.picture, np.ndarray)
        high, wide = page.picture.shape[:2]
        figures = tuple(
            Figure("?", (b[0] / wide, b[1] / high, b[2] / wide, b[3] / high))
            for b in (one.box for one in finder.find([page.picture])[0])
        )
        assert figures
        pages.append(replace(page, figures=figures))
    return replace(book, pages=tuple(pages))


@pytest.mark.parametrize("layout", ["box", "above", "facing", "spread"])
def test_no_words_over_anybody_whom_the_finder_sees(layout: str) -> None:
    book = found_in(small_book(160))
    seen = pictures_of(book)
    composed = compose(book, setting_of(book, layout=layout), seen)  # type: ignore[arg-type]
    looked = 0
    for face in composed.sheets:
        pictures = [i for i in face.items if isinstance(i, PictureItem)]
        words = [i for i in face.items if isinstance(i, WordsItem)]
        if face.kind != "picture":
            continue
        for item in pictures:
            for figure in seen[item.key].figures:
                place = item.crop.place(figure.box)
                inside = [w for w in words if w.rect.meets(place) and w.rect.meets(item.crop.frame)]
                assert not inside
                looked += 1
    assert looked
