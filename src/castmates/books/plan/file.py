"""Read and write `book.toml`; what is broken is told with its line and key. Knows no picture."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from castmates.books.plan.plan import BookPlan
from castmates.books.story.cast import Member, member
from castmates.core.errors import BadInput, CastmatesError, Misfits
from castmates.files import settings
from castmates.files.reading import read_utf8

_header = re.compile(r"^\s*\[\[?\s*([\w.]+)\s*\]\]?")
_key = re.compile(r"^\s*([\w-]+)\s*=")
_line = re.compile(r"at line (\d+)")


def load_plan(path: Path, cast: Sequence[Member] = ()) -> BookPlan:
    """The plan in a file.

    Args:
        cast: who may play; empty: anybody.

    Raises:
        Missing: there is no such file.
        BadInput: broken TOML, unknown keys, values that do not fit, somebody who is not in the
            cast; each with its line and key, all of them at once.
    """
    text, where = read_utf8(Path(path)), str(path)
    _refuse_broken(text, where)
    try:
        plan = settings.parse(text, BookPlan, where)
    except CastmatesError as error:
        raise _with_lines(error, text, where) from error
    _refuse_strangers(plan, cast, text, where)
    return plan


def save_plan(path: Path, plan: BookPlan) -> None:
    """Write the plan, atomically; comments of a file that is there are kept."""
    settings.save(Path(path), plan)


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line, from 1, of the key at a place (("page", 2, "figure", 0, "pose")); None: nowhere.

    A key that is missing is looked for where its table begins.
    """
    counts: dict[str, int] = {}
    current: tuple[str | int, ...] = ()
    best: int | None = None
    wanted = tuple(place)
    for number, line in enumerate(text.split("\n"), 1):
        if header := _header.match(line):
            current = _opened(header[1], line.lstrip().startswith("[["), counts)
            if current and current == wanted[: len(current)]:
                best = number
        elif (key := _key.match(line)) and (*current, key[1]) == wanted[: len(current) + 1]:
            return number
    return best


def _opened(name: str, many: bool, counts: dict[str, int]) -> tuple[str | int, ...]:
    """The place that a table's header opens; `counts` is how many of each there were."""
    parts: list[str | int] = []
    path = ""
    for part in name.split("."):
        path = f"{path}.{part}".strip(".")
        parts.append(part)
        if path == name and many:
            counts[path] = counts.get(path, -1) + 1
            for deeper in [each for each in counts if each.startswith(f"{path}.")]:
                del counts[deeper]
        if path in counts:
            parts.append(counts[path])
    return tuple(parts)


def _refuse_broken(text: str, where: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _line.search(str(error))
        lines = text.split("\n")
        number = int(found[1]) if found else len(lines)
        # A string that does not end is noticed a line later, or at the end of the file.
        written = lines[min(number, len(lines)) - 1]
        key = _key.match(written)
        named = f", at the key '{key[1]}'" if key else ""
        reason = re.sub(r"\s*\(at .*\)", "", str(error)).rstrip(".")
        raise BadInput(
            f"{where}, line {number}{named}: this is not TOML ({reason}).",
            f"Mend that line: {written.strip()[:60]}",
        ) from error


def _with_lines(error: CastmatesError, text: str, where: str) -> BadInput:
    """The same misfits, each with its line."""
    try:
        BookPlan.model_validate(tomllib.loads(text))
    except ValidationError as problems:
        lines = [line_of(text, tuple(each["loc"])) for each in problems.errors()]
        shown = str(error).split("\n")
        body = shown[1:] if len(shown) > 1 else shown
        told = [_placed(said, where, line) for said, line in zip(body, lines, strict=False)]
        return BadInput("\n".join([*shown[: len(shown) - len(body)], *told]))
    return BadInput(error.what, error.fix)


def _placed(said: str, where: str, line: int | None) -> str:
    return said.replace(f"{where}:", f"{where}, line {line}:", 1) if line else said


def _refuse_strangers(plan: BookPlan, cast: Sequence[Member], text: str, where: str) -> None:
    misfits = Misfits()
    for index, page in enumerate(plan.page):
        for at, figure in enumerate(page.figure):
            line = line_of(text, ("page", index, "figure", at, "name"))
            if cast:
                with misfits.gather():
                    member(cast, figure.name, f"{where}, line {line}: 'name' of page {page.number}")
    misfits.raise_if_any()
