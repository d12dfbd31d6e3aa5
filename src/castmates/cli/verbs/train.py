"""`castmates train`: an adapter from a character's pictures."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption

if TYPE_CHECKING:
    from castmates.studio.train import Trained


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    recipe: Annotated[
        str, typer.Option(help="A preset's name, or a recipe.toml; default: the base's own.")
    ] = "",
    plan: Annotated[
        bool, typer.Option("--plan", help="Say steps and saves; train nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Train an adapter; the same command goes on after Ctrl-C or a crash.

    Example: castmates train pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.train import plan_of, train

    if plan:
        pass_through(
            lambda tell: plan_of(Studio.open(studio), name, base=base, recipe=recipe, tell=tell),
            as_json=as_json,
            words=str,
            data=asdict,
        )
        return

    def words(trained: Trained) -> str:
        return (
            f"{name}: {len(trained.adapters)} epochs are saved in {Path(trained.run)}.\n"
            f"Next: castmates choose {name} --studio {studio}"
        )

    pass_through(
        lambda tell: train(Studio.open(studio), name, base=base, recipe=recipe, tell=tell),
        as_json=as_json,
        words=words,
        data=lambda trained: trained.model_dump(mode="json"),
    )
