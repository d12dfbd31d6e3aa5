"""Where everything stands on the contact sheet of a character's pictures; draws nothing.

A card holds the pictures of one quality group and outfit; in it they stand in runs by view, in rows
of one height, as wide as each is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.files.studio import PictureRecord
from castmates.judging.canvas import font, wrapped
from castmates.pictures.coverage import axes
from castmates.pictures.edits.grouping import REPEATS
from castmates.pictures.report import Finding, PictureReport, Report

EDGE, PAD, GAP = 28, 22, 14
LANE, FOOT, HEAD, TITLE = 24, 24, 50, 104
"""Heights: of a run's label, of what stands below a picture, of a card's head and the sheet's."""

_HEIGHTS = ((12, 220), (30, 170), (80, 128), (10**9, 92))
"""So many pictures: so high are thumbnails, in pixels."""
_LEAST, _MOST = 820, 1440
_NARROW, _WIDE = 0.45, 2.2
_LINE = 19
LISTED = 16
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz"
"""Letters that are not taken for each other."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True)
class Spot:
    """A thumbnail: of which picture, where, and the findings about it by their signs."""

    picture: PictureReport
    box: Box
    signs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lane:
    """The label above a run ("" where one goes on in the next row), and how far its line goes."""

    text: str
    left: int
    top: int
    right: int


@dataclass(frozen=True)
class Card:
    """One group: its title, what stands at its right, and what is in it."""

    title: str
    beside: str
    box: Box
    spots: tuple[Spot, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Item:
    """A finding in the list below: its sign ("" where it is about no single picture), its lines."""

    sign: str
    finding: Finding
    what: tuple[str, ...]
    fix: tuple[str, ...]
    spot: tuple[int, int]


@dataclass(frozen=True)
class Contact:
    """The whole sheet. `more`: findings that the list has no room for."""

    size: tuple[int, int]
    cards: tuple[Card, ...]
    legend: Box
    items: tuple[Item, ...]
    more: int = 0


def contact(report: Report, records: Sequence[PictureRecord]) -> Contact:
    """Lay a sheet out; its size follows from the report and the records alone.

    Args:
        records: what `pictures.toml` says; pictures that it does not name have no group.
    """
    known = {record.number: record for record in records}
    signs = signs_of(report.findings)
    high = next(height for most, height in _HEIGHTS if report.pictures <= most)
    groups = _groups(report.per_picture, known)
    room = min(_MOST, max(_unbroken(group, high) for group in groups.values()))
    flows = [_Flow(room, high, 0) for _ in groups]
    for flow, some in zip(flows, groups.values(), strict=True):
        flow.card(some, signs, _views(some, known))
    room = max([_LEAST, *(flow.used for flow in flows)])
    top, cards = TITLE, []
    for (group, outfit), some in groups.items():
        card = _Flow(room, high, top).card(some, signs, _views(some, known))
        title = " · ".join(word for word in (group, outfit) if word)
        usual = "All pictures" if len(groups) == 1 else "No group"
        cards.append(_titled(card, title or usual, some, known))
        top = card.box[3] + EDGE // 2
    items, bottom = _items(report.findings, signs, room, top + HEAD)
    legend = (EDGE, top, EDGE + room + 2 * PAD, bottom + PAD)
    size = (room + 2 * PAD + 2 * EDGE, (legend[3] if items else top) + EDGE)
    told = len(_told(report.findings))
    return Contact(size, tuple(cards), legend, tuple(items), told - len(items))


def signs_of(findings: Sequence[Finding]) -> dict[str, Finding]:
    """A letter for each finding that is about some of the pictures, most serious first."""
    some = [finding for finding in findings if finding.pictures]
    return dict(zip(SIGNS, some, strict=False))


def _told(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: not finding.pictures)


def _groups(
    pictures: Sequence[PictureReport], known: dict[int, PictureRecord]
) -> dict[tuple[str, str], list[PictureReport]]:
    """(quality group, outfit) -> its pictures: better groups first, what has none last."""
    found: dict[tuple[str, str], list[PictureReport]] = {}
    for one in pictures:
        record = known.get(_number(one))
        key = (record.group, record.outfit.strip()) if record else ("", "")
        found.setdefault(key, []).append(one)
    order = [*REPEATS]

    def rank(key: tuple[str, str]) -> tuple[int, str, bool, str]:
        group, outfit = key
        at = order.index(group) if group in order else len(order) + (not group)
        return at, group, not outfit, outfit

    return {key: found[key] for key in sorted(found, key=rank)}


def _views(
    pictures: Sequence[PictureReport], known: dict[int, PictureRecord]
) -> dict[str, list[PictureReport]]:
    """View -> its pictures, in the order of the coverage table; "" last."""
    found: dict[str, list[PictureReport]] = {}
    for one in pictures:
        record = known.get(_number(one))
        view = (record.view.strip() if record else "") or " ".join(one.shows.get("view", ())[:1])
        found.setdefault(view, []).append(one)
    order = [c.name for axis in axes() if axis.name == "view" for c in axis.categories]
    ranked = sorted(found, key=lambda v: (order.index(v) if v in order else len(order), not v, v))
    return {view: found[view] for view in ranked}


def _number(picture: PictureReport) -> int:
    return int(picture.name.split(".")[0])


def _wide(picture: PictureReport, high: int) -> int:
    return round(high * min(max(picture.width / picture.height, _NARROW), _WIDE))


def _unbroken(pictures: Sequence[PictureReport], high: int) -> int:
    return sum(_wide(one, high) + GAP for one in pictures) + 6 * GAP


class _Flow:
    """Puts the pictures of one card side by side, and into the next row where one is full."""

    def __init__(self, room: int, high: int, top: int) -> None:
        self._left, self._right = EDGE + PAD, EDGE + PAD + room
        self._high, self._top = high, top
        self._x, self._y = self._left, top + HEAD
        self._spots: list[Spot] = []
        self._lanes: list[Lane] = []

    def card(
        self,
        pictures: Sequence[PictureReport],
        signs: dict[str, Finding],
        views: dict[str, list[PictureReport]],
    ) -> Card:
        for view, run in views.items():
            # Where no view is known there is nothing to part by.
            label = f"{view or 'view not said'}  {len(run)}" if any(views) else ""
            self._run(label, run, signs)
        bottom = self._y + LANE + self._high + FOOT + PAD // 2
        box = (EDGE, self._top, self._right + PAD, bottom)
        assert len(self._spots) == len(pictures)
        return Card("", "", box, tuple(self._spots), tuple(self._lanes))

    @property
    def used(self) -> int:
        """The width that the pictures take, which is less than there is where none fits in."""
        return max((spot.box[2] for spot in self._spots), default=self._left) - self._left

    def _run(self, label: str, run: Sequence[PictureReport], signs: dict[str, Finding]) -> None:
        least = round(font(14).getlength(label)) if label else 0
        if self._x > self._left:
            self._x += GAP
            if self._x + max(least, _wide(run[0], self._high)) > self._right:
                self._next_row()
        begin = self._x
        for one in run:
            wide = _wide(one, self._high)
            if self._x > self._left and self._x + wide > self._right:
                self._lane(label, begin)
                self._next_row()
                label, begin = "", self._left
            top = self._y + LANE
            box = (self._x, top, self._x + wide, top + self._high)
            told = tuple(sign for sign, f in signs.items() if one.name in f.pictures)
            self._spots.append(Spot(one, box, told))
            self._x += wide + GAP
        self._lane(label, begin)
        self._x = max(self._x, begin + least + GAP)

    def _lane(self, label: str, begin: int) -> None:
        self._lanes.append(Lane(label, begin, self._y, self._x - GAP))

    def _next_row(self) -> None:
        self._x, self._y = self._left, self._y + LANE + self._high + FOOT + GAP // 2


def _titled(
    card: Card, title: str, some: Sequence[PictureReport], known: dict[int, PictureRecord]
) -> Card:
    numbers = [_number(one) for one in some]
    repeats = {known[n].repeats if n in known else 1 for n in numbers}
    often = f", {min(repeats)} times a round" if repeats != {1} and len(repeats) == 1 else ""
    count = f"{len(some)} picture{'' if len(some) == 1 else 's'}{often}"
    return Card(title, count, card.box, card.spots, card.lanes)


def _items(
    findings: Sequence[Finding], signs: dict[str, Finding], room: int, top: int
) -> tuple[list[Item], int]:
    """The list of findings in two columns, the shorter one first, and where it ends."""
    columns = 2 if room >= 1000 else 1
    wide = (room - (columns - 1) * 2 * PAD) // columns
    bottoms = [top] * columns
    by_finding = {id(finding): sign for sign, finding in signs.items()}
    items = []
    for finding in _told(findings)[:LISTED]:
        column = bottoms.index(min(bottoms))
        what = wrapped(finding.what, 15, wide - 34, 3)
        fix = wrapped(finding.fix, 13, wide - 34, 3) if finding.fix else []
        spot = (EDGE + PAD + column * (wide + 2 * PAD), bottoms[column])
        sign = by_finding.get(id(finding), "")
        items.append(Item(sign, finding, tuple(what), tuple(fix), spot))
        bottoms[column] += _LINE * (len(what) + len(fix)) + 12
    return items, max(bottoms)
