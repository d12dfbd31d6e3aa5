"""Options of drawing many prompts: the cast, prompt files, styles, the best, sheets; no stage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from castmates.core.errors import BadInput

if TYPE_CHECKING:
    from castmates.studio.draw_order import Delivered

_SEVERAL, _STYLES = "Many prompts, many characters", "Styles"
NAMES = ("cast", "prompts", "styles", "best", "sheet")

CastOption = Annotated[
    str | None,
    typer.Option(
        "--cast",
        help="Whom {who} (or MODEL_TARGET_NAME) stands for: all, or names: --cast pip,moss",
        rich_help_panel=_SEVERAL,
    ),
]
PromptsOption = Annotated[
    Path | None,
    typer.Option(
        "--prompts",
        help="A prompt a line, as kohya writes them: {who}, forest --w 128 --h 128 --s 20 --d 7",
        rich_help_panel=_SEVERAL,
    ),
]
BestOption = Annotated[
    bool,
    typer.Option(
        "--best",
        help="Rank them by likeness × obedience, the best first: --count 4 --best",
        rich_help_panel=_SEVERAL,
    ),
]
SheetOption = Annotated[
    str | None,
    typer.Option(
        "--sheet",
        help="turnaround, expressions or poses of a character: --sheet poses --cast pip",
        rich_help_panel=_SEVERAL,
    ),
]
StyleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--style",
        help="Words around the prompt, several allowed: --style watercolour",
        rich_help_panel=_STYLES,
    ),
]
StylesOption = Annotated[
    bool,
    typer.Option(
        "--styles",
        help="Draw nothing; list the styles. More: castmates styles --help",
        rich_help_panel=_STYLES,
    ),
]


def several(
    cast: CastOption = None,
    prompts: PromptsOption = None,
    best: BestOption = False,
    sheet: SheetOption = None,
    style: StyleOption = None,
    styles: StylesOption = False,
) -> dict[str, Any]:
    """What is drawn besides one prompt, and how it is put in order."""
    asked = {"cast": cast, "prompts": prompts, "best": best}
    return {**asked, "sheet": sheet, "styles": tuple(style or ()), "list_styles": styles}


def asked_in(also: dict[str, Any]) -> dict[str, Any]:
    """Take what `several` made out of the options that were given."""
    return {name: also.pop(name) for name in NAMES}


def demand_alone(option: str, asked: dict[str, Any]) -> None:
    """Refuse an option beside those for several prompts. Raises BadInput."""
    there = [name for name in NAMES if asked[name] not in (None, False, ())]
    if there:
        said = "--style" if there[0] == "styles" else f"--{there[0]}"
        what = f"{option} is about one picture, and {said} does not go with it."
        raise BadInput(what, "Leave one of them out.")


def in_words(made: Delivered) -> str:
    """A line for each picture, with what ranks it; then the sheets."""
    lines = []
    for one in made.pictures:
        mark = one.mark
        parts = [] if mark is None else [f"score {mark.score:.2f}"]
        if mark is not None and mark.likeness is not None:
            parts.append(f"likeness {mark.likeness:.2f}")
        if mark is not None and mark.obedience is not None:
            parts.append(f"{len(mark.found)} of {len(mark.wanted)} asked for")
        lines.append(f"{one.path}  {', '.join(parts)}".rstrip())
    return "\n".join([*lines, *made.sheets])


def as_data(made: Delivered) -> dict[str, Any]:
    """The same for machines; and under which terms the bases are that drew them."""
    from castmates.studio.base_terms import terms_data

    members: dict[str, list[str]] = {}
    for one in made.pictures:
        if one.member is not None:
            members.setdefault(one.member, []).append(one.path)
    return {
        "pictures": [one.path for one in made.pictures],
        "shots": [one.shot.model_dump(mode="json") for one in made.pictures],
        "members": members,
        "bases": [terms_data(base) for base in dict.fromkeys(one.base for one in made.pictures)],
        "sheets": list(made.sheets),
        "places": [
            one.model_dump(mode="json", include={"path", "member", "prompt", "cell"})
            for one in made.pictures
        ],
        "scores": [
            {"path": one.path, "best": one.best, **one.mark.model_dump(mode="json")}
            for one in made.pictures
            if one.mark is not None
        ],
    }
