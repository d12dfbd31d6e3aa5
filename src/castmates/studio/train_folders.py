"""The pictures of a configuration's own folders, as kohya reads them; copies nothing.

parent/15_pip girl/1.png, 1.txt     a folder of folders: repeats and class words in their names
image_dir                           one folder of a data set file, with its own repeats
reg/1_girl/1.png                    the same for pictures of the class
masks/1.png, 1.mask.png             what counts of 1.png: in a folder of masks, or beside it
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput, Missing
from castmates.files.images import SUFFIXES
from castmates.files.reading import read_words
from castmates.files.studio import slug
from castmates.files.trouble import in_words
from castmates.pictures.kohya import Place, guess, place_of
from castmates.training.caption_rules import CaptionRules
from castmates.training.captions import rules_of
from castmates.training.configs.neutral import Folder, TrainingSettings
from castmates.training.data import Item

_MASK = ".mask.png"
"""How masks beside pictures end; castmates' own characters have them so."""


@dataclass(frozen=True)
class Foldered:
    """What a configuration's folders hold.

    Attributes:
        items: pictures to train on, in the order of their paths, and then those of the class.
        captions: how many of the former have words of their own; the others get their folder's.
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
    regularization: bool = False
    masks: Path | None = None
    rules: CaptionRules | None = None

    def items(self, endings: Sequence[str]) -> Iterator[tuple[Item, str]]:
        """Its pictures, each with the words beside it."""
        for path in _pictures(self.path):
            caption = _caption(path, endings)
            yield (
                Item.read(
                    path,
                    caption or self.words,
                    self.told.repeats,
                    _mask(path, self.masks),
                    regularization=self.regularization,
                    rules=self.rules,
                ),
                caption,
            )


def foldered(settings: TrainingSettings, config: Path) -> Foldered:
    """Read the folders that a configuration names.

    Args:
        config: the file; paths in it may be relative to it, or to where one stands.

    Raises:
        BadInput: it names no folder of training pictures, or one that cannot be read yet.
        Missing: a folder, or any picture in it, is not there.
    """
    notes: list[str] = []
    items: list[Item] = []
    own: dict[Place, list[str]] = {}
    training = [folder for folder in settings.folders if not folder.regularization]
    if not training:
        raise BadInput(
            "The configuration names no folder of training pictures.",
            "Name the character: castmates train NAME --config FILE",
        )
    places = list(_places(training, config.parent, notes))
    for place in places:
        for item, caption in place.items(_endings(settings)):
            items.append(item)
            own.setdefault(place.told, []).extend([caption] if caption else [])
    if not items:
        shown = ", ".join(str(place.path) for place in places) or str(config)
        raise Missing(f"There is no picture in {shown}.", "Check the folders that the file names.")
    guessed = guess(own)
    trigger = guessed.trigger if guessed else ""
    name = slug(settings.saving.name) or slug(trigger) or slug(config.stem)
    without = sum(item.mask is None for item in items)
    if settings.pictures.masked and without:
        notes.append(f"{without} of {len(items)} pictures have no mask, and count all over")
    items += of_class(settings, config, notes)
    return Foldered(
        items=tuple(items),
        captions=sum(map(len, own.values())),
        sources=tuple(place.path for place in places),
        name=name,
        trigger=trigger or name,
        class_word=guessed.class_word if guessed else "",
        notes=tuple(notes),
    )


def of_class(settings: TrainingSettings, config: Path, notes: list[str]) -> list[Item]:
    """The regularization pictures that a configuration names; [] when it names none.

    Args:
        notes: gets what there is to say of them.

    Raises:
        BadInput, Missing: as `foldered`.
    """
    folders = [folder for folder in settings.folders if folder.regularization]
    places = list(_places(folders, config.parent, notes))
    found = [item for place in places for item, _ in place.items(_endings(settings))]
    if places and not found:
        notes.append("there is no regularization picture in the folders that are named for them")
    elif found:
        notes.append(f"{len(found)} regularization pictures are looked at as often as all others")
    return found


def _endings(settings: TrainingSettings) -> tuple[str, ...]:
    return (settings.captions.caption_extension, ".txt", ".caption")


def _places(folders: Sequence[Folder], beside: Path, notes: list[str]) -> Iterator[_Place]:
    for folder in folders:
        masks = _found(folder.mask_folder, beside) if folder.mask_folder else None
        if folder.metadata:
            raise BadInput(
                f"The captions of {folder.path} are in {folder.metadata}, which is not read yet.",
                "Put each caption into a .txt file beside its picture.",
            )
        own = [name for name in ("batch", "pictures") if getattr(folder, name) is not None]
        if own:
            notes.append(
                f"{folder.path} has settings of its own ({', '.join(own)}) that are not "
                "done: those of the whole configuration are taken"
            )
        rules = rules_of(folder.captions) if folder.captions is not None else None
        more: dict[str, Any] = {
            "regularization": folder.regularization,
            "masks": masks,
            "rules": rules,
        }
        if folder.parent:
            for place in _counted(_found(folder.path, beside), notes):
                yield replace(place, **more)
        else:
            path = _found(folder.path, beside)
            told = Place(folder.repeats, words=folder.class_words, folder=path.name)
            yield replace(_Place(path, folder.class_words, told), **more)


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
    return [
        path
        for path in _within(folder)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.name.endswith(_MASK)
    ]


def _mask(picture: Path, folder: Path | None) -> Path | None:
    """The file of the same stem in a folder of masks, or the mask beside the picture."""
    if folder is None:
        beside = picture.with_name(picture.stem + _MASK)
        return beside if beside.is_file() else None
    return next((p for p in _pictures(folder) if p.stem == picture.stem), None)


def _caption(picture: Path, endings: Sequence[str]) -> str:
    for ending in endings:
        path = picture.with_suffix(ending)
        if path.is_file():
            return read_words(path).text.strip()
    return ""
