"""The verb `book write`: a story from an idea, by a writer here or one that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from castmates.books.story.cast import Member
from castmates.books.writers.fitting import Written, written
from castmates.books.writers.order import Order, Writer, styles_of
from castmates.books.writers.shelf import PATTERNS, WRITERS
from castmates.core.errors import BadInput
from castmates.core.events import Made, Tell, Warned, silent
from castmates.core.types import Value
from castmates.files.studio import Studio, slug
from castmates.files.writing import made, write_text
from castmates.studio.book_cast import cast_for


class StoryWish(Value):
    """A story that is wanted.

    Attributes:
        idea: in words.
        styles: names with commas between ("rhyme,funny").
        hero: of the studio; "": whom the idea names, else the first.
        cast: who plays whom, as "Sasha = pip".
        writer: by its name on the shelf; address, model, key, patience: of one that is asked over
            a network.
    """

    idea: str
    age: int = Field(default=5, ge=2, le=99)
    pages: int = Field(default=12, ge=1, le=64)
    styles: str = ""
    hero: str = ""
    cast: tuple[str, ...] = ()
    seed: int = 0
    writer: str = PATTERNS
    address: str = ""
    model: str = ""
    key: str = ""
    patience: float = Field(default=120.0, gt=0.0)


class StoryMade(Value):
    """A written story: where it lies, and what its readers may stumble over."""

    path: str
    title: str
    pages: int
    misfits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def write_story(studio: Studio, wish: StoryWish, tell: Tell = silent) -> StoryMade:
    """Write a story into the studio's `stories/`, ready to be made into a book.

    Raises:
        BadInput: no idea, or no such writer, style or age. Missing: nobody in the studio.
        Refused: the writer does not answer in time, says no, or answers with no story.
    """
    cast = cast_for(studio, wish.cast)
    hero = _hero(cast, wish)
    others = tuple(each.shown for each in cast if each.name != hero.name)
    order = _order(wish, hero, others)
    found = written(_writer(wish), order, cast, tell=tell)
    for note in found.notes:
        tell(Warned(what=note))
    folder = made(studio.path / "stories")
    path = _free(folder, slug(found.story.title) or "story")
    write_text(path, _with_head(found, wish))
    tell(Made(what="story", path=str(path)))
    return StoryMade(
        path=str(path),
        title=found.story.title,
        pages=len(found.story.pages),
        misfits=found.misfits,
        notes=found.notes,
    )


def _hero(cast: Sequence[Member], wish: StoryWish) -> Member:
    """Whom the story is about: named by the wish, else by the idea, else the first."""
    said = (wish.hero or wish.idea).casefold()
    for each in cast:
        if any(name.casefold() in said for name in (each.name, *each.called)):
            return each
    if wish.hero:
        known = ", ".join(each.shown for each in cast)
        raise BadInput(f"Nobody in the cast is called '{wish.hero}'.", f"There is: {known}.")
    return cast[0]


def _order(wish: StoryWish, hero: Member, others: tuple[str, ...]) -> Order:
    data: dict[str, Any] = {"idea": wish.idea, "hero": hero.shown, "pronoun": hero.pronoun}
    data |= {"cast": others, "age": wish.age, "pages": wish.pages, "seed": wish.seed}
    try:
        return Order.model_validate({**data, "styles": styles_of(wish.styles)})
    except ValidationError as error:
        problem = error.errors()[0]
        said = "the idea is empty" if problem["loc"] == ("idea",) else problem["msg"]
        what = f"This cannot be written: {said}."
        raise BadInput(
            what, 'Say what it is about: castmates book write "Pip finds a star"'
        ) from None


def _writer(wish: StoryWish) -> Writer:
    make = WRITERS.take(wish.writer)
    if wish.writer == PATTERNS:
        return make()
    if not (wish.address and wish.model):
        what = f"The writer '{wish.writer}' wants an address and a model."
        fix = "Add: --address http://localhost:11434/v1 --model NAME"
        raise BadInput(what, fix)
    return make(wish.address, wish.model, wish.key, wish.patience)


def _with_head(found: Written, wish: StoryWish) -> str:
    """The story's Markdown with the readers' age and who plays whom, which its reader wants."""
    if found.text.lstrip().startswith("---"):
        return found.text.rstrip() + "\n"
    said = [f"age: {wish.age}"]
    said += [f"cast: {', '.join(wish.cast)}"] if wish.cast else []
    return "\n".join(["---", *said, "---", found.text.strip(), ""])


def _free(folder: Path, stem: str) -> Path:
    """A path of that name where nothing is yet."""
    path, count = folder / f"{stem}.md", 1
    while path.exists():
        count += 1
        path = folder / f"{stem}-{count}.md"
    return path
