"""Hear what a tagger says of a character's pictures, each asked once a model; writes no caption.

The answers are remembered with those of the checks (`remembered`), by the picture's content and the
model's, so that another threshold, or a check behind a tagging, asks nothing again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from castmates.backends.taggers import said_of
from castmates.backends.thresholds import FLOOR, Thresholds
from castmates.core.errors import Misfits
from castmates.core.events import Began, Moved, Tell, silent
from castmates.core.ports import Pixels, Tagger
from castmates.core.types import Tag
from castmates.files.studio import CharacterFolder, PictureEntry
from castmates.pictures.looking import counting, pixels_of, remember
from castmates.pictures.remembered import FILE, Known, Memory

AT_A_TIME = 16


@dataclass(frozen=True)
class Asking:
    """Whom to ask.

    Attributes:
        tagger: a maker, called only when a picture is new to it.
        name: by what its answers are remembered (`taggers.identity`); "": not at all.
        thresholds: from which confidence tags count; None: as the tagger finds right itself.
        work: what is told of as going on. at_a_time: so many pictures between two words of it.
    """

    tagger: Callable[[], Tagger]
    name: str = ""
    thresholds: Thresholds | None = None
    work: str = "tagging"
    at_a_time: int = AT_A_TIME


@dataclass(frozen=True)
class Heard:
    """A picture's tags, most certain first, and its rating; "": nobody rates."""

    tags: tuple[Tag, ...]
    rating: str = ""


def heard(folder: CharacterFolder, asking: Asking, tell: Tell = silent) -> list[Heard]:
    """What the tagger says of every picture, in their order.

    Stopped half-way, the same call goes on from what was heard.

    Raises:
        BadInput: kept pictures (all of them are named), or the tagger, are broken.
        CastmatesError: the disk cannot be read.
    """
    entries = folder.pictures()
    memory = Memory.open(folder.path / FILE, tagger=asking.name)
    tell(Began(what=asking.work, total=len(entries), unit="pictures"))
    found: list[Heard] = []
    one: list[Tagger] = []
    misfits = Misfits()
    try:
        for at in range(0, len(entries), asking.at_a_time):
            some = entries[at : at + asking.at_a_time]
            known = _some(some, memory, asking, one, misfits)
            found += [_heard(each, asking.thresholds) for each in known]
            tell(Moved(what=asking.work, done=len(found)))
        misfits.raise_if_any()
    finally:
        if asking.name:
            remember(memory, entries, tell)
    return found


def _heard(known: Known, limits: Thresholds | None) -> Heard:
    return Heard(counting(known.tags or (), limits), known.rating)


def _some(
    entries: Sequence[PictureEntry],
    memory: Memory,
    asking: Asking,
    one: list[Tagger],
    misfits: Misfits,
) -> list[Known]:
    """What is known of some pictures, after asking of those that are new.

    Args:
        one: the tagger, once it is open. misfits: gets the pictures that are broken.
    """
    looked = [memory.digest(entry.path) for entry in entries]
    known = [memory.known(digest) for digest, _ in looked]
    if not asking.name:
        known = [each.model_copy(update={"tags": None}) for each in known]
    new = [index for index, each in enumerate(known) if each.tags is None]
    if not new:
        return known
    pixels: dict[int, Pixels] = {}
    for index in new:
        with misfits.gather():
            pixels[index] = pixels_of(entries[index], looked[index][1])
    if not one:
        one.append(asking.tagger())
    floor = None if asking.thresholds is None else FLOOR
    said = said_of(one[0], [*pixels.values()], floor) if pixels else []
    for index, (tags, rating) in zip(pixels, said, strict=True):
        known[index] = known[index].model_copy(update={"tags": tuple(tags), "rating": rating})
        memory.learn(looked[index][0], known[index])
    return known
