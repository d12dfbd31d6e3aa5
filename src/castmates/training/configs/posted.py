"""Read a configuration's text as people keep and post it: JSON, TOML, or a list out of an article.

In articles settings stand as bullets, with curly quotes and `10 EPOCH` for a length. Such text is
read too, and every line that was changed or left out is told; plain TOML and JSON are taken as
they are.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from castmates.core.errors import BadInput

_bullet = re.compile(r"^\s*(?:[•·‣▪*–—-]|\d+[.)])\s+(?=[A-Za-z_]+\s*=)")
_setting = re.compile(r"^\s*[A-Za-z_][\w-]*\s*=")
_part = re.compile(r"""^\s*(?:$|[#\["'\],]|-?\d)""")
_length = re.compile(r"=\s*(\d+)\s*(epoch|step)s?\s*$", re.IGNORECASE)
_quotes = str.maketrans("“”„‟‘’", '""""\'\'')


@dataclass(frozen=True)
class Posted:
    """What the text holds (`json` or `toml`), and how it had to be read."""

    data: dict[str, Any]
    format: str
    notes: tuple[str, ...] = ()


def read(text: str, where: str) -> Posted:
    """The tables of a configuration.

    Raises:
        BadInput: neither JSON nor TOML nor a list of settings; says the line.
    """
    if text.lstrip().startswith("{"):
        return Posted(_json(text, where), "json")
    try:
        return Posted(tomllib.loads(text), "toml")
    except tomllib.TOMLDecodeError as error:
        mended, notes = _mended(text)
        if notes:
            try:
                return Posted(tomllib.loads(mended), "toml", tuple(notes))
            except tomllib.TOMLDecodeError:
                pass
        raise BadInput(f"{where} is not TOML: {error}.", "Mend that line.") from error


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{where} is not JSON: {error}.", "Mend that line.") from error
    return data


def _mended(text: str) -> tuple[str, list[str]]:
    lines: list[str] = []
    notes: list[str] = []
    bullets = 0
    for number, line in enumerate(text.splitlines(), 1):
        plain, found = _bullet.subn("", line)
        bullets += found
        mended = plain.translate(_quotes)
        mended = _length.sub(lambda found: f'= "{found[1]} {found[2].lower()}s"', mended)
        if not (_setting.match(mended) or _part.match(mended)):
            notes.append(f"line {number} is no setting and is left out: {line.strip()[:60]}")
            continue
        if mended != plain:
            notes.append(f"line {number} is read as: {mended.strip()}")
        lines.append(mended)
    if bullets:
        notes.insert(0, f"{bullets} settings are read out of a list with bullets")
    return "\n".join(lines), notes
