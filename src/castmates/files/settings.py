"""Read and write frozen values as TOML that people edit; knows none of the values.

Unknown keys are refused with the nearest known name, all misfits of a file at once. Saving over an
existing file changes only what differs and keeps its comments.
"""

from __future__ import annotations

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import tomlkit
from pydantic import BaseModel, ValidationError
from tomlkit.exceptions import TOMLKitError

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import did_you_mean
from castmates.files.comments import comments_of, summary_of
from castmates.files.merging import merge, with_tables
from castmates.files.reading import read_utf8
from castmates.files.shapes import known_keys
from castmates.files.writing import write_text

V = TypeVar("V", bound=BaseModel)


def load(path: Path, kind: type[V]) -> V:
    """Read a TOML file into a frozen value.

    Raises:
        Missing: there is no such file.
        BadInput: not TOML, unknown keys, or values that do not fit; all of them at once, each
            with the file and the key.
    """
    return parse(read_utf8(Path(path)), kind, str(path))


def parse(text: str, kind: type[V], where: str) -> V:
    """The same for text; `where` names it in messages. Raises BadInput."""
    data = _read_toml(text, where)
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        misfits = Misfits()
        for problem in error.errors():
            misfits.add(_misfit(problem, kind, where))
        misfits.raise_if_any()
        raise


def _read_toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{where} is not TOML: {error}.", "Mend that line.") from error


def _misfit(problem: Any, kind: type[BaseModel], where: str) -> BadInput:
    place = tuple(problem["loc"])
    # The branches of a union add words of their own to the place ("function-before[…]").
    key = ".".join(str(p) for p in place if isinstance(p, int) or p.isidentifier()) or "the file"
    if problem["type"] == "extra_forbidden":
        fix = did_you_mean(str(place[-1]), known_keys(kind, place[:-1]))
        return BadInput(f"{where}: unknown key '{key}'.", fix)
    if problem["type"] == "missing":
        return BadInput(f"{where}: '{key}' is missing.", f"Add a line: {place[-1]} = …")
    message = problem["msg"].removeprefix("Value error, ")
    found = problem.get("input")
    shown = "" if isinstance(found, dict | list) else f" (found {found!r})"
    return BadInput(f"{where}: '{key}' does not fit: {message}{shown}.", "Change that line.")


def dump(value: BaseModel) -> str:
    """A value as fresh TOML; the attributes' docstrings become comments, None is left out.

    Raises:
        TypeError: a None that would come back as something else (TOML has no None).
    """
    data = _plain(value)
    document = tomlkit.document()
    if summary := summary_of(type(value)):
        document.add(tomlkit.comment(summary))
        document.add(tomlkit.nl())
    with_tables(document, data, comments_of(type(value)))
    return tomlkit.dumps(document)


def save(path: Path, value: BaseModel) -> None:
    """Write a value as TOML, atomically; comments of a file that is there are kept.

    Errors as in `writing.replacing`, and BadInput when the file that is there is not TOML: what a
    person was about to write is not wiped out.
    """
    path = Path(path)
    text = _merged(path, value) if path.is_file() else None
    write_text(path, text if text is not None else dump(value))


def _merged(path: Path, value: BaseModel) -> str | None:
    """The file's own text with only the changes made; None when that cannot be done safely."""
    data, old = _plain(value), read_utf8(path)
    _read_toml(old, str(path))
    try:
        document = tomlkit.parse(old)
        merge(document, data, comments_of(type(value)))
        text = tomlkit.dumps(document)
        return text if tomllib.loads(text) == data else None
    except (TOMLKitError, tomllib.TOMLDecodeError):
        return None


def digest(value: BaseModel) -> str:
    """SHA-256 (64 hex digits) of the value as canonical JSON: sorted keys, no spaces, no defaults.

    Equal values have equal digests, whatever their file looks like. What a field leaves at its
    default is not in it, so that a new field does not make finished work look like another's: its
    default has to be what was done before, and a default is never changed.
    """
    data = value.model_dump(mode="json", exclude_defaults=True)
    written = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(written.encode("utf-8")).hexdigest()


def _plain(value: BaseModel) -> dict[str, Any]:
    for name, field in type(value).model_fields.items():
        if getattr(value, name) is None and (field.is_required() or field.default is not None):
            raise TypeError(f"{type(value).__name__}.{name} is None, which TOML cannot hold")
    plain: dict[str, Any] = _without_none(value.model_dump(mode="json"))
    return plain


def _without_none(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_none(item) for key, item in data.items() if item is not None}
    if isinstance(data, list):
        return [_without_none(item) for item in data]
    return data
