"""The verb `gallery`: find drawn pictures by what they were drawn from; draws nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from castmates.core.errors import CastmatesError
from castmates.core.events import Began, Moved, Tell, silent
from castmates.core.types import Value
from castmates.drawing.found import texts_of
from castmates.drawing.infotext import adapters_of
from castmates.drawing.redraw import again
from castmates.files.gallery import FILE, Entry, Gallery, Stamp
from castmates.files.images import SUFFIXES
from castmates.files.reading import read_bytes
from castmates.files.studio import Studio
from castmates.files.writing import write_text
from castmates.studio.gallery_page import render

PLACES = ("drawings/**/*", "books/*/pictures/*/*.png")
"""Where the studio's pictures lie."""
AT_ONCE = 64
LOOKING = "Looking at pictures"


class Found(Value):
    """What was found, newest first.

    Attributes:
        count: of all that fit, shown or not.
        indexed: all pictures that the index knows.
        page: the HTML page; "": none was asked for.
    """

    pictures: tuple[Entry, ...]
    count: int
    indexed: int
    page: str = ""


def gallery(
    studio: Studio,
    asked: str = "",
    *,
    limit: int = 20,
    page: bool = False,
    rebuild: bool = False,
    tell: Tell = silent,
) -> Found:
    """Find pictures by words; the index is brought up to date first, by new and changed files.

    Args:
        asked: see `castmates.files.gallery.Gallery.find`.
        page: write what is found as `gallery.html` into the studio, too.
        rebuild: make the index anew.

    Raises:
        CastmatesError: the index or the page cannot be written.
    """
    with Gallery.open(studio.path / FILE, anew=rebuild) as index:
        update(studio, index, tell)
        pictures, count = index.find(asked, limit)
        _, indexed = index.find("", 0)
    written = ""
    if page:
        path = studio.path / "gallery.html"
        write_text(path, render(studio.path.name, pictures, asked, count))
        written = str(path)
    return Found(pictures=tuple(pictures), count=count, indexed=indexed, page=written)


def update(studio: Studio, index: Gallery, tell: Tell) -> None:
    """Look into files that are new or changed, and forget those that are gone."""
    known, there = index.stamps(), dict(_files(studio))
    index.drop(known.keys() - there.keys())
    new = [path for path, stamp in there.items() if known.get(path) != stamp]
    if new:
        tell(Began(what=LOOKING, total=len(new), unit="pictures"))
    for start in range(0, len(new), AT_ONCE):
        some = new[start : start + AT_ONCE]
        index.keep({path: (there[path], _looked_at(studio.path, path)) for path in some})
        tell(Moved(what=LOOKING, done=start + len(some)))


def _files(studio: Studio) -> Iterator[tuple[str, Stamp]]:
    for place in PLACES:
        for path in studio.path.glob(place):
            if path.suffix.lower() in SUFFIXES and path.is_file():
                found = path.stat()
                inside = path.relative_to(studio.path).as_posix()
                yield inside, (found.st_size, found.st_mtime_ns)


def _looked_at(root: Path, path: str) -> Entry | None:
    """What a picture says of itself; None: nothing that can be read."""
    try:
        found = again(texts_of(read_bytes(root / path)))
    except CastmatesError:
        return None
    shot = found.shot
    return Entry(
        path=path,
        words=shot.words,
        negative=shot.negative,
        adapters=tuple(adapters_of(shot)),
        base=found.model[0],
        sampler=shot.sampler or "",
        seed=shot.seed,
        size=str(shot.size or ""),
        steps=shot.steps,
    )
