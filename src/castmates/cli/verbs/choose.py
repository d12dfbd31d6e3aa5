"""`castmates choose`: the epoch and the strength, with reasons."""

from __future__ import annotations

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption
from castmates.core.types import Choice


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Choose epoch and strength by likeness and obedience, and say why.

    Example: castmates choose pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.choose import choose

    def words(choice: Choice) -> str:
        reasons = "\n".join(choice.reasons)
        go_on = f'Next: castmates draw "{{{name}}}, christmas hat, snow" --studio {studio}'
        return f"{reasons}\n{go_on}"

    pass_through(
        lambda tell: choose(Studio.open(studio), name, base=base, tell=tell),
        as_json=as_json,
        words=words,
        data=lambda choice: choice.model_dump(mode="json"),
    )
