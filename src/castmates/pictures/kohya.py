"""What folder names of kohya's layout say: repeats, quality, trigger; reads no files.

    lora_x/Images/15_trigger class/1.png     15 repeats; also `img`, `images`, and any `N_name`
    lora_x/Model, lora_x/Logs, lora_x/reg    results and regularisation: not the character

A year in front of an album's name (`2024_summer`) is no number of repeats: they end at 999.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

MOST_REPEATS = 999
_IMAGES = frozenset(("images", "image", "img"))
_BESIDE = frozenset(
    ("model", "models", "log", "logs", "reg", "regularization", "regularisation", "sample")
)
_counted = re.compile(r"^(\d{1,3})_(.+)$")
_quality = re.compile(r"(?:^|[ _-])(high|medium|low)(?:[ _-]quality)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """What the folders above a picture say.

    Attributes:
        repeats: 1 or more.
        group: "", "high", "medium" or "low".
        words: what stands behind the number, without the quality: "pip girl".
        folder: the name of the folder that said so; "": none did.
    """

    repeats: int = 1
    group: str = ""
    words: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Guess:
    """What a folder's name most likely says: the trigger, what the character is, and where from."""

    trigger: str
    class_word: str
    folder: str


def place_of(folders: Sequence[str]) -> Place:
    """What folder names, outermost first, say of the pictures in the last; the nearest decides."""
    repeats, words, said, group = 1, "", "", ""
    for name in reversed(folders):
        counted = _counted.match(name)
        rest = counted[2] if counted else name
        quality = _quality.search(rest)
        # Only a whole name says the quality of an album; behind a number, its last word may too.
        if quality and not group and (counted or quality.start() == 0):
            group = quality[1].lower()
        if counted and int(counted[1]) >= 1:
            repeats, said = int(counted[1]), name
            words = rest[: quality.start()].strip() if quality else rest.strip()
            break
    return Place(repeats, group, words, said)


def left_out(names: Collection[PurePosixPath]) -> set[PurePosixPath]:
    """The folders that stand beside the images of a kohya layout and hold other things."""
    folders = {folder for name in names for folder in name.parents if folder.name}
    roots = {
        folder.parent.parent
        for folder in folders
        if _counted.match(folder.name) and folder.parent.name.casefold() in _IMAGES
    }
    return {f for f in folders if f.parent in roots and f.name.casefold() in _BESIDE}


def guess(captions: Mapping[Place, Sequence[str]]) -> Guess | None:
    """The trigger that all folders agree on; None when they say nothing, or several.

    The captions decide where the trigger ends and the class begins: it is what most of them start
    with. Without captions it is the first word.

    Args:
        captions: the places of the pictures, and the captions found there.
    """
    found = [_guess(place, texts) for place, texts in captions.items() if place.words]
    if not found or len({one.trigger for one in found}) > 1:
        return None
    classes = {one.class_word for one in found}
    return Guess(found[0].trigger, classes.pop() if len(classes) == 1 else "", found[0].folder)


def _guess(place: Place, captions: Sequence[str]) -> Guess:
    words = place.words.split()
    firsts = [caption.partition(",")[0].strip() for caption in captions]
    for count in range(len(words), 0, -1):
        trigger = " ".join(words[:count])
        if 2 * firsts.count(trigger) > len(firsts):
            return Guess(trigger, " ".join(words[count:]), place.folder)
    return Guess(words[0], " ".join(words[1:]), place.folder)
