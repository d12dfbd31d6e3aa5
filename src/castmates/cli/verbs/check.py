"""`castmates check`: what a dataset teaches and misses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.pictures.check import Report


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    plan: Annotated[
        str, typer.Option(help="What the set should cover: all-round or face-first.")
    ] = "",
    tagger: Annotated[
        str, typer.Option(help="Who names what is seen: storybook, wd:FOLDER, or none.")
    ] = "",
    finder: Annotated[
        str, typer.Option(help="Who finds figures: onnx:FOLDER, yolo:FILE, or none.")
    ] = "",
    html: Annotated[
        bool, typer.Option("--html", help="Write a page with thumbnails: cast/NAME/check.html.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what the pictures teach, what they miss, and what to do about it.

    Example: castmates check pip --studio my-studio --html
    """
    from castmates.files.studio import Studio
    from castmates.studio.check import check, write_page

    def work(tell: Tell) -> tuple[Report, Path | None]:
        house = Studio.open(studio)
        report = check(house, name, base=base, plan=plan, tagger=tagger, finder=finder, tell=tell)
        return report, write_page(house, name, report, base) if html else None

    def words(done: tuple[Report, Path | None]) -> str:
        report, page = done
        return report.text() + (f"\nThe page: {page}" if page else "")

    def data(done: tuple[Report, Path | None]) -> dict[str, Any]:
        report, page = done
        return {**report.data(), **({"page": str(page)} if page else {})}

    pass_through(work, as_json=as_json, words=words, data=data)
