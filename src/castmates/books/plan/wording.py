"""Say a planned page in words: tags for who draws it, a sentence for who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.books.plan.plan import PlannedFigure, PlannedPage
from castmates.books.story.cast import Member, member
from castmates.captions.wording import listed, with_article

_DOES = {
    "running": "is running",
    "jumping": "is jumping",
    "sitting": "is sitting",
    "waving": "is waving",
    "arms up": "throws both arms up",
    "standing": "is standing",
}
_FACES = {
    "smile": "smiling",
    "open mouth": "laughing",
    "sad": "looking sad",
    "surprised": "looking surprised",
    "angry": "looking cross",
    "closed eyes": "with closed eyes",
}
_PLACES = {
    "forest": "in a forest",
    "beach": "on a beach",
    "snow": "in the snow",
    "space": "in space",
    "city": "in a town",
    "castle": "in front of a castle",
    "bedroom": "in a bedroom",
    "meadow": "on a meadow",
    "underwater": "under water",
    "desert": "in a desert",
}
_WEATHER = {"snowing": "It is snowing.", "raining": "It is raining.", "windy": "It is windy."}


@dataclass(frozen=True)
class PageWords:
    """The words of a picture: of the whole, and of each figure from left to right.

    Every figure's words hold its kind, looks and outfit, so that no page forgets them.
    """

    setting: tuple[str, ...]
    figures: tuple[tuple[str, tuple[str, ...]], ...]


def page_words(page: PlannedPage, cast: Sequence[Member], style: str = "") -> PageWords:
    """The tags that draw a page.

    Args:
        style: of the book; the page's own goes before.

    Raises:
        BadInput: somebody on the page is not in the cast.
    """
    where = f"page {page.number}"
    setting = [page.framing, page.where, page.time, page.weather, page.action, page.style or style]
    figures = tuple(
        (figure.name, _tags(figure, member(cast, figure.name, where))) for figure in page.figure
    )
    return PageWords(tuple(tag for tag in setting if tag), figures)


def alt_text(page: PlannedPage, cast: Sequence[Member]) -> str:
    """One or two sentences that say what the picture shows. Raises BadInput as `page_words`."""
    place = _PLACES.get(page.where, f"in {with_article(page.where)}" if page.where else "")
    if page.time == "night":
        place = f"{place} at night".strip()
    clauses = [_clause(figure, member(cast, figure.name, "alt")) for figure in page.figure]
    if not clauses:
        said = f"A picture {place}".strip()
    elif len(clauses) == 1:
        said = f"{clauses[0]}{f', {place}' if place else ''}"
    else:
        said = f"{f'{place[0].upper()}{place[1:]}: ' if place else ''}{'; '.join(clauses)}"
    more = [_WEATHER.get(page.weather, ""), page.action and f"{page.action.rstrip('.')}."]
    return " ".join([f"{said}.", *(part for part in more if part)])


def _tags(figure: PlannedFigure, who: Member) -> tuple[str, ...]:
    worn = [tag for tag in who.looks if not _replaced(tag, figure, who)]
    tags = [who.kind, *worn, figure.outfit, figure.hat]
    tags += [f"holding {figure.holds}" if figure.holds else ""]
    tags += [figure.pose, figure.expression, figure.view]
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _replaced(tag: str, figure: PlannedFigure, who: Member) -> bool:
    """Whether a look is the usual outfit, which the page has changed."""
    return tag == who.outfit and figure.outfit != who.outfit


def _clause(figure: PlannedFigure, who: Member) -> str:
    worn = [with_article(each) for each in (figure.outfit, figure.hat) if each]
    dressed = f" in {listed(worn)}" if worn else ""
    held = f", holding {with_article(figure.holds)}" if figure.holds else ""
    face = "" if figure.view == "from behind" else f", {_FACES.get(figure.expression, '')}"
    view = ", seen from behind" if figure.view == "from behind" else ""
    does = _DOES.get(figure.pose, f"is {figure.pose}")
    return f"{who.shown}{dressed} {does}{face.rstrip(', ')}{held}{view}"
