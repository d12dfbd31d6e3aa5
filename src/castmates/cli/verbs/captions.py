"""`castmates captions`: what is done to many captions at once."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from castmates.cli.door import pass_through

app = typer.Typer(
    help="Clean captions: trigger first, features into the trigger, nothing said twice.",
    no_args_is_help=True,
)


@app.callback()
def _root() -> None:
    """Clean captions: trigger first, features into the trigger, nothing said twice."""


@app.command("clean")
def clean(
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
) -> None:
    """Clean captions that come in on standard input, one a line.

    Example: castmates captions clean --stdin --trigger pip --prune-features < captions.txt
    """
    from castmates.captions.clean import Cleaning, clean_all
    from castmates.captions.features import families_of, usual
    from castmates.core.errors import BadInput
    from castmates.core.events import Tell

    def work(_: Tell) -> list[str]:
        if not stdin:
            raise BadInput(
                "Captions are read from standard input only.",
                "Add --stdin, as in: castmates captions clean --stdin < captions.txt",
            )
        named = families_of(name.strip() for name in families.split(",") if name.strip())
        chosen = (named or usual()) if prune_features or named else frozenset()
        cleaning = Cleaning(trigger, chosen, drop_counts, drop_implied)
        lines = sys.stdin.read().splitlines()
        return [cleaned.caption for cleaned in clean_all(lines, cleaning)]

    def show(lines: list[str]) -> None:
        for line in lines:
            typer.echo(line)

    pass_through(work, as_json=False, words=show, data=lambda lines: {"captions": lines})
