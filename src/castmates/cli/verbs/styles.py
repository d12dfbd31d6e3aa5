"""`castmates styles`: words around a prompt, by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.groups import NearVerbs
from castmates.cli.options import HERE, JsonOption, StudioOption

if TYPE_CHECKING:
    from castmates.studio.styles import Imported, Known

app = typer.Typer(
    cls=NearVerbs,
    help="Styles for `castmates draw --style`: what there are, and A1111's styles.csv taken over.",
    no_args_is_help=True,
)


@app.callback()
def _root() -> None:
    """Styles for `castmates draw --style`: what there are, and A1111's styles.csv taken over."""


@app.command("list")
def list_(studio: StudioOption = HERE, as_json: JsonOption = False) -> None:
    """List the styles: the studio's own, and those that come with castmates.

    Example: castmates styles list --studio my-studio
    """
    show(studio, as_json)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A1111's styles.csv: name,prompt,negative_prompt.")],
    studio: StudioOption = HERE,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also those that the studio has in other words.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Take the styles of A1111's styles.csv into the studio's styles.toml.

    Example: castmates styles import ~/stable-diffusion-webui/styles.csv --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.styles import import_styles

    pass_through(
        lambda tell: import_styles(Studio.open(studio), path, replace=replace, tell=tell),
        as_json=as_json,
        words=_imported,
        data=lambda made: made.model_dump(mode="json"),
    )


def show(folder: Path, as_json: bool) -> None:
    """Show the styles of a studio; outside of one, those that come with castmates."""
    from castmates.files.studio import Studio
    from castmates.studio.styles import known_styles

    here = folder != HERE or (folder / "studio.toml").is_file()
    pass_through(
        lambda _: known_styles(Studio.open(folder) if here else None),
        as_json=as_json,
        words=_listed,
        data=lambda known: {"styles": [one.model_dump(mode="json") for one in known]},
    )


def _listed(known: list[Known]) -> str:
    wide = max(len(one.name) for one in known)
    lines = []
    for one in known:
        lines.append(f"{one.name:<{wide}}  {one.style.prompt}{'  (yours)' if one.own else ''}")
        lines += [f"{'':<{wide}}  {base}: {said.prompt}" for base, said in one.style.bases.items()]
    return "\n".join(lines)


def _imported(made: Imported) -> str:
    counts = {"new": made.new, "replaced": made.replaced, "there already": made.same}
    said = ", ".join(f"{len(names)} {word}" for word, names in counts.items() if names)
    return f"{said}: {made.file}"
