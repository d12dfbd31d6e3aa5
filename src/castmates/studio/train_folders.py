"""The pictures of a configuration's own folders, as kohya reads them; copies nothing.

parent/15_pip girl/1.png, 1.txt     a folder of folders: repeats and class words in their names
image_dir                           one folder of a data set file, with its own repeats
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import BadInput, Missing
from castmates.files.images import SUFFIXES
from castmates.files.reading import read_words
from castmates.files.studio import slug
from castmates.files.trouble import in_words
from castmates.pictures.kohya import Place, guess, place_of
from castmates.training.configs.neutral import Folder, TrainingSettings
from castmates.training.data import Item


@dataclass(frozen=True)
class Foldered:
    """What a configuration's folders hold.

    Attributes:
        items: pictures to train on, in the order of their paths.
        captions: how many of them have words of their own; the others get their folder's.
        sources: the folders themselves.
        name, trigger, class_word: of the character they show, as far as the names say.
        notes: what was left out.
    """

    items: tuple[Item, ...]
    captions: int
    sources: tuple[Path, ...]
    name: str
    trigger: str
    class_word: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    path: Path
    words: str
    told: Place


def foldered(settings: TrainingSettings, config: Path) -> Foldered:
    """Read the folders that a configuration names.

    Args:
        config: the file; paths in it may be relative to it, or to where one stands.

    Raises:
        BadInput: it names no folder of training pictures, or one that cannot be read yet.
        Missing: a folder, or any picture in it, is not there.
    """
    notes: list[str] = []
    endings = (settings.captions.caption_extension, ".txt", ".caption")
    items: list[Item] = []
    own: dict[Place, list[str]] = {}
    places = list(_places(settings.folders, config.parent, notes))
    for place in places:
        for path in _pictures(place.path):
            caption = _caption(path, endings)
            items.append(Item.read(path, caption or place.words, place.told.repeats))
            own.setdefault(place.told, []).extend([caption] if caption else [])
    if not items:
        shown = ", ".join(str(place.path) for place in places) or str(config)
        raise Missing(f"There is no picture in {shown}.", "Check the folders that the file names.")
    guessed = guess(own)
    trigger = guessed.trigger if guessed else ""
    name = slug(settings.saving.name) or slug(trigger) or slug(config.stem)
    return Foldered(
        items=tuple(items),
        captions=sum(map(len, own.values())),
        sources=tuple(place.path for place in places),
        name=name,
        trigger=trigger or name,
        class_word=guessed.class_word if guessed else "",
        notes=tuple(notes),
    )


def _places(folders: Sequence[Folder], beside: Path, notes: list[str]) -> Iterator[_Place]:
    training = [folder for folder in folders if not folder.regularization]
    if not training:
        raise BadInput(
            "The configuration names no folder of training pictures.",
            "Name the character: castmates train NAME --config FILE",
        )
    for folder in folders:
        if folder.regularization:
            notes.append(f"the regularization pictures of {folder.path} are left out")
        elif folder.metadata:
            raise BadInput(
                f"The captions of {folder.path} are in {folder.metadata}, which is not read yet.",
                "Put each caption into a .txt file beside its picture.",
            )
        elif folder.parent:
            yield from _counted(_found(folder.path, beside), notes)
        else:
            path = _found(folder.path, beside)
            told = Place(folder.repeats, words=folder.class_words, folder=path.name)
            yield _Place(path, folder.class_words, told)


def _counted(parent: Path, notes: list[str]) -> Iterator[_Place]:
    """The sub-folders `N_words`; others are left out, as in kohya."""
    found = False
    for path in _within(parent):
        place = place_of([path.name])
        if path.is_dir() and place.folder:
            found = True
            yield _Place(path, path.name.partition("_")[2], place)
        elif path.is_dir():
            notes.append(f"{path} is left out: its name has no repeats in front, as in 10_name")
    if not found:
        raise Missing(
            f"{parent} has no folder like '10_name'.",
            "Give the folder above it, as train_data_dir wants; or name the character.",
        )


def _found(written: str, beside: Path) -> Path:
    path = Path(written).expanduser()
    for place in (path, beside / path):
        if place.is_dir():
            return place
    raise Missing(
        f"There is no folder '{written}'.",
        "Mend the path in the configuration, or name the character: "
        "castmates train NAME --config FILE",
    )


def _within(folder: Path) -> list[Path]:
    with in_words(folder, "read"):
        return sorted(folder.iterdir())


def _pictures(folder: Path) -> list[Path]:
    return [p for p in _within(folder) if p.suffix.lower() in SUFFIXES and p.is_file()]


def _caption(picture: Path, endings: Sequence[str]) -> str:
    for ending in endings:
        path = picture.with_suffix(ending)
        if path.is_file():
            return read_words(path).text.strip()
    return ""
