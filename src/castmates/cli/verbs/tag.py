"""`castmates tag`: captions by a tagger."""

from __future__ import annotations

from typing import Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, JsonOption, NameArgument, StudioOption


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    overwrite: Annotated[
        bool, typer.Option(help="Write over captions that were brought along or edited.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Caption the pictures: trigger first, the character's own looks left out.

    Example: castmates tag pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.tag import Tagged, tag

    def words(tagged: Tagged) -> str:
        looks = ", ".join(tagged.looks) or "none found"
        return (
            f"{name}: {tagged.written} captions written, {tagged.kept} kept.\n"
            f"Left out, so that '{tagged.trigger}' stands for them: {looks}\n"
            f"Next: castmates train {name} --studio {studio}"
        )

    pass_through(
        lambda tell: tag(Studio.open(studio), name, overwrite=overwrite, tell=tell),
        as_json=as_json,
        words=words,
        data=lambda tagged: tagged.model_dump(mode="json"),
    )
