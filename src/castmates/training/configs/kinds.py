"""How values are written in other trainers' files: text, number or list -> value; knows no keys."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from math import isfinite
from typing import Any

from castmates.core.errors import BadInput

_YES, _NO = ("true", "1", "yes", "on"), ("false", "0", "no", "off", "none", "")


def typed(kind: str, value: object) -> Any:
    """The value, as that kind.

    Raises:
        ValueError: it cannot be read so; the message says what was wanted.
    """
    return _readers[kind](value)


def boolean(value: object) -> bool:
    """true, 1, yes, on; and their opposites."""
    text = str(value).strip().lower()
    if text not in (*_YES, *_NO):
        raise ValueError("wanted true or false")
    return text in _YES


def whole(value: object) -> int:
    """A whole number, also when written `64.0` or "64"."""
    number = real(value)
    if number != int(number):
        raise ValueError("wanted a whole number")
    return int(number)


def real(value: object) -> float:
    """A number, also as text."""
    try:
        if not isinstance(value, bool) and isfinite(number := float(str(value).strip())):
            return number
    except ValueError:
        pass
    raise ValueError("wanted a number")


def tables(value: object, name: str) -> list[dict[str, Any]]:
    """A list of tables (`[[subsets]]`).

    Raises:
        BadInput: it is something else.
    """
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return value
    raise BadInput(f"'{name}' is no list of tables.", f"Write [[{name}]] above each of them.")


def listed(value: object) -> list[object]:
    """A list; text is parted at commas."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, Iterable):
        return list(value)
    return [value]


def literal(text: str) -> Any:
    """A Python literal as optimizer arguments have it: `0.1`, `True`, `0.9,0.99`, `'text'`.

    Raises:
        ValueError: it is none (text needs quotes).
    """
    try:
        return ast.literal_eval(text.strip())
    except (SyntaxError, ValueError) as error:
        raise ValueError("wanted a number, True, False, or text in quotes") from error


def arguments(value: object) -> dict[str, str]:
    """`["a=1", "b=2"]`, `"a=1 b=2"` or a table -> name -> text, parted at the first `=`."""
    if isinstance(value, dict):
        return {str(name): str(one) for name, one in value.items()}
    parts = value.split() if isinstance(value, str) else [str(one) for one in listed(value)]
    found = {}
    for part in parts:
        name, mark, text = part.partition("=")
        if not mark:
            raise ValueError(f"'{part}' has no '='")
        found[name.strip()] = text.strip()
    return found


def _size(value: object) -> str:
    parts = listed(str(value).lower().replace("x", ",") if isinstance(value, str) else value)
    numbers = [whole(part) for part in parts]
    if len(numbers) not in (1, 2):
        raise ValueError("wanted a size: 768, or 640,768")
    return f"{numbers[0]}x{numbers[-1]}"


def _pair(value: object) -> str:
    return ",".join(str(part) for part in listed(value))


def _extension(value: object) -> str:
    text = str(value).strip()
    return text if not text or text.startswith(".") else f".{text}"


def _precision(value: object) -> str:
    names = {"float": "fp32", "fp32": "fp32", "no": "fp32", "fp16": "fp16", "bf16": "bf16"}
    if str(value).lower() not in names:
        raise ValueError("wanted float, fp16 or bf16")
    return names[str(value).lower()]


_readers: dict[str, Callable[[object], Any]] = {
    "bool": boolean,
    "not": lambda value: not boolean(value),
    "int": whole,
    "float": real,
    "text": lambda value: str(value).strip(),
    "raw": str,
    "texts": lambda value: tuple(str(one) for one in listed(value)),
    "ints": lambda value: tuple(whole(one) for one in listed(value)),
    "floats": lambda value: tuple(real(one) for one in listed(value)),
    "size": _size,
    "pair": _pair,
    "extension": _extension,
    "precision": _precision,
    "mixed": _precision,
    "preset": lambda value: "" if str(value) == "full" else str(value),
    "args": arguments,
}
