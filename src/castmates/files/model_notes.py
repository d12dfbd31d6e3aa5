"""Read the notes that other programs keep beside a model file; writes none.

A1111 and Forge write `name.json` (what a person typed into the card's editor: "activation text"),
helpers for Civitai `name.civitai.info` ("trainedWords").
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from castmates.core.errors import CastmatesError
from castmates.files.reading import read_utf8

_MOST_BYTES = 4 << 20
_BESIDE = (".json", ".civitai.info", ".cm-info.json")


def triggers_beside(model: Path) -> tuple[str, ...]:
    """The words that call what a model learnt, each once; what cannot be read says nothing."""
    said: list[str] = []
    for suffix in _BESIDE:
        said += _words(_notes(model.with_name(model.stem + suffix)))
    return tuple(dict.fromkeys(word.strip().strip(",") for word in said if word.strip(" ,")))


def _words(notes: dict[str, Any]) -> Iterator[str]:
    for key in ("activation text", "trainedWords", "TrainedWords"):
        found = notes.get(key)
        for word in found if isinstance(found, list) else [found]:
            if isinstance(word, str):
                yield word


def _notes(path: Path) -> dict[str, Any]:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return {}
        found = json.loads(read_utf8(path))
    except (OSError, CastmatesError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
