"""The candidates of a book's pages: words, places and adapters as shots, drawn in common batches.

One page is told as a scene. Who is alone is drawn by words; several are drawn each in their own
place where the base can be told places (`castmates.scenes`), on a small base in a wider picture
with a window for each; else by words, which is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from castmates.books.plan.plan import BookPlan, PlannedFigure, PlannedPage
from castmates.books.plan.wording import page_words
from castmates.books.story.cast import Member, member
from castmates.core.events import Tell, Warned
from castmates.core.ports import Pixels
from castmates.core.types import Shot, Size
from castmates.drawing.painter import Painter
from castmates.drawing.shots import Blending, Start, extended
from castmates.drawing.sources import Sources, digest_of
from castmates.families.base import Base
from castmates.families.regions import Regional
from castmates.families.shelf import STORYBOOK
from castmates.files import settings
from castmates.files.images import read
from castmates.files.studio import Studio
from castmates.scenes.scene import Box, Figure, Scene
from castmates.scenes.staging import Course, Player, Staged, placed_shot, plain_shot, staged
from castmates.scenes.widening import widened_scene
from castmates.scenes.wording import wording_for
from castmates.studio.book_pages import Wanted
from castmates.studio.draw import bring, write_drawn
from castmates.studio.draw_extras import with_picture
from castmates.studio.scene_cast import players_of
from castmates.studio.scene_tries import LARGE

BEGUN = 0.62
"""How much noise a sketch or photo gets that a page starts from: its layout stays, its lines go."""
_UNKNOWN_TO_STORYBOOK = ("sunny", "windy", "raining", "foggy", "snowing")


@dataclass(frozen=True)
class Drafted:
    """A page ready to be drawn: a shot and a file for each candidate.

    Attributes:
        names: of everybody there, from left to right; boxes: where each one should stand.
        words: all of its words, for who checks what was asked for; own: those of them that are the
            characters themselves, which nobody asked for.
    """

    wanted: Wanted
    shots: tuple[Shot, ...]
    files: tuple[str, ...]
    names: tuple[str, ...]
    boxes: tuple[Box, ...]
    words: str
    own: tuple[str, ...]


_Told = tuple[tuple[str, ...], tuple[Box, ...], str, tuple[str, ...]]
"""Names, boxes, words, own words: as in `Drafted`."""


class Illustrator:
    """Draws pages of one book on one base."""

    def __init__(
        self, studio: Studio, base: Base, plan: BookPlan, cast: Sequence[Member], tell: Tell
    ) -> None:
        self.base = base
        self.tell = tell
        self._studio, self._plan, self._cast = studio, plan, cast
        self._sources = Sources()
        self._told: set[str] = set()
        self._hashes: dict[str, str] = {}

    def draft(self, wanted: Wanted, count: int, seed: int) -> Drafted:
        """The shots of a page's candidates.

        Args:
            seed: of the first; the others count up.

        Raises:
            Missing: somebody is not in the studio; the picture it starts from is not there.
        """
        page = wanted.page
        scene = self._scene(page)
        shots: list[Shot] = []
        if not page.figure:
            said = Shot(words=f"no humans, {scene}", reading="prompt")
            shots = [said.model_copy(update={"seed": seed + i}) for i in range(count)]
            return self._filed(wanted, shots, {}, ((), (), said.words, ()))
        told = _scene_of(page, scene)
        pairs = zip(players_of(self._studio, told), page.figure, strict=True)
        players = [_dressed(player, figure, self._cast) for player, figure in pairs]
        uses = [player.adapter.name for player in players if player.adapter is not None]
        hashes = bring(self.base, self._studio, uses)
        self._hashes |= hashes
        at = staged(told, players, wording_for(self.base.name), Course({}))
        wide = self._widened(at)
        blending: Blending = "attention" if wide is None else "windows"
        at = wide or at
        for i in range(count):
            shots.append(self._shot(at, seed + i, blending))
        own = tuple(word for p in players for word in (p.trigger, p.told.kind))
        looks = tuple(look for name in (p.name for p in players) for look in self._looks(name))
        boxes = tuple(at.boxes)
        names = tuple(figure.name for figure in page.figure)
        return self._filed(wanted, shots, hashes, (names, boxes, at.texts.plain, (*own, *looks)))

    def draw(self, drafts: Sequence[Drafted]) -> None:
        """Draw what of the drafts is not there yet, in common batches, each kept at once."""
        waiting = [
            (shot, draft.wanted.folder / name)
            for draft in drafts
            for shot, name in zip(draft.shots, draft.files, strict=True)
            if not (draft.wanted.folder / name).is_file()
        ]
        if not waiting:
            return
        painter = Painter(self.base, hashes=self._hashes, sources=self._sources)
        shots = [shot for shot, _ in waiting]
        for drawn in painter.draw(shots, self.tell):
            path = waiting[drawn.index][1]
            path.parent.mkdir(parents=True, exist_ok=True)
            write_drawn(drawn, path)

    def _scene(self, page: PlannedPage) -> str:
        words = page_words(page, self._cast, self._plan.style).setting
        if self.base.name == STORYBOOK:
            for word in [each for each in words if each in _UNKNOWN_TO_STORYBOOK]:
                self._say(f"The storybook base has no picture of '{word}'; it is left out.")
            words = tuple(each for each in words if each not in _UNKNOWN_TO_STORYBOOK)
        return ", ".join(each for each in words if each != page.framing)

    def _widened(self, at: Staged) -> Staged | None:
        """With a window for each, where the base is too small to draw several well in one."""
        facts = self.base.facts
        if facts.native_size >= LARGE or not isinstance(self.base, Regional):
            return None
        native = Size(width=facts.native_size, height=facts.native_size)
        return widened_scene(at, native, facts.size_multiple)

    def _shot(self, at: Staged, seed: int, blending: Blending) -> Shot:
        if len(at.players) == 1:
            return plain_shot(at, seed).model_copy(update={"words": at.texts.alone[0]})
        if isinstance(self.base, Regional):
            return placed_shot(at, seed, blending)
        self._say(f"{self.base.name} reads one text for a picture: characters may mix on a page.")
        return plain_shot(at, seed)

    def _filed(
        self, wanted: Wanted, shots: Sequence[Shot], hashes: Mapping[str, str], told: _Told
    ) -> Drafted:
        begun = [self._begun(shot, wanted.start) for shot in shots]
        files = tuple(
            f"{i:02d}-{shot.seed}-{_digest(shot, hashes, self.base)}.png"
            for i, shot in enumerate(begun, 1)
        )
        return Drafted(wanted, tuple(begun), files, *told)

    def _begun(self, shot: Shot, start: Path | None) -> Shot:
        if start is None:
            return shot
        picture = read(start)
        self._sources = with_picture(self._sources, picture, start.name)
        begin = Start(picture=digest_of(picture), strength=BEGUN)
        return extended(shot).model_copy(update={"start": begin})

    def _looks(self, name: str) -> tuple[str, ...]:
        return member(self._cast, name, "the page").looks

    def _say(self, what: str) -> None:
        if what not in self._told:
            self._told.add(what)
            self.tell(Warned(what=what))


def starting(wanted: Sequence[Wanted]) -> dict[int, Pixels]:
    """The pictures that pages start from, by page. Raises Missing, BadInput: as `images.read`."""
    return {each.number: read(each.start) for each in wanted if each.start is not None}


def _digest(shot: Shot, hashes: Mapping[str, str], base: Base) -> str:
    used = sorted(hashes.items())
    text = f"{settings.digest(shot)} {used} {base.fingerprint}"
    return sha256(text.encode()).hexdigest()[:10]


def _scene_of(page: PlannedPage, setting: str) -> Scene:
    figures = tuple(_figure(figure) for figure in page.figure)
    return Scene(background=setting, framing=page.framing, figure=figures)


def _figure(planned: PlannedFigure) -> Figure:
    held = f"holding {planned.holds}" if planned.holds else ""
    view = planned.view if planned.view != "from front" else ""
    doing = (planned.pose, planned.hat, held, view)
    return Figure(
        name=planned.name,
        outfit=planned.outfit,
        action=", ".join(word for word in doing if word),
        expression=planned.expression,
    )


def _dressed(player: Player, figure: PlannedFigure, cast: Sequence[Member]) -> Player:
    """Each word once; without looks that the adapter knows: it was trained without them.

    A tagger's words for what is drawn in no other picture (a green fox, called white for its mask)
    would pull away from it (docs/books.md). An outfit of the page stays, whatever else is known.
    """
    who = member(cast, figure.name, "the page")
    known = {*who.looks, who.outfit} if player.adapter is not None else {who.outfit}
    if player.adapter is None and figure.outfit in ("", who.outfit):
        known = set()
    kept = [word for word in player.told.own if word not in known or word == figure.outfit]
    return replace(player, told=replace(player.told, own=tuple(dict.fromkeys(kept))))
