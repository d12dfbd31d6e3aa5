"""Lists and ranges as A1111's X/Y/Z plot writes them -> values; knows no axis.

    1-5             1, 2, 3, 4, 5
    1-10 (+3)       1, 4, 7, 10            a step; its sign is part of it
    10-5 (-3)       10, 7                  downwards
    0.4-1.2 [5]     0.4, 0.6, 0.8, 1, 1.2  so many, evenly, both ends included
    -1-1 (+0.5)     from minus one
    2, 4-6, 9       items are separated by commas; quotes protect them, doubled inside

Ends are included and never passed, in exact decimals: A1111 overshoots `0-1 (+0.3)` to 1.2 and
ends `10-1 (-1)` at 3. A range that holds nothing is an error here, not an empty axis.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import floor

from castmates.core.errors import BadInput

MOST = 10_000
"""Values of one range above which it is taken for a slip."""
DIGITS = 8
"""Digits behind the point of values between two ends, as A1111 shows them."""

_NUMBER = r"[+-]?\s*\d+(?:\.\d*)?"
_range = re.compile(
    rf"(?P<start>{_NUMBER})\s*-\s*(?P<end>{_NUMBER})"
    rf"(?:\s*\((?P<step>[+-]\s*\d*\.?\d+|[+-]\s*\d+\.)\s*\)|\s*\[\s*(?P<count>\d+)\s*\])?"
)
_item = re.compile(
    r'[ \t]*(?:"(?P<quoted>(?:[^"]|"")*)"(?P<behind>[^,\n]*)|(?P<plain>[^,\n]*))(?:[,\n]|\Z)'
)
_looks_like_range = re.compile(r"^\s*[+-]?[\d.]+\s*(-|\.\.|to|:)\s*[+-]?[\d.]+|[(\[].*[)\]]\s*$")
_wanted = "Write it like: 1-5, 1-10 (+3), 10-5 (-3), 0.4-1.2 [5], or a list: 1, 2, 8."


def listed(text: str) -> list[str]:
    """The items of a list, stripped; "" where one is empty.

    Raises:
        BadInput: a quote that is not closed.
    """
    found, at = [], 0
    while at < len(text):
        match = _item.match(text, at)
        if match is None or (match["plain"] or "").startswith('"'):
            raise BadInput(
                f"A quote in '{text}' is opened and not closed.",
                'Write: "one, with commas", two, "with ""quotes"" inside".',
            )
        quoted, plain = match["quoted"], match["plain"]
        item = plain if quoted is None else quoted.replace('""', '"') + match["behind"].rstrip()
        found.append(item.strip())
        at = match.end()
    return [*found, ""] if text.endswith(",") else found


def whole_numbers(item: str) -> list[Fraction]:
    """The whole numbers of an item: one, or a range. `1-10 [5]` is cut to 1, 3, 5, 7, 10.

    Raises:
        BadInput: no number, not whole, or a range that holds nothing.
    """
    found = numbers(item, whole=True)
    wrong = [value for value in found if value.denominator != 1]
    if wrong:
        raise BadInput(f"{written(wrong[0])} is not whole; whole numbers are wanted.", _wanted)
    return found


def numbers(item: str, *, whole: bool = False) -> list[Fraction]:
    """The numbers of an item, each once, in order: one, or a range.

    Args:
        whole: values between the ends of `a-b [n]` lose what is behind the point.

    Raises:
        BadInput: no number, or a range that holds nothing.
    """
    match = _range.fullmatch(item.strip())
    if match is None:
        return [_single(item)]
    start, end = (_exact(match[name]) for name in ("start", "end"))
    if match["count"] is not None:
        found = _counted(start, end, int(match["count"]), item, whole)
    else:
        found = _stepped(start, end, match["step"], item)
    return list(dict.fromkeys(found))


def written(value: Fraction) -> str:
    """The shortest text of a number: `0.8`, `6`, `-0.5`; at most eight digits behind the point."""
    rounded = round(value, DIGITS)
    digits = f"{rounded.numerator / Decimal(rounded.denominator):.{DIGITS}f}"
    text = digits.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _single(item: str) -> Fraction:
    try:
        value = Decimal(item.replace(" ", ""))
    except InvalidOperation:
        what = "no range that can be read" if _looks_like_range.search(item) else "no number"
        raise BadInput(f"'{item}' is {what}.", _wanted) from None
    if not value.is_finite():
        raise BadInput(f"'{item}' is no number.", _wanted)
    if abs(value.adjusted()) > 30:
        raise BadInput(f"'{item}' is far too large or too small.", _wanted)
    return Fraction(value)


def _exact(text: str) -> Fraction:
    return Fraction(Decimal(re.sub(r"\s", "", text).rstrip(".")))


def _stepped(start: Fraction, end: Fraction, step: str | None, item: str) -> list[Fraction]:
    by = _exact(step) if step is not None else Fraction(1)
    if by == 0:
        raise BadInput(f"'{item}' has the step 0.", "Give another step, or a count: 1-5 [5].")
    if (end - start) * by < 0:
        down = f"{written(start)}-{written(end)} ({'-' if by > 0 else '+'}{written(abs(by))})"
        raise BadInput(
            f"'{item}' holds nothing: its step leads away from its end.", f"Write {down}."
        )
    count = floor((end - start) / by) + 1
    if step is None and (end - start).denominator != 1:
        ends = f"{written(start)}-{written(end)}"
        raise BadInput(
            f"'{item}' does not say its step; with 1 it would not come to its end.",
            f"Write {ends} (+0.1), or {ends} [5] for five values.",
        )
    _demand_few(count, item)
    return [start + i * by for i in range(count)]


def _counted(start: Fraction, end: Fraction, count: int, item: str, whole: bool) -> list[Fraction]:
    if count == 0:
        raise BadInput(f"'{item}' holds nothing: it asks for 0 values.", "Ask for some: [5].")
    _demand_few(count, item)
    stride = (end - start) / max(1, count - 1)
    found = [start + i * stride for i in range(count)]
    return [Fraction(int(value)) if whole else round(value, DIGITS) for value in found]


def _demand_few(count: int, item: str) -> None:
    if count > MOST:
        raise BadInput(f"'{item}' holds {count:,} values.", "Take a wider step.")
