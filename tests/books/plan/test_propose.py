"""The plan of pictures follows the words, goes on from page to page, and survives editing."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.books.plan.file import line_of, load_plan, save_plan
from castmates.books.plan.plan import BookPlan, PlannedPage
from castmates.books.plan.propose import proposed, replanned
from castmates.books.plan.wording import alt_text, page_words
from castmates.books.story.reading import parse_story
from castmates.core.errors import BadInput, Missing
from tests.books.conftest import CAST


def plan_of(*pages: str) -> tuple[PlannedPage, ...]:
    return proposed(parse_story("\n---\n".join(pages)), CAST)


def test_who_where_when_and_what() -> None:
    first, second = plan_of(
        "Pip ran into the forest at night.", '"Hello!" said Moss, and he waved.'
    )
    assert [f.name for f in first.figure] == ["pip"]
    assert (first.where, first.time, first.figure[0].pose) == ("forest", "night", "running")
    assert [f.name for f in second.figure] == ["moss"]
    assert (second.where, second.time, second.figure[0].pose) == ("forest", "night", "waving")


def test_clothes_and_carried_things_stay_until_changed() -> None:
    pages = plan_of(
        "Pip put on her red raincoat and a woolly hat.",
        "She picked up a balloon.",
        "Pip sat down on the beach.",
        "Pip gave the balloon to Moss.",
        "Moss and Pip ran.",
        "Pip took off her raincoat. Moss let go of the balloon.",
    )
    worn = [next(f for f in page.figure if f.name == "pip").outfit for page in pages]
    assert worn == ["red raincoat"] * 5 + ["yellow shirt"]
    assert pages[2].figure[0].holds == "red balloon"
    assert {f.name: f.holds for f in pages[4].figure} == {"moss": "red balloon", "pip": ""}
    assert {f.name: f.holds for f in pages[5].figure} == {"pip": "", "moss": ""}
    assert pages[5].figure[0].hat == "beanie"


def test_what_is_only_wished_for_is_not_worn_or_held() -> None:
    (page,) = plan_of("Pip wanted a blue balloon and dreamed of a green dress.")
    assert (page.figure[0].outfit, page.figure[0].holds) == ("yellow shirt", "")


def test_not_is_heard() -> None:
    (page,) = plan_of("Pip did not run. She stood still.")
    assert page.figure[0].pose == "standing"


def test_notes_win_over_the_text() -> None:
    (page,) = plan_of("Pip ran home to bed.\n<!-- picture: Moss sitting on the beach, close-up -->")
    assert [f.name for f in page.figure] == ["moss"]
    assert (page.where, page.framing, page.figure[0].pose) == ("beach", "close-up", "sitting")


def test_a_narrator_and_together() -> None:
    pages = plan_of("I woke up.", "I met Moss.", "We danced together.")
    assert [[f.name for f in page.figure] for page in pages] == [
        ["pip"],
        ["pip", "moss"],
        ["pip", "moss"],
    ]


def test_every_figures_words_hold_its_looks_and_outfit() -> None:
    pages = plan_of("Pip ran into the snow with Moss.", "Pip put on a blue dress.")
    words = page_words(pages[0], CAST, "watercolor")
    assert words.setting[:2] == ("full body", "snow")
    assert words.setting[-1] == "watercolor"
    assert dict(words.figures)["pip"][:4] == ("girl", "afro puffs", "star mark", "yellow shirt")
    assert "blue dress" in dict(page_words(pages[1], CAST).figures)["pip"]


def test_alt_text_says_who_is_where_doing_what() -> None:
    (page,) = plan_of("Pip ran into the snow with a red balloon.")
    assert alt_text(page, CAST) == (
        "Pip in a yellow shirt is running, smiling, holding a red balloon, in the snow."
    )


def test_a_changed_story_keeps_what_was_edited() -> None:
    before = list(plan_of("Pip ran home.", "Moss sat down."))
    before[1] = before[1].model_copy(update={"where": "castle"})
    story = parse_story("A new page.\n---\nPip ran home.\n---\nMoss sat down.")
    after = replanned(before, story, CAST)
    assert [page.number for page in after] == [1, 2, 3]
    assert after[2].where == "castle"


def test_the_file_comes_back_the_same(tmp_path: Path) -> None:
    plan = BookPlan(
        title="The Red Balloon", page=plan_of("Pip ran home.", "Moss sat down with Pip.")
    )
    path = tmp_path / "book.toml"
    save_plan(path, plan)
    assert load_plan(path, CAST) == plan
    path.write_text(path.read_text().replace("# ", "# mine: ", 1))
    save_plan(path, plan.model_copy(update={"age": 7}))
    assert "# mine:" in path.read_text()
    assert load_plan(path).age == 7


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('pose = "running"', 'pose = "running', "at the key 'pose': this is not TOML"),
        (
            'pose = "running"',
            'posse = "running"',
            "unknown key 'page.0.figure.0.posse'. Did you mean 'pose'?",
        ),
        ("age = 5", 'age = "five"', "'age' does not fit"),
        ('layout = "box"', 'layout = "boxx"', "'layout' does not fit"),
        (
            'name = "pip"',
            'name = "pipp"',
            "nobody in the cast is called 'pipp'. Did you mean 'pip'?",
        ),
        ("number = 1", "number = 3", "wanted 1, 2, 3"),
    ],
)
def test_a_broken_file_is_told_with_line_and_key(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "book.toml"
    save_plan(path, BookPlan(title="T", page=plan_of("Pip ran home.")))
    lines = path.read_text().split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(old))
    lines[at] = new
    path.write_text("\n".join(lines))
    with pytest.raises(BadInput) as caught:
        load_plan(path, CAST)
    assert said in str(caught.value)
    if "wanted 1" not in said:
        assert f"line {at + 1}" in str(caught.value)


def test_no_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        load_plan(tmp_path / "book.toml")


def test_lines_of_keys() -> None:
    head = 'title = "T"\n\n[[page]]\nnumber = 1\n\n[[page.figure]]\nname = "a"\n'
    text = head + '\n[[page]]\nnumber = 2\n\n[[page.figure]]\nname = "b"\n'
    assert line_of(text, ("title",)) == 1
    assert line_of(text, ("page", 1, "number")) == 10
    assert line_of(text, ("page", 1, "figure", 0, "name")) == 13
    assert line_of(text, ("page", 0, "figure", 0, "pose")) == 6
