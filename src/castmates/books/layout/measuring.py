"""Ask the typesetter how large words become; places nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from castmates.books.layout.fonts import FOLDER, Typeface
from castmates.books.layout.items import Words
from castmates.books.layout.plain_data import type_data, words_data
from castmates.books.layout.typst_engine import asked, template

Asked = tuple[Words, float]
"""Words, and the width they are set in."""

Measure = Callable[[Sequence[Asked]], list[tuple[float, float]]]
"""(height, width used) in points for each."""


class Measurer:
    """Sizes of words in one kind of type; asked in batches, remembered."""

    def __init__(self, face: Typeface, language: str) -> None:
        self._head = type_data(face, language)
        self._known: dict[Asked, tuple[float, float]] = {}

    def __call__(self, wanted: Sequence[Asked]) -> list[tuple[float, float]]:
        """(height, width used) in points for each of the wanted."""
        new = [each for each in dict.fromkeys(wanted) if each not in self._known]
        if new:
            rows = [{"words": words_data(words), "width": width} for words, width in new]
            data = json.dumps({**self._head, "asked": rows}).encode()
            job = {"main.typ": template("measure.typ"), "words.typ": template("words.typ")}
            found = asked({**job, "data.json": data}, "size", FOLDER)
            self._known |= {
                each: (float(high), float(wide))
                for each, (high, wide) in zip(new, found, strict=True)
            }
        return [self._known[each] for each in wanted]
