"""`castmates check`: what a dataset teaches and misses."""

from __future__ import annotations

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what the pictures teach, what they miss, and what to do about it.

    Example: castmates check pip --studio my-studio
    """
    from castmates.files.studio import Studio
    from castmates.studio.check import check

    pass_through(
        lambda tell: check(Studio.open(studio), name, base=base, tell=tell),
        as_json=as_json,
        words=lambda report: report.text(),
        data=lambda report: report.model_dump(mode="json"),
    )
