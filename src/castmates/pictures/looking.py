"""Look at a character's pictures, each once in its life; judges nothing.

What was measured, tagged and found is remembered by the picture's content (`remembered`), so that a
second check reads no picture and asks no model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from castmates.backends.taggers import said_of
from castmates.backends.thresholds import FLOOR, Thresholds
from castmates.core.errors import CastmatesError, Misfits
from castmates.core.events import Began, Moved, Tell, Warned
from castmates.core.ports import Finder, Pixels, Tagger
from castmates.core.types import Goal, Tag
from castmates.files import images
from castmates.files.reading import read_words
from castmates.files.studio import CharacterFolder, PictureEntry, PictureRecord
from castmates.pictures.measures import Measured, measured
from castmates.pictures.remembered import FILE, Known, Memory, Somebody

_AT_A_TIME = 16
_DETAILED = 12
"""So many pictures, the first ones, tell whether a base can hold pictures of this kind."""

Detail = Callable[[Sequence[Pixels]], list[float]]
"""Pictures -> the share of each one's detail that a base's VAE holds, 0..1."""


def plain_tags(caption: str) -> list[str]:
    """The tags of a caption as they are compared: lower case, single spaces."""
    return [tag for part in caption.split(",") if (tag := " ".join(part.casefold().split()))]


def _nothing_more(_tag: str) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True)
class Means:
    """What a check can ask. What is None or empty is not asked, and the report says so.

    Attributes:
        tagger, finder: makers, called only when a picture is new to them; by their names (for
            taggers `taggers.identity`) it is remembered what they said.
        detail, base_name: likewise, of a base that can only hold some kinds of pictures; the least
            it must hold is `detail_floor`; `base_called` is how people call it.
        same_kind: tagger and finder know pictures of the base's kind only.
        thresholds: from which confidence the tagger's tags count; None: as it finds right itself.
        count_tokens: tokens of a text with both end marks; `token_limit` of them are read.
        tags_of: caption -> its tags, as they are compared.
        implied: tag -> what it says besides itself ("red scarf" -> "scarf").
        triggers: other characters' names -> their triggers.
        plan: the name of a coverage plan; "": by goal and number of pictures.
        goal: what the pictures are for (`goals`); None: as the character says.
    """

    tagger: Callable[[], Tagger] | None = None
    tagger_name: str = ""
    thresholds: Thresholds | None = None
    finder: Callable[[], Finder] | None = None
    finder_name: str = ""
    detail: Callable[[], Detail] | None = None
    base_name: str = ""
    base_called: str = ""
    detail_floor: float = 0.0
    same_kind: bool = False
    count_tokens: Callable[[str], int] | None = None
    token_limit: int = 0
    tags_of: Callable[[str], list[str]] = plain_tags
    implied: Callable[[str], frozenset[str]] = _nothing_more
    triggers: Mapping[str, str] = field(default_factory=dict)
    plan: str = ""
    goal: Goal | None = None


@dataclass(frozen=True)
class Look:
    """What is known of one picture.

    Attributes:
        tags: of its caption, as they are compared.
        seen: the tagger's; () when none was asked.
        rating: the tagger's word for whom the picture is fit; "": it has none.
        found: whom a finder found; None when none was asked.
        encoding: of the caption file; "" without one.
        record: what `pictures.toml` says of it; None: nothing.
        detail: the share of its detail that the base holds; None when nobody looked.
    """

    entry: PictureEntry
    measured: Measured
    tags: tuple[str, ...]
    seen: tuple[Tag, ...] = ()
    found: tuple[Somebody, ...] | None = None
    encoding: str = ""
    record: PictureRecord | None = None
    rating: str = ""
    detail: float | None = None

    @property
    def name(self) -> str:
        return self.entry.path.name

    @property
    def width(self) -> int:
        return self.measured.width

    @property
    def height(self) -> int:
        return self.measured.height

    @property
    def held_out(self) -> bool:
        return self.record is not None and self.record.held_out

    @cached_property
    def families(self) -> dict[str, str]:
        """The tagger's tags -> their families."""
        return {tag.name: tag.family for tag in self.seen}


@dataclass
class _Models:
    """The tagger, the finder and the base, made when the first picture needs them."""

    means: Means
    _tagger: Tagger | None = None
    _finder: Finder | None = None
    _detail: Detail | None = None

    @property
    def tagger(self) -> Tagger | None:
        if self._tagger is None and self.means.tagger is not None:
            self._tagger = self.means.tagger()
        return self._tagger

    @property
    def finder(self) -> Finder | None:
        if self._finder is None and self.means.finder is not None:
            self._finder = self.means.finder()
        return self._finder

    @property
    def detail(self) -> Detail | None:
        if self._detail is None and self.means.detail is not None:
            self._detail = self.means.detail()
        return self._detail


def looked_at(
    folder: CharacterFolder, side: int, means: Means, tell: Tell
) -> tuple[list[Look], Memory]:
    """Every picture of a character, and the memory, which is saved already.

    Raises:
        BadInput: kept pictures are broken; all of them are named.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    entries = folder.pictures()
    memory = Memory.open(
        folder.path / FILE, side, means.tagger_name, means.finder_name, means.base_name
    )
    models = _Models(means)
    records = {record.number: record for record in folder.records()}
    tell(Began(what="checking pictures", total=len(entries), unit="pictures"))
    looks: list[Look] = []
    misfits = Misfits()
    try:
        for at in range(0, len(entries), _AT_A_TIME):
            some = entries[at : at + _AT_A_TIME]
            found = _known(some, memory, models, max(0, _DETAILED - at), misfits)
            for entry, known in zip(some, found, strict=True):
                if known.measured is not None:
                    looks.append(_look(entry, known, means, records.get(entry.number)))
            tell(Moved(what="checking pictures", done=at + len(some)))
        misfits.raise_if_any()
    finally:
        remember(memory, entries, tell)
    return looks, memory


def remember(memory: Memory, entries: Sequence[PictureEntry], tell: Tell) -> None:
    """Save the memory; a folder that cannot be written costs time, not the report."""
    try:
        memory.save({entry.path.name for entry in entries})
    except CastmatesError as error:
        if memory.lost:
            return
        memory.lost = True
        tell(Warned(what=f"What was measured could not be kept. {error.what}", fix=error.fix))


def _look(entry: PictureEntry, known: Known, means: Means, record: PictureRecord | None) -> Look:
    assert known.measured is not None
    encoding = "" if entry.caption is None else read_words(entry.caption_path).encoding
    asked = means.tagger is not None
    return Look(
        entry=entry,
        measured=known.measured,
        tags=tuple(means.tags_of(entry.caption or "")),
        seen=counting(known.tags or (), means.thresholds) if asked else (),
        found=known.found if means.finder is not None else None,
        detail=known.detail if means.detail is not None else None,
        encoding=encoding,
        record=record,
        rating=known.rating if asked else "",
    )


def counting(tags: Sequence[Tag], limits: Thresholds | None) -> tuple[Tag, ...]:
    """The tags that are certain enough; all of them where nothing says from when they are."""
    return tuple(tag for tag in tags if limits is None or limits.hold(tag))


def _known(
    entries: Sequence[PictureEntry],
    memory: Memory,
    models: _Models,
    detailed: int,
    misfits: Misfits,
) -> list[Known]:
    """What is known of some pictures, after looking at those of which something is not.

    Args:
        detailed: of so many, the first ones, the detail is wanted.
        misfits: gets the broken ones.
    """
    digests, known, pixels = [], [], {}
    for index, entry in enumerate(entries):
        digest, data = memory.digest(entry.path)
        now = memory.known(digest)
        if _lacks(now, models.means, index < detailed):
            with misfits.gather():
                pixels[index] = pixels_of(entry, data)
            if now.measured is None and index in pixels:
                took = measured(pixels[index], memory.side)
                now = now.model_copy(update={"measured": took})
        digests.append(digest)
        known.append(now)
    _ask(known, pixels, models, detailed)
    for index in pixels:
        memory.learn(digests[index], known[index])
    return known


def pixels_of(entry: PictureEntry, data: bytes | None) -> Pixels:
    """A picture, from its bytes where they were read already. Raises BadInput or Missing."""
    return images.read(entry.path) if data is None else images.decoded(data, entry.path)


def _lacks(known: Known, means: Means, detailed: bool) -> bool:
    return (
        known.measured is None
        or (known.tags is None and means.tagger is not None)
        or (known.found is None and means.finder is not None)
        or (detailed and known.detail is None and means.detail is not None)
    )


def _ask(known: list[Known], pixels: Mapping[int, Pixels], models: _Models, detailed: int) -> None:
    """Fill in tags, found figures and detail, many pictures at a time."""
    untagged = [index for index in pixels if known[index].tags is None]
    if untagged and models.tagger is not None:
        floor = None if models.means.thresholds is None else FLOOR
        said = said_of(models.tagger, [pixels[index] for index in untagged], floor)
        for index, (tags, rating) in zip(untagged, said, strict=True):
            heard = {"tags": tuple(tags), "rating": rating}
            known[index] = known[index].model_copy(update=heard)
    unsearched = [index for index in pixels if known[index].found is None]
    if unsearched and models.finder is not None:
        seen = models.finder.find([pixels[index] for index in unsearched])
        for index, everybody in zip(unsearched, seen, strict=True):
            found = tuple(
                Somebody(box=one.box, confidence=one.confidence, name=one.name) for one in everybody
            )
            known[index] = known[index].model_copy(update={"found": found})
    unheld = [index for index in pixels if index < detailed and known[index].detail is None]
    if unheld and models.detail is not None:
        kept = models.detail([pixels[index] for index in unheld])
        for index, share in zip(unheld, kept, strict=True):
            known[index] = known[index].model_copy(update={"detail": share})
