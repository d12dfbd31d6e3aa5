"""Reads what a person saw in drawn pictures, and measures the oracle's error against it.

`labels.toml` lies beside its sheets:

    [sheets]
    "sheet-001.png" = 12              # how many pictures; the first number is in the name

    [pictures.1]                      # slots of the picture
    count = 1
    framing = "full body"
    scene = "forest"
    [[pictures.1.characters]]         # from left to right
    kind = "fox"
    cover = "orange"                  # people's words: "teal" is turquoise too
    eyes = "?"                        # could not be told; what is left out was not looked at
    outfit = ["shirt", "raincoat"]    # either
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import did_you_mean
from castmates.files.reading import read_utf8
from storybook.oracle.cutting import Pixels
from storybook.oracle.figures import Tally, right_in
from storybook.oracle.reading import Oracle
from storybook.oracle.settings import LABELS
from storybook.oracle.sheets import pictures_of, read_picture
from storybook.oracle.slots import CHARACTER, PICTURE, Right, Slots
from storybook.oracle.tags import called

UNREADABLE = "?"
NAME = "labels.toml"
_COLOURED = ("cover", "eyes", "ears", "cape", "scarf", "bow", "hair_second", "outfit_second")


@dataclass(frozen=True, eq=False)
class Label:
    """One picture and what a person saw in it."""

    number: int
    pixels: Pixels
    picture: Right
    characters: tuple[Right, ...]


def read_labels(folder: Path = LABELS) -> list[Label]:
    """The labelled pictures of a folder; none where there is no `labels.toml`.

    Raises:
        BadInput: the file is wrong; every misfit is told at once.
        Missing: a sheet is not there.
    """
    path = folder / NAME
    if not path.exists():
        return []
    table = _parsed(path)
    pixels = _pictures(path, table.get("sheets", {}))
    labels, misfits = [], Misfits()
    for number, told in table.get("pictures", {}).items():
        with misfits.gather():
            labels.append(_label(path, number, told, pixels))
    misfits.raise_if_any()
    return labels


def _parsed(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(read_utf8(path))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path} is not TOML: {error}.", "Mend that line.") from None
    for key in table:
        if key not in ("sheets", "pictures"):
            near = did_you_mean(key, ("sheets", "pictures"))
            raise BadInput(f"{path}: there is no part '{key}'.", near)
    return table


def _pictures(path: Path, sheets: dict[str, Any]) -> dict[str, Pixels]:
    """Number -> picture, cut out of all sheets."""
    pixels: dict[str, Pixels] = {}
    for name, count in sheets.items():
        first = Path(name).stem.rpartition("-")[2]
        if not first.isdigit() or not isinstance(count, int):
            raise BadInput(
                f'{path}: sheets: "{name}" = {count!r}; wanted a name that ends in the first '
                "number, and how many pictures are on it.",
                'Write it like "sheet-001.png" = 12.',
            )
        try:
            found = pictures_of(read_picture(path.parent / name), count)
        except ValueError as error:
            raise BadInput(f"{path}: {name}: {error}.", "Count its pictures again.") from None
        pixels |= {str(int(first) + i): picture for i, picture in enumerate(found)}
    return pixels


def _label(path: Path, number: str, told: Any, pixels: dict[str, Pixels]) -> Label:
    if number not in pixels:
        raise BadInput(
            f"{path}: picture {number} is on no sheet.", f"{did_you_mean(number, pixels)}"
        )
    if not isinstance(told, dict):
        raise BadInput(f"{path}: picture {number} is {told!r}; wanted slots.", _HOW)
    told = dict(told)
    characters = told.pop("characters", [])
    if not isinstance(characters, list) or not all(isinstance(one, dict) for one in characters):
        raise BadInput(f"{path}: picture {number}: characters are not tables.", _HOW)
    count = str(told.get("count", UNREADABLE))
    if count.isdigit() and int(count) < len(characters):
        raise BadInput(
            f"{path}: picture {number} has count {count}, but {len(characters)} characters.",
            "Put one of them right.",
        )
    where = f"{path}: picture {number}"
    each = (
        _right(f"{where}, character {i}", one, CHARACTER) for i, one in enumerate(characters, 1)
    )
    return Label(int(number), pixels[number], _right(where, told, PICTURE), tuple(each))


_HOW = "See the first lines of storybook/oracle/labelling.py."


def _right(where: str, told: dict[str, Any], slots: Slots) -> Right:
    """Slot -> the answers that a person's words allow."""
    right: dict[str, frozenset[str]] = {}
    for slot, words in told.items():
        if slot not in slots.answers:
            raise BadInput(f"{where}: no slot is called '{slot}'.", did_you_mean(slot, slots.names))
        allowed: set[str] = set()
        for word in words if isinstance(words, list) else [words]:
            allowed |= _allowed(where, slot, str(word), slots)
        if UNREADABLE not in allowed:
            right[slot] = frozenset(allowed)
    return right


def _allowed(where: str, slot: str, word: str, slots: Slots) -> frozenset[str]:
    if word == UNREADABLE or word == "":
        return frozenset({UNREADABLE})
    answers = slots.answers[slot]
    coloured = slots is CHARACTER and (slot in _COLOURED or slot.endswith("_colour"))
    allowed = called(word, slot) if coloured else frozenset({word} & set(answers))
    if not allowed:
        raise BadInput(
            f"{where}: {slot} cannot be '{word}'.",
            did_you_mean(word, answers) + " What cannot be told is '?'.",
        )
    return allowed


def against(oracle: Oracle, labels: Sequence[Label]) -> Tally:
    """How often the oracle answers as people did; of somebody it does not find, all is wrong."""
    tally = Tally()
    readings = oracle.read([label.pixels for label in labels])
    for label, reading in zip(labels, readings, strict=True):
        said = right_in(reading.picture, label.picture)
        for i, right in enumerate(label.characters):
            if i < reading.count:
                said += right_in(reading.persons[i].answers, right)
            else:
                said += [(slot, False) for slot in right]
        tally.add(said)
    return tally


def error_lines(oracle: Oracle, folder: Path = LABELS) -> Iterator[str]:
    """What must be said with every figure that the oracle gives: how far people disagree with it.

    Raises as `read_labels`.
    """
    labels = read_labels(folder)
    if not labels:
        yield "The oracle's error on drawn pictures is not known: no picture is labelled by hand."
        return
    yield "The oracle against pictures labelled by hand:"
    yield from (f"  {line}" for line in against(oracle, labels).lines())


def skeleton(sheets: Sequence[tuple[Path, range]]) -> str:
    """A `labels.toml` to fill in: every slot is "?". Prompts are not in it: they would lead."""
    lines = ["[sheets]", *(f'"{path.name}" = {len(numbers)}' for path, numbers in sheets)]
    everything = [number for _, numbers in sheets for number in numbers]
    for number in everything:
        lines += ["", f"[pictures.{number}]"]
        lines += [f'{slot} = "{UNREADABLE}"' for slot in PICTURE.names]
        lines += [f"[[pictures.{number}.characters]]"]
        lines += [f'{slot} = "{UNREADABLE}"' for slot in CHARACTER.names]
    return "\n".join(lines) + "\n"
