"""The styles of a studio: its own `styles.toml` before those that come with castmates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from castmates.core.errors import BadInput, Misfits
from castmates.core.events import Tell, Warned, silent
from castmates.core.near import did_you_mean
from castmates.core.types import Value
from castmates.drawing.styles import Style, StyleFile, shipped
from castmates.drawing.styles_csv import read_csv
from castmates.files import settings
from castmates.files.reading import read_words
from castmates.files.studio import Studio

FILE = "styles.toml"


class Known(Value):
    """A style, and whether it is the studio's own."""

    name: str
    own: bool
    style: Style


class Imported(Value):
    """What came from a `styles.csv`.

    Attributes:
        file: the studio's `styles.toml`.
        new, replaced, same: names; those that were there in the same words stay as they are.
    """

    file: str
    new: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    same: tuple[str, ...] = ()


def known_styles(studio: Studio | None) -> list[Known]:
    """All styles: the studio's own first. Raises BadInput: its `styles.toml` does not fit."""
    own = _own(studio)
    lower = {name.casefold() for name in own}
    ours = [
        Known(name=name, own=False, style=style)
        for name, style in shipped().items()
        if name.casefold() not in lower
    ]
    return [*(Known(name=name, own=True, style=style) for name, style in own.items()), *ours]


def named_styles(studio: Studio | None, asked: Sequence[str]) -> dict[str, Style]:
    """Styles by the names that people write, in that order, each once.

    One text may name several, with commas between; letters' case does not count.

    Raises:
        BadInput: there is no such style; the nearest is named. All of them at once.
    """
    known = known_styles(studio)
    names = {also.casefold(): one for one in reversed(known) for also in one.style.also}
    names |= {one.name.casefold(): one for one in reversed(known)}
    found: dict[str, Style] = {}
    misfits = Misfits()
    for text in asked:
        whole = " ".join(text.split()).casefold()
        for item in [whole] if whole in names else whole.split(","):
            name = item.strip()
            if name in names:
                found[names[name].name] = names[name].style
            else:
                what = f"There is no style '{name}'."
                misfits.add(BadInput(what, did_you_mean(name, names)))
    misfits.raise_if_any()
    return found


def import_styles(
    studio: Studio, path: Path, *, replace: bool = False, tell: Tell = silent
) -> Imported:
    """Take the styles of A1111's `styles.csv` into the studio's `styles.toml`.

    Args:
        replace: styles of the studio that say something else are replaced.

    Raises:
        Missing: there is no such file.
        BadInput: rows that do not fit, each with its line; or styles of the same name that say
            something else, where `replace` was not asked for. Nothing is written then.
    """
    listed = read_csv(read_words(path).text, str(path))
    own = _own(studio)
    same = [name for name, style in listed.styles.items() if own.get(name) == style]
    other = [name for name in listed.styles if name in own and name not in same]
    if other and not replace:
        names = ", ".join(f"'{name}'" for name in other)
        what = f"The studio has other styles of the same name: {names}."
        raise BadInput(what, "Add --replace to take those of the file, or rename them there.")
    for note in listed.notes:
        tell(Warned(what=note))
    hidden = [name for name in listed.styles if name in shipped()]
    if hidden:
        tell(Warned(what=f"From now on the studio's own style is used for: {', '.join(hidden)}."))
    file = studio.path / FILE
    settings.save(file, StyleFile(style={**own, **listed.styles}))
    new = [name for name in listed.styles if name not in own]
    return Imported(file=str(file), new=tuple(new), replaced=tuple(other), same=tuple(same))


def _own(studio: Studio | None) -> Mapping[str, Style]:
    file = None if studio is None else studio.path / FILE
    if file is None or not file.is_file():
        return {}
    return settings.load(file, StyleFile).style
