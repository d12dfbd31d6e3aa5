"""`castmates gallery`: drawn pictures, found by their words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, StudioOption

if TYPE_CHECKING:
    from castmates.studio.gallery import Found

_WIDEST = 96
_IN_A_LIST, _ON_A_PAGE = 20, 1000


def command(
    words: Annotated[
        list[str] | None,
        typer.Argument(help='Words that must all be there; "groups of words" in double quotes.'),
    ] = None,
    studio: StudioOption = HERE,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Show at most so many (20; a page 1000).")
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Write them as gallery.html into the studio, too.")
    ] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the index anew from the pictures.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find drawn pictures by prompt, adapter, seed, sampler, size or name; newest first.

    Example: castmates gallery crown castle --page --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.gallery import gallery

    pass_through(
        lambda tell: gallery(
            Studio.open(studio),
            " ".join(words or ()),
            limit=limit or (_ON_A_PAGE if page else _IN_A_LIST),
            page=page,
            rebuild=rebuild,
            tell=tell,
        ),
        as_json=as_json,
        words=_shown,
        data=lambda found: found.model_dump(mode="json"),
    )


def _shown(found: Found) -> str:
    lines = [
        f"{one.path}  seed {one.seed}  {one.size}\n    {_short(one.words)}"
        for one in found.pictures
    ]
    more = found.count - len(found.pictures)
    lines.append(
        f"{found.count} of {found.indexed} pictures"
        + (f", {more} not shown: --limit N" if more else "")
    )
    return "\n".join([*lines, *([found.page] if found.page else [])])


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"
