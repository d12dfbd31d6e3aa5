"""`castmates book`: a story into a picture book, one page anew, a story from an idea."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castmates.cli.door import pass_through
from castmates.cli.groups import NearVerbs
from castmates.cli.options import HERE, BaseOption, JsonOption, StudioOption
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.book_work import BookMade, How
    from castmates.studio.book_write import StoryMade

app = typer.Typer(
    cls=NearVerbs, help="Picture books: drawn, laid out and bound.", no_args_is_help=True
)
_LOOKING, _ASKING = "Drawing and looking", "A writer that is asked"

CastOption = Annotated[
    list[str] | None, typer.Option("--cast", help='Who plays whom: "Sasha = pip". Repeatable.')
]
CandidatesOption = Annotated[
    int | None,
    typer.Option("--candidates", "-n", min=1, max=64, help="Of each page; the best is taken."),
]
SeedOption = Annotated[int | None, typer.Option(min=0, help="Another seed is another book.")]
FinderOption = Annotated[
    str | None, typer.Option(help="storybook, yolo:FILE, none …", rich_help_panel=_LOOKING)
]
EncoderOption = Annotated[
    str | None, typer.Option(help="storybook, onnx:FOLDER, none …", rich_help_panel=_LOOKING)
]
UpscalerOption = Annotated[
    str | None,
    typer.Option(help="To print size: storybook, lanczos, a file.", rich_help_panel=_LOOKING),
]
FillOption = Annotated[
    bool | None,
    typer.Option("--fill/--no-fill", help="Add pages to draw on until the printer has enough."),
]


@app.callback()
def _root() -> None:
    """Picture books: drawn, laid out and bound."""


@app.command("make")
def make(
    story: Annotated[Path, typer.Argument(help="The story, in Markdown.")],
    studio: StudioOption = HERE,
    cast: CastOption = None,
    format_: Annotated[
        str | None, typer.Option("--format", help="8.5x8.5, 8x10, 8.5x11, A4, A5-landscape.")
    ] = None,
    layout: Annotated[str | None, typer.Option(help="box, above, facing, spread.")] = None,
    font: Annotated[str | None, typer.Option(help="classic, round, plain, dyslexia.")] = None,
    paper: Annotated[str | None, typer.Option(help="What it is printed on.")] = None,
    style: Annotated[str | None, typer.Option(help="Of every picture: watercolor …")] = None,
    cover: Annotated[
        Path | None, typer.Option(help="A photo or drawing that the cover starts from.")
    ] = None,
    candidates: CandidatesOption = None,
    seed: SeedOption = None,
    fill: FillOption = None,
    base: BaseOption = None,
    finder: FinderOption = None,
    encoder: EncoderOption = None,
    upscaler: UpscalerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a story into a picture book; given again, it goes on where it was.

    Example: castmates book make examples/the-snow-day.md --studio my-studio
    """
    said: dict[str, Any] = {"format": format_, "layout": layout, "font": font, "paper": paper}
    said |= {"style": style, "cover": cover, "cast": tuple(cast or ())}
    how = {"candidates": candidates, "seed": seed, "fill": fill, "base": base}
    how |= {"finder": finder, "encoder": encoder, "upscaler": upscaler}

    def work(tell: Tell) -> BookMade:
        from castmates.files.studio import Studio
        from castmates.studio.book import BookWish, make_book

        wish = BookWish.model_validate({**said, "how": how})
        return make_book(Studio.open(studio), story, wish, tell)

    pass_through(work, as_json=as_json, words=_words, data=_data)


@app.command("redraw")
def redraw(
    book: Annotated[str, typer.Argument(help="The book: its name in the studio, or its folder.")],
    page: Annotated[int, typer.Option("--page", "-p", min=0, help="Its number; 0 is the cover.")],
    studio: StudioOption = HERE,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change one thing: where=forest, pip.pose=running. Repeatable."),
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--from", help="A sketch or photo that the page starts from.")
    ] = None,
    pick: Annotated[
        int | None, typer.Option(min=1, help="Take this candidate instead; draw nothing.")
    ] = None,
    lock: Annotated[
        bool | None, typer.Option("--lock/--unlock", help="Keep the page whatever comes.")
    ] = None,
    candidates: CandidatesOption = None,
    fill: FillOption = None,
    base: BaseOption = None,
    finder: FinderOption = None,
    encoder: EncoderOption = None,
    upscaler: UpscalerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draw one page of a book anew; all others stay as they are.

    Example: castmates book redraw the-snow-day --page 5 --set where=forest
    """
    how = {"candidates": candidates, "fill": fill, "base": base, "finder": finder}
    how |= {"encoder": encoder, "upscaler": upscaler}

    def work(tell: Tell) -> BookMade:
        from castmates.files.studio import Studio
        from castmates.studio.book import PageChange, redraw_page

        change = PageChange(settings=tuple(set_ or ()), start=start, pick=pick, locked=lock)
        return redraw_page(Studio.open(studio), book, page, change, _how(how), tell)

    pass_through(work, as_json=as_json, words=_words, data=_data)


@app.command("write")
def write(
    idea: Annotated[str, typer.Argument(help="What the story is about.")],
    studio: StudioOption = HERE,
    age: Annotated[int, typer.Option(min=2, max=99, help="Of the readers, in years.")] = 5,
    pages: Annotated[int, typer.Option(min=1, max=64, help="How many.")] = 12,
    style: Annotated[str, typer.Option(help="rhyme, first-person, funny; commas between.")] = "",
    hero: Annotated[str, typer.Option(help="Whom it is about; else whom the idea names.")] = "",
    cast: CastOption = None,
    seed: Annotated[int, typer.Option(help="Another seed is another story.")] = 0,
    writer: Annotated[str, typer.Option(help="patterns (here, at once) or openai.")] = "patterns",
    address: Annotated[
        str, typer.Option(help="http://localhost:11434/v1", rich_help_panel=_ASKING)
    ] = "",
    model: Annotated[str, typer.Option(help="As it knows it.", rich_help_panel=_ASKING)] = "",
    key: Annotated[str, typer.Option(envvar="CASTMATES_WRITER_KEY", rich_help_panel=_ASKING)] = "",
    patience: Annotated[
        float, typer.Option(min=1.0, help="Seconds to wait.", rich_help_panel=_ASKING)
    ] = 120.0,
    as_json: JsonOption = False,
) -> None:
    """Write a story from an idea, for readers of an age; nothing is sent unless you name a writer.

    Example: castmates book write "Pip finds a star" --age 5 --pages 12 --style rhyme
    """
    said: dict[str, Any] = {"idea": idea, "age": age, "pages": pages, "styles": style}
    said |= {"hero": hero, "cast": tuple(cast or ()), "seed": seed, "writer": writer}
    said |= {"address": address, "model": model, "key": key, "patience": patience}

    def work(tell: Tell) -> StoryMade:
        from castmates.files.studio import Studio
        from castmates.studio.book_write import StoryWish, write_story

        return write_story(Studio.open(studio), StoryWish.model_validate(said), tell)

    pass_through(
        work,
        as_json=as_json,
        words=lambda made: (
            f"{made.title}: {made.pages} pages, {made.path}\nNext: castmates book make {made.path}"
        ),
        data=lambda made: made.model_dump(mode="json"),
    )


def _how(said: dict[str, Any]) -> How:
    from castmates.studio.book_work import How

    return How.model_validate(said)


def _words(made: BookMade) -> str:
    lines = [f"{key:<7} {getattr(made, key)}" for key in ("pdf", "cover", "screen", "epub", "html")]
    lines.append(f"sheet   {made.sheet}")
    lines += made.findings
    lines.append("Ready for the printer." if made.printable else "Not ready for the printer yet.")
    return "\n".join(lines)


def _data(made: BookMade) -> dict[str, Any]:
    return made.model_dump(mode="json")
