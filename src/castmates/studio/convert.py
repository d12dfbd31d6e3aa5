"""The verb `convert`: an adapter in another dialect, as a plain LoRA, or of a lower rank."""

from __future__ import annotations

from pathlib import Path

from castmates.adapters.convert import Converted
from castmates.adapters.convert import convert as convert_file
from castmates.core.errors import Missing


def convert(
    source: Path, target: Path, *, to: str = "kohya", kind: str = "", rank: int | None = None
) -> Converted:
    """Write an adapter anew. Arguments and errors as in `adapters.convert.convert`."""
    if not source.is_file():
        raise Missing(f"There is no file '{source}'.", "Check the path.")
    return convert_file(source, target, to=to, kind=kind or None, rank=rank)
