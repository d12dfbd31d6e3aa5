"""Keep an index of pictures and their words (`gallery.sqlite` in a studio); opens none.

The index is a cache: what does not fit is thrown away and made anew from the pictures, and it may
be deleted at any time. Words are found by SQLite's full-text search (FTS5).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from castmates.core.errors import CastmatesError
from castmates.core.types import Value

FILE = "gallery.sqlite"
EDITION = 1
"""Of the tables below; another one's file is made anew."""
_COLUMNS = ("path", "words", "negative", "adapters", "base", "sampler", "seed", "size", "steps")
_PATIENCE = 20.0
"""Seconds to wait for another program that writes."""


class Entry(Value):
    """A picture as the index knows it.

    Attributes:
        path: from the studio, with `/`.
        adapters: their names, in order.
        size: `WIDTHxHEIGHT`, as it was drawn.
    """

    path: str
    words: str
    negative: str = ""
    adapters: tuple[str, ...] = ()
    base: str = ""
    sampler: str = ""
    seed: int = 0
    size: str = ""
    steps: int | None = None


Stamp = tuple[int, int]
"""A file's size in bytes and its time in nanoseconds."""


class Gallery:
    """The index of a studio's pictures; make one by `Gallery.open`."""

    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self._path, self._database = path, database

    @classmethod
    @contextmanager
    def open(cls, path: Path, *, anew: bool = False) -> Iterator[Gallery]:
        """The index in a file, made where there is none or where it does not fit.

        Args:
            anew: throw it away first.

        Raises:
            CastmatesError: it cannot be written, or another program keeps it locked.
        """
        if anew:
            path.unlink(missing_ok=True)
        try:
            with closing(_connected(path)) as database:
                yield cls(path, database)
        except sqlite3.Error as error:
            raise CastmatesError(
                f"{path} could not be used: {error}.",
                "It is only an index: delete it, and run the same command again.",
            ) from error

    def stamps(self) -> dict[str, Stamp]:
        """Path -> size and time of every file that was looked at, with words in it or not."""
        rows = self._database.execute("select path, bytes, changed from files")
        return {path: (size, changed) for path, size, changed in rows}

    def keep(self, seen: Mapping[str, tuple[Stamp, Entry | None]]) -> None:
        """Take looked-at files in, in place of what was known of them; all or nothing.

        Args:
            seen: path -> its stamp, and what was found; None: no words.
        """
        self.drop(seen)
        with self._database as writing:
            for path, (stamp, entry) in seen.items():
                writing.execute("insert into files values (?, ?, ?)", (path, *stamp))
                if entry is not None:
                    told = entry.model_dump() | {"adapters": "\n".join(entry.adapters)}
                    writing.execute(_INSERT, [told[column] for column in _COLUMNS])

    def drop(self, paths: Iterable[str]) -> None:
        """Forget files."""
        with self._database as writing:
            for path in paths:
                writing.execute("delete from files where path = ?", (path,))
                writing.execute("delete from pictures where path = ?", (path,))

    def find(self, asked: str, limit: int) -> tuple[list[Entry], int]:
        """Pictures with all these words, newest first, and how many there are in all.

        Args:
            asked: words or "groups of words"; each may be the beginning of a longer one, and stand
                in the prompt, the negative prompt, adapters, base, sampler, seed, size or path.
                Empty: all pictures.
        """
        where, values = "", []
        if terms := _terms(asked):
            where, values = "where pictures match ?", [terms]
        joined = f"from pictures join files using (path) {where}"
        ((count,),) = self._database.execute(f"select count(*) {joined}", values)
        rows = self._database.execute(
            f"select {', '.join(f'pictures.{one}' for one in _COLUMNS)} {joined} "
            "order by files.changed desc, pictures.path desc limit ?",
            [*values, limit],
        )
        return [_entry(row) for row in rows], int(count)


_INSERT = f"insert into pictures ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})"


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE)
    try:
        ((edition,),) = database.execute("pragma user_version")
    except sqlite3.DatabaseError:
        edition = -1
    if edition == EDITION:
        return database
    if edition != 0:  # another edition's, or no database at all
        database.close()
        with suppress(OSError):
            path.unlink()
        database = sqlite3.connect(path, timeout=_PATIENCE)
    with database as writing:
        writing.execute("create table files (path text primary key, bytes int, changed int)")
        writing.execute(
            f"create virtual table pictures using fts5 ({', '.join(_COLUMNS)}, "
            "tokenize = \"unicode61 remove_diacritics 2 tokenchars '_'\", prefix = '2 3')"
        )
        writing.execute(f"pragma user_version = {EDITION}")
    return database


def _terms(asked: str) -> str:
    """Words as FTS5 reads them: each in double quotes, so that no sign in it is an operator.

    >>> _terms('crown "red hat"')
    '"crown"* "red hat"*'
    """
    groups = asked.split('"')
    found = [
        piece
        for number, group in enumerate(groups)
        for piece in ([group] if number % 2 else group.split())
        if any(sign.isalnum() for sign in piece)
    ]
    return " ".join(f'"{one}"*' for one in found)


def _entry(row: tuple[str | int | None, ...]) -> Entry:
    told = dict(zip(_COLUMNS, row, strict=True))
    return Entry.model_validate(
        told | {"adapters": tuple(str(told["adapters"] or "").splitlines())}
    )
