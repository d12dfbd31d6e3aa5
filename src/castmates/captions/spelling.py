"""Take a caption apart into tags and compare tags however they are spelled; knows no meaning.

A caption is a list of tags between commas, as kohya's trainers and every caption editor read it.
Tags are kept as they are written; only comparing forgets case, spaces, underscores and the escapes
that a prompt parser wants before brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

_comma = re.compile(r"(?<!\\),")
_escape = re.compile(r"\\([()\[\]{}<>,\\])")


def split(caption: str) -> list[str]:
    """The tags as written, without the spaces around them; empty ones are left out.

    A comma that is escaped belongs to its tag.
    """
    return [tag for part in _comma.split(caption) if (tag := " ".join(part.split()))]


def joined(tags: Iterable[str]) -> str:
    """The caption of some tags; a space keeps a tag's last backslash from escaping the comma."""
    return ", ".join(f"{tag} " if tag.endswith("\\") else tag for tag in tags).rstrip(" ")


@lru_cache(maxsize=1 << 16)
def key(tag: str) -> str:
    r"""What a tag is compared by: `Long_Hair` and `long hair`, `cafe \(x\)` and `cafe (x)` agree.

    A short sign such as `^_^` keeps its underscores, since it has no letters around them.
    """
    plain = _escape.sub(r"\1", tag.casefold())
    if any(letter.isalpha() for letter in plain) and len(plain) > 3:
        plain = plain.replace("_", " ")
    return " ".join(plain.split())


def unique(tags: Iterable[str]) -> list[str]:
    """The tags without repetitions and empty ones; the first of each stays where it is."""
    seen: dict[str, str] = {}
    for tag in tags:
        name = key(tag)
        if name:
            seen.setdefault(name, " ".join(tag.split()))
    return list(seen.values())
