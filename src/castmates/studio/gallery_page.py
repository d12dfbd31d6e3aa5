"""The page of drawn pictures: entries in, one HTML file out that shows the files beside it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined

from castmates.files.gallery import Entry


def render(studio: str, pictures: Sequence[Entry], asked: str, count: int) -> str:
    """The page as HTML text; it lies in the studio, and its pictures where they are.

    Args:
        pictures: newest first.
        asked: what was looked for; "": all.
        count: of all that fit, shown or not.
    """
    script = _text("gallery.js")
    digest = b64encode(sha256(script.encode()).digest()).decode("ascii")
    return (
        _environment()
        .get_template("gallery.html.j2")
        .render(
            studio=studio,
            asked=asked,
            count=count,
            pictures=[(quote(one.path), _ratio(one), one) for one in pictures],
            names=sorted({name for one in pictures for name in one.adapters}),
            script=script,
            script_digest=f"sha256-{digest}",
        )
    )


def _ratio(entry: Entry) -> float:
    """Width over height; 1 where nothing is said."""
    width, _, height = entry.size.partition("x")
    return round(int(width) / int(height), 3) if width and height else 1.0


def _text(name: str) -> str:
    return files("castmates.studio").joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
