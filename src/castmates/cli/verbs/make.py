"""`castmates make`: the main job, from pictures to a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import BaseOption, JsonOption, StudioOption
from castmates.core.events import Tell

if TYPE_CHECKING:
    from castmates.studio.make import Made


def command(
    sources: Annotated[list[Path], typer.Argument(help="Folders with pictures of one character.")],
    studio: StudioOption = Path("my-studio"),
    name: Annotated[
        str | None, typer.Option(help="The character's name; default: the folder's.")
    ] = None,
    class_word: Annotated[
        str, typer.Option("--class", help="What it is: girl, fox, robot …; default: what is seen.")
    ] = "",
    base: BaseOption = None,
    journey: Annotated[str, typer.Option(help="How far to go: full or short.")] = "full",
    as_json: JsonOption = False,
) -> None:
    """Pictures in; captions, adapter, grid, a recommended pick, new pictures and a report out.

    The same command goes on where it stopped.

    Example: castmates make examples/pip --studio my-studio
    """
    from castmates.studio.make import make

    def work(tell: Tell) -> Made:
        return make(
            sources,
            studio,
            name=name,
            class_word=class_word,
            base=base,
            journey=journey,
            tell=tell,
        )

    def words(made: Made) -> str:
        reason = made.choice.reasons[0] if made.choice.reasons else ""
        return f"{reason}\nThe report: {made.report}"

    pass_through(work, as_json=as_json, words=words, data=lambda m: m.model_dump(mode="json"))
