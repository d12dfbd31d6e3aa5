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
        str, typer.Option(help="What it should cover: all-round, face-first, around, …")
    ] = "",
    goal: Annotated[
        str, typer.Option(help="What it is for: likeness, object, style, concept.")
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
    sheet: Annotated[
        Path | None, typer.Option(help="A PNG of all pictures, in groups, with what was found.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the pictures teach, what they miss, and what to do about it.

    Example: castmates check pip --studio my-studio --html
    """
    from castmates.files import images
    from castmates.files.studio import Studio
    from castmates.studio.check import check, write_page
    from castmates.studio.contact_sheet import write_contact_sheet
    from castmates.studio.means import Asked

    def work(tell: Tell) -> tuple[Report, dict[str, Path]]:
        if sheet is not None:
            images.demand_png(sheet)
        house = Studio.open(studio)
        report = check(house, name, Asked(plan, goal, tagger, finder), base=base, tell=tell)
        made = {"page": write_page(house, name, report, base)} if html else {}
        if sheet is not None:
            write_contact_sheet(sheet, report, house.character(name))
            made["sheet"] = sheet
        return report, made

    def words(done: tuple[Report, dict[str, Path]]) -> str:
        report, made = done
        return "\n".join([report.text(), *(f"The {what}: {path}" for what, path in made.items())])

    def data(done: tuple[Report, dict[str, Path]]) -> dict[str, Any]:
        report, made = done
        return {**report.data(), **{what: str(path) for what, path in made.items()}}

    pass_through(work, as_json=as_json, words=words, data=data)
