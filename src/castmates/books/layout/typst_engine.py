"""Run the typesetter on sources in memory; knows no book.

typst is a wheel of its own (Apache-2.0); files of a job lie in a temporary folder while it runs.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from castmates.core.errors import CastmatesError, Missing
from castmates.files.trouble import in_words

try:
    import typst
    from typst import TypstError
except ModuleNotFoundError as _error:  # pragma: no cover
    raise Missing(
        "Books are set by 'typst', which is not installed.", "Run: pip install 'castmates[books]'"
    ) from _error

__all__ = ["TypstError", "asked", "compiled", "families", "template"]

_EPOCH = 0
"""Written into PDFs as their date, so that the same book is the same bytes."""


def template(name: str) -> bytes:
    """A template of this package ("sheets.typ")."""
    return (files("castmates.books.layout") / "templates" / name).read_bytes()


@cache
def families(folder: Path) -> frozenset[str]:
    """Every font family there is: the typesetter's own, the folder's, the system's."""
    return frozenset(typst.Fonts(font_paths=[str(folder)]).families())


def compiled(
    job: Mapping[str, bytes],
    *,
    pictures: Mapping[str, Path] | None = None,
    form: Literal["pdf", "png"] = "pdf",
    ppi: float = 144.0,
    standard: str | None = None,
    fonts: Path | None = None,
) -> list[bytes]:
    """What the typesetter makes of `main.typ`: one PDF, or a PNG for each page.

    Args:
        job: file name -> content.
        pictures: file name -> a file that stands for it.
        ppi: pixels per inch of PNGs.
        standard: a standard that the PDF must meet ("a-2u").

    Raises:
        TypstError: the sources do not compile.
        CastmatesError: the disk is full or forbidden.
    """
    with _desk() as desk:
        root = _laid(desk, job, pictures or {})
        options: dict[str, Any] = {"format": form, "root": str(root)}
        if form == "png":
            options["ppi"] = ppi
        else:
            options["timestamp"] = _EPOCH
            options["pdf_standards"] = [standard] if standard else []
        made = typst.compile(str(root / "main.typ"), font_paths=_paths(fonts), **options)
    if made is None:
        raise CastmatesError("The typesetter made nothing.", "Report this, with the book.")
    return made if isinstance(made, list) else [made]


def asked(job: Mapping[str, bytes], label: str, fonts: Path | None = None) -> list[Any]:
    """The values of all metadata with a label in `main.typ`. Errors as in `compiled`."""
    with _desk() as desk:
        root = _laid(desk, job, {})
        said = typst.query(
            str(root / "main.typ"),
            f"<{label}>",
            field="value",
            root=str(root),
            font_paths=_paths(fonts),
        )
    found: list[Any] = json.loads(said)
    return found


@contextmanager
def _desk() -> Iterator[Path]:
    """A folder that is there while a job runs."""
    with in_words(Path(tempfile.gettempdir()), "written"):
        desk = tempfile.TemporaryDirectory(prefix="castmates-book-")
    with desk as place:
        yield Path(place)


def _paths(fonts: Path | None) -> list[str]:
    return [str(fonts)] if fonts and fonts.is_dir() else []


def _laid(root: Path, job: Mapping[str, bytes], pictures: Mapping[str, Path]) -> Path:
    """The files of a job in a folder."""
    for name, data in job.items():
        with in_words(root / name, "written"):
            (root / name).write_bytes(data)
    for name, path in pictures.items():
        with in_words(path, "read"):
            (root / name).write_bytes(path.read_bytes())
    return root
