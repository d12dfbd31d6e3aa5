"""`castmates inspect`: what an adapter or a picture holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import JsonOption


def command(
    path: Annotated[Path, typer.Argument(help="An adapter (.safetensors) or a picture.")],
    as_json: JsonOption = False,
) -> None:
    """Say what is inside a file, without loading any model.

    Example: castmates inspect my-studio/cast/pip/pip.safetensors
    """
    from castmates.studio.inspect import inspect

    pass_through(
        lambda _: inspect(path),
        as_json=as_json,
        words=lambda card: "\n".join(
            f"{key:<14} {value}"
            for key, value in card.model_dump(mode="json").items()
            if value not in (None, "", [], {}) and key != "metadata"
        ),
        data=lambda card: card.model_dump(mode="json"),
    )
