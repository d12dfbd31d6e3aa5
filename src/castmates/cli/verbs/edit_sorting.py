"""`castmates edit NAME group | outfit | view`: what is recorded of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.options import HERE, JsonOption, StudioOption
from castmates.cli.verbs.editing import (
    EncoderOption,
    ProposeOption,
    TaggerOption,
    WhereOption,
    WriteOption,
    do,
)

if TYPE_CHECKING:
    from castmates.studio.edit import Edited, How


app = typer.Typer()


@app.command("group")
def group(
    context: typer.Context,
    to: Annotated[
        str, typer.Option("--set", help="high (16 times a round), medium (8) or low (4).")
    ] = "",
    repeats: Annotated[int | None, typer.Option(help="Any number, as in kohya's 15_name.")] = None,
    propose: ProposeOption = False,
    like: Annotated[
        list[str] | None, typer.Option(help="With --propose: a reference, a file or a number.")
    ] = None,
    encoder: EncoderOption = "",
    where: WhereOption = "",
    write: WriteOption = False,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Sort pictures into groups by quality: better ones are shown more often in training.

    Example: castmates edit pip group --propose --like reference.png
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit_sorting

    def work(how: How) -> Edited:
        house = Studio.open(studio)
        if propose:
            return edit_sorting.propose_groups(house, context.obj, like or (), encoder, how)
        return edit_sorting.group(house, context.obj, to, repeats, how)

    do(work, where, write, None, as_json)


@app.command("outfit")
def outfit(
    context: typer.Context,
    to: Annotated[str | None, typer.Option("--set", help="The outfit's name; '' for none.")] = None,
    propose: ProposeOption = False,
    tagger: TaggerOption = "",
    encoder: EncoderOption = "",
    where: WhereOption = "",
    write: WriteOption = False,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Say what is worn, by hand or as clusters of the pictures propose it.

    Example: castmates edit pip outfit --set 'race uniform' --where 'tag:"black coat"' --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit_sorting

    def work(how: How) -> Edited:
        house = Studio.open(studio)
        if _proposed(to, propose):
            return edit_sorting.propose_outfits(house, context.obj, tagger, encoder, how)
        return edit_sorting.outfit(house, context.obj, to or "", how)

    do(work, where, write, None, as_json)


@app.command("view")
def view(
    context: typer.Context,
    to: Annotated[str | None, typer.Option("--set", help="front, side, back, …; ''")] = None,
    propose: ProposeOption = False,
    tagger: TaggerOption = "",
    encoder: EncoderOption = "",
    where: WhereOption = "",
    write: WriteOption = False,
    studio: StudioOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Say from where pictures show the character, by hand or as it is proposed.

    Example: castmates edit pip view --propose --write
    """
    from castmates.files.studio import Studio
    from castmates.studio import edit_sorting

    def work(how: How) -> Edited:
        house = Studio.open(studio)
        if _proposed(to, propose):
            return edit_sorting.propose_views(house, context.obj, tagger, encoder, how)
        return edit_sorting.view(house, context.obj, to or "", how)

    do(work, where, write, None, as_json)


def _proposed(to: str | None, propose: bool) -> bool:
    from castmates.core.errors import BadInput

    if propose == (to is not None):
        raise BadInput("Wanted --set or --propose, one of them.", "As in: --set 'red dress'")
    return propose
