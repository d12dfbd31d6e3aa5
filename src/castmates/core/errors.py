"""The tree of errors that a user can meet; knows nothing of how a door shows them.

    CastmatesError            what happened, and the way out           exit code 1
    ├── BadInput              something given is wrong                          2
    ├── Missing               something needed is not there                     3
    ├── Unfit                 both sound, but not together                      4
    ├── Refused               an outside service said no                        5
    └── Stopped               the user stopped it; run again to continue      130

A message says where, what was found, what was wanted, and what to do. Several misfits of one job
are gathered in a `Misfits` and raised together, before long work begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar


class CastmatesError(Exception):
    """Something a user can understand and mend.

    Args:
        what: one sentence: where, what was found, what was wanted.
        fix: one sentence: what to do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(f"{what} {fix}".strip())
        self.what = what
        self.fix = fix


class BadInput(CastmatesError):
    """Something that was given is wrong: a path, a key, a value, a file's content."""

    exit_code = 2


class Missing(CastmatesError):
    """Something that is needed is not there: a package, a model, a finished stage."""

    exit_code = 3


class Unfit(CastmatesError):
    """Two things are sound, but not together: an adapter of another family, photos on storybook."""

    exit_code = 4


class Refused(CastmatesError):
    """An outside service said no."""

    exit_code = 5


class Stopped(CastmatesError):
    """The user stopped the work; the same command goes on from where it stood."""

    exit_code = 130


class Misfits:
    """Gathers what is wrong with a job, so that all of it is told at once.

    >>> misfits = Misfits()
    >>> with misfits.gather():
    ...     raise BadInput("rank is 0; wanted 1 or more.", "Set rank = 16.")
    >>> len(misfits)
    1
    """

    def __init__(self) -> None:
        self._found: list[CastmatesError] = []

    def __len__(self) -> int:
        return len(self._found)

    def add(self, error: CastmatesError) -> None:
        self._found.append(error)

    @contextmanager
    def gather(self) -> Iterator[None]:
        """Keep a CastmatesError raised inside, and go on."""
        try:
            yield
        except CastmatesError as error:
            self.add(error)

    def raise_if_any(self) -> None:
        """Raise the single misfit as it is, or all of them as one error of the first one's kind."""
        if not self._found:
            return
        if len(self._found) == 1:
            raise self._found[0]
        lines = "\n".join(f"  - {error}" for error in self._found)
        raise type(self._found[0])(f"{len(self._found)} things do not fit:\n{lines}")
