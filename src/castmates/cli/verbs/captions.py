"""`castmates captions`: what is done to many captions at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.groups import NearVerbs
from castmates.cli.options import HERE, JsonOption, NameArgument, StudioOption
from castmates.cli.verbs.editing import summed

if TYPE_CHECKING:
    from rich.text import Text

    from castmates.captions.clean import Cleaning
    from castmates.studio.captions import Edited

WhereOption = Annotated[
    str, typer.Option(help="Only these: 'tag:hat AND NOT view:behind', 'group:high', …")
]
WriteOption = Annotated[bool, typer.Option("--write", help="Do it; else it is only shown.")]

app = typer.Typer(
    cls=NearVerbs,
    help="Edit many captions at once: shown first, written when told to, taken back by undo.",
    no_args_is_help=True,
)


@app.callback()
def _root() -> None:
    """Edit many captions at once: shown first, written when told to, taken back by undo."""


@app.command("clean")
def clean(
    name: Annotated[str, typer.Argument(help="The character's name; none with --stdin.")] = "",
    studio: StudioOption = HERE,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="One caption a line in, one cleaned caption a line out.")
    ] = False,
    trigger: Annotated[str, typer.Option(help="The word for the character; put first.")] = "",
    prune_features: Annotated[
        bool, typer.Option("--prune-features", help="Leave hair, eyes, ears… to the trigger.")
    ] = False,
    families: Annotated[
        str, typer.Option(help="Which features: hair,eyes,… (default: the body's, nothing worn).")
    ] = "",
    drop_counts: Annotated[
        bool, typer.Option("--drop-counts", help="Take 1girl and solo out.")
    ] = False,
    drop_implied: Annotated[
        bool, typer.Option("--drop-implied", help="Take out what another tag says already.")
    ] = False,
    where: WhereOption = "",
    write: WriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Clean a character's captions, or (--stdin) captions that come in one a line.

    Example: castmates captions clean pip --prune-features --drop-implied --write
    """
    from castmates.captions.clean import Cleaning
    from castmates.captions.features import families_of, usual
    from castmates.core.errors import BadInput
    from castmates.core.events import Tell
    from castmates.files.studio import Studio
    from castmates.studio.captions import cleaned

    def work(_: Tell) -> Edited | None:
        named = families_of(word.strip() for word in families.split(",") if word.strip())
        chosen = (named or usual()) if prune_features or named else frozenset()
        cleaning = Cleaning(trigger, chosen, drop_counts, drop_implied)
        if stdin:
            _stream(cleaning)
            return None
        if not name:
            raise BadInput(
                "No character is named.",
                "As in: castmates captions clean pip; or add --stdin to clean lines that come in.",
            )
        return cleaned(Studio.open(studio), name, cleaning, where=where, write=write)

    pass_through(
        work,
        as_json=as_json and not stdin,
        words=lambda edited: None if edited is None else shown(edited, where),
        data=lambda edited: {} if edited is None else edited.model_dump(mode="json"),
    )


def _stream(cleaning: Cleaning) -> None:
    """Standard input to standard output, a line a caption, as they come."""
    from castmates.captions.clean import clean as clean_one

    for line in sys.stdin:
        typer.echo(clean_one(line.rstrip("\r\n"), cleaning).caption)


@app.command("edit")
def edit(
    name: NameArgument,
    studio: StudioOption = HERE,
    where: WhereOption = "",
    add: Annotated[list[str] | None, typer.Option(help="Add a tag at the end.")] = None,
    base: Annotated[str, typer.Option(help="Tags for all, behind the trigger: '1girl, pip'.")] = "",
    remove: Annotated[list[str] | None, typer.Option(help="Take a tag out.")] = None,
    rename: Annotated[
        list[str] | None, typer.Option(help="OLD=NEW: write a tag otherwise.")
    ] = None,
    replace: Annotated[
        list[str] | None, typer.Option(help="PATTERN=NEW: a regular expression in each tag.")
    ] = None,
    write: WriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Show what edits would change in a character's captions; write it with --write.

    Example: castmates captions edit pip --where view:behind --remove 'green eyes' --write
    """
    from castmates.captions.edits import Add, Edit, Remove, Rename, Replace
    from castmates.captions.spelling import split
    from castmates.core.events import Tell
    from castmates.files.studio import Studio
    from castmates.studio.captions import edit as work_on

    def work(_: Tell) -> Edited:
        house = Studio.open(studio)
        trigger = house.character(name).character.trigger
        edits: list[Edit] = [Remove((tag,)) for tag in remove or ()]
        edits += [Rename(*_halves(pair, "rename")) for pair in rename or ()]
        edits += [Replace(*_halves(pair, "replace")) for pair in replace or ()]
        edits += [Add(tuple(split(base)), True, trigger)] if split(base) else []
        some = tuple(tag for tag in add or () if tag.strip())
        edits += [Add(some)] if some else []
        return work_on(house, name, edits, where=where, write=write)

    pass_through(
        work,
        as_json=as_json,
        words=lambda edited: shown(edited, where),
        data=lambda edited: edited.model_dump(mode="json"),
    )


@app.command("align")
def align(
    name: NameArgument,
    studio: StudioOption = HERE,
    where: WhereOption = "",
    write: WriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Name an outfit alike on all its pictures, as far as each shows it.

    Example: castmates captions align pip --where outfit:race --write
    """
    from castmates.files.studio import Studio
    from castmates.studio.captions import align as work_on

    pass_through(
        lambda _: work_on(Studio.open(studio), name, where=where, write=write),
        as_json=as_json,
        words=lambda edited: shown(edited, where),
        data=lambda edited: edited.model_dump(mode="json"),
    )


@app.command("views")
def views(
    name: NameArgument,
    studio: StudioOption = HERE,
    where: WhereOption = "",
    write: WriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say the views of pictures.toml, and take out what cannot be seen from there.

    Example: castmates captions views pip --where view:behind --write
    """
    from castmates.files.studio import Studio
    from castmates.studio.captions import say_views

    pass_through(
        lambda _: say_views(Studio.open(studio), name, where=where, write=write),
        as_json=as_json,
        words=lambda edited: shown(edited, where),
        data=lambda edited: edited.model_dump(mode="json"),
    )


@app.command("say")
def say(
    name: NameArgument,
    studio: StudioOption = HERE,
    style: Annotated[str, typer.Option(help="sentence, or both: tags and a sentence.")] = "both",
    where: WhereOption = "",
    write: WriteOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a sentence of each caption's tags, or add one behind them.

    Example: castmates captions say pip --style sentence --write
    """
    from castmates.core.events import Tell
    from castmates.files.studio import Studio
    from castmates.studio.captions import say as work_on
    from castmates.studio.tag import style_named

    def work(_: Tell) -> Edited:
        return work_on(Studio.open(studio), name, style_named(style), where=where, write=write)

    pass_through(
        work,
        as_json=as_json,
        words=lambda edited: shown(edited, where),
        data=lambda edited: edited.model_dump(mode="json"),
    )


def _halves(pair: str, option: str) -> tuple[str, str]:
    from castmates.core.errors import BadInput

    old, equals, new = pair.partition("=")
    if not equals:
        raise BadInput(f"--{option} '{pair}' has no '='.", f"As in: --{option} cap=hat")
    if not old.strip():
        raise BadInput(
            f"--{option} '{pair}' names nothing before '='.", f"As in: --{option} cap=hat"
        )
    return old, new


def shown(edited: Edited, where: str = "") -> Text:
    """Captions before and after, what that means, and how many."""
    from rich.text import Text

    said = Text()
    for number, before, after in edited.changes:
        said.append(f"{number:04d}  ").append(f"- {before}\n", "red")
        said.append("      ").append(f"+ {after}\n", "green")
    for sentence in edited.means:
        said.append(f"{sentence}\n")
    changed = len(edited.changes)
    count = f"{changed} of {edited.meant} captions"
    return said.append(summed(count, changed, edited.meant, edited.written, where))
