"""Read comments for settings files out of docstrings; knows no particular class."""

from __future__ import annotations

import inspect
import re
import textwrap

from pydantic import BaseModel

_WIDTH = 92
_entry = re.compile(r"^    (?P<names>\w+(?:, \w+)*): (?P<text>.*)$")


def summary_of(kind: type[BaseModel]) -> str:
    """The first line of a class's docstring."""
    text = inspect.cleandoc(kind.__doc__ or "").strip()
    return text.partition("\n")[0].replace("`", "")


def comments_of(kind: type[BaseModel]) -> dict[str, list[str]]:
    """Field -> comment lines: its `Field(description=)`, else its entry under `Attributes:`."""
    texts = _attributes(inspect.cleandoc(kind.__doc__ or ""))
    for name, field in kind.model_fields.items():
        if field.description:
            texts[name] = field.description
    return {name: textwrap.wrap(_sentence(text), _WIDTH) for name, text in texts.items() if text}


def _sentence(text: str) -> str:
    text = text.replace("`", "")
    is_name = re.match(r"\w+(, \w+)*:", text)
    return text if is_name else text[:1].upper() + text[1:]


def _attributes(doc: str) -> dict[str, str]:
    """Field -> its text; `rank, alpha: of linear layers` stands whole above the first of them."""
    _, found, section = doc.partition("Attributes:\n")
    entries: dict[str, str] = {}
    current = ""
    for line in section.splitlines() if found else []:
        if match := _entry.match(line):
            names = match["names"].split(", ")
            current = names[0]
            entries[current] = match["text"] if len(names) == 1 else line.strip()
        elif current and line.startswith("        "):
            entries[current] += " " + line.strip()
        elif line and not line.startswith(" "):
            break
    return entries
