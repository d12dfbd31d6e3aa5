"""Read A1111's `styles.csv`: name, prompt, negative_prompt; keeps nothing, draws nothing.

Quoted cells may hold commas and line breaks. Versions before 1.0 called the second column `text`;
spreadsheets put a BOM in front and may part cells by semicolons. A row without any words is a
heading in A1111's list, and no style.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from castmates.core.errors import BadInput, Misfits
from castmates.drawing.styles import Style

_COLUMNS = {"name": "name", "prompt": "prompt", "text": "prompt", "negative_prompt": "negative"}
_WANTED = "name,prompt,negative_prompt"


@dataclass(frozen=True)
class Listed:
    """What a file holds.

    Attributes:
        styles: by name, in the file's order.
        notes: what was left out, a sentence each.
    """

    styles: dict[str, Style] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_csv(text: str, where: str) -> Listed:
    """Read the text of a `styles.csv`; `where` names it in messages.

    Raises:
        BadInput: every row that does not fit, at once, with its line.
    """
    misfits = Misfits()
    styles: dict[str, Style] = {}
    notes: list[str] = []
    columns: list[str] = []
    for line, cells in _rows(text, where, misfits):
        if not columns:
            columns = _header(cells, f"{where}, line {line}")
            continue
        if len(cells) > len(columns):
            what = f"{where}, line {line}: {len(cells)} cells where {len(columns)} are wanted."
            misfits.add(BadInput(what, "Put words with commas between double quotes."))
            continue
        said = {key: cell.strip() for key, cell in zip(columns, cells, strict=False) if key}
        name = said.pop("name", "")
        if not any(said.values()):
            if name and name.lower() != "none":
                notes.append(f"Line {line}: '{name}' has no words; it is left out.")
        elif not name:
            misfits.add(BadInput(f"{where}, line {line}: this style has no name.", "Name it."))
        else:
            if name in styles:
                notes.append(f"Line {line}: '{name}' was there already; as in A1111 this one wins.")
            styles[name] = Style.model_validate(said)
    if not columns:
        misfits.add(BadInput(f"{where} is empty.", f"Its first line is: {_WANTED}"))
    misfits.raise_if_any()
    if not styles:
        raise BadInput(f"{where} holds no style.", "Add a line for each.")
    return Listed(styles, tuple(notes))


def _rows(text: str, where: str, misfits: Misfits) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the line that it begins in."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    head = lines[0] if lines else ""
    parted = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(lines, delimiter=parted, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        what = f"{where}, line {begins}: {_in_words(error)}."
        misfits.add(BadInput(what, 'A double quote within quoted words is written twice: "".'))


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end" in said:
        return "a double quote is never closed"
    if "expected after" in said:
        return "something stands behind a closing double quote"
    return said


def _header(cells: list[str], place: str) -> list[str]:
    """Our name of each column; "" for those that nobody knows. Raises BadInput."""
    columns = [_COLUMNS.get(cell.strip().lower(), "") for cell in cells]
    if "name" not in columns or len(set(columns) & {"prompt", "negative"}) == 0:
        shown = ",".join(cells)[:60]
        what = f"{place}: the columns are '{shown}'; wanted {_WANTED}."
        raise BadInput(what, "Write that line at the top, without quotes.")
    return columns
