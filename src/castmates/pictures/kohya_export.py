"""Lay a character's pictures out as kohya's sd-scripts want them; writes nothing itself.

    Images/15_pip/0001.png 0001.txt     one folder per number of repeats and quality group
    Model/ Logs/                        kohya's results
    dataset.toml                        for --dataset_config

A picture with a mask is written with it, as the alpha channel of its PNG; `alpha_mask = true` makes
sd-scripts weigh the loss of each pixel with it, so that what is transparent is not learned.

The keys of `dataset.toml` are those of sd-scripts 0.10 (docs/config_README-en.md there): unknown
ones would be refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from castmates.core.types import Character, Value
from castmates.files import images, settings
from castmates.files.metadata import stripped
from castmates.files.reading import read_bytes
from castmates.files.studio import CharacterFolder, PictureEntry, PictureRecord
from castmates.pictures.transparency import as_rgba, unflattened

CAPTION = ".txt"
THEIRS = ("Model/", "Logs/")
_unfit = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')
_PLAIN = b"\x08\x02"
"""In a PNG's header: 8 bits, RGB."""


@dataclass(frozen=True)
class Kohya:
    """How the pictures are handed over.

    Attributes:
        images: "png" (lossless) or "jpg" (quality 95, full colour resolution).
        numbering: "1" names files 1, 2, 3 …; "0001" pads them.
        trigger_folder: put everything into a folder `lora_<trigger>`.
        held_out: the pictures that are judged with as well.
        resolution: that training is set to, in pixels; a multiple of 64.
        masks: pictures that have a mask get it as alpha channel; jpg cannot hold one.
    """

    images: Literal["png", "jpg"] = "png"
    numbering: Literal["1", "0001"] = "1"
    trigger_folder: bool = False
    held_out: bool = True
    resolution: int = 512
    masks: bool = True

    @property
    def with_masks(self) -> bool:
        return self.masks and self.images == "png"


class Subset(Value):
    """One folder of pictures; tags are shuffled behind the trigger, sentences are not."""

    image_dir: str
    num_repeats: int = Field(ge=1)
    class_tokens: str
    caption_extension: str = CAPTION
    keep_tokens: int = 1
    shuffle_caption: bool = True
    alpha_mask: bool | None = None


class Dataset(Value):
    """Pictures that share sizes and batches."""

    resolution: int
    batch_size: int = 1
    enable_bucket: bool = True
    min_bucket_reso: int
    max_bucket_reso: int
    subsets: tuple[Subset, ...]


class General(Value):
    """What holds for all datasets: nothing is mirrored, no colour shifted."""

    flip_aug: bool = False
    color_aug: bool = False


class DatasetConfig(Value):
    """For kohya's sd-scripts: --dataset_config dataset.toml. The paths are those of this machine.

    Attributes:
        general: what holds for all datasets.
        datasets: one, with a subset for each number of repeats.
    """

    general: General = General()
    datasets: tuple[Dataset, ...]


@dataclass(frozen=True)
class _Inner:
    """What is known of a folder of pictures: whether any has a mask, or is told in sentences."""

    repeats: int
    masked: bool = False
    sentences: bool = False


def _is_sentence(caption: str | None) -> bool:
    """Whether words end as sentences do: parted at commas and shuffled they would say nothing."""
    return (caption or "").rstrip().endswith((".", "!", "?"))


def safe(text: str) -> str:
    """A trigger or group as part of a folder's name on every system."""
    return _unfit.sub("-", text).strip(" .") or "character"


def layout(folder: CharacterFolder, root: Path, how: Kohya) -> dict[str, Callable[[], bytes]]:
    """Every file inside `root`: path with `/` -> what makes its bytes.

    An empty caption is not handed over: kohya would stop at it; without one it takes the folder's
    words.
    """
    character = folder.character
    records = {record.number: record for record in folder.records()}
    planned: dict[str, Callable[[], bytes]] = {}
    subsets: dict[str, _Inner] = {}
    for entry in folder.pictures():
        record = records.get(entry.number)
        if record is not None and record.held_out and not how.held_out:
            continue
        inner, repeats = _place(character, record)
        mask = folder.mask_path(entry.number) if how.with_masks else None
        masked = mask is not None and mask.is_file()
        before = subsets.get(inner, _Inner(repeats))
        subsets[inner] = _Inner(
            repeats, masked or before.masked, before.sentences or _is_sentence(entry.caption)
        )
        stem = f"{entry.number:04d}" if how.numbering == "0001" else str(entry.number)
        made = _masked(entry, mask) if mask and masked else _picture(entry, how)
        planned[f"{inner}/{stem}.{how.images}"] = made
        if entry.caption:
            words = folder.caption_as_written(entry.caption)
            planned[f"{inner}/{stem}{CAPTION}"] = _fixed(words)
    ordered = sorted(subsets.items(), key=lambda item: (-item[1].repeats, item[0]))
    config = _config(character, root, ordered, how.resolution)
    text = settings.dump(config).encode()
    planned["dataset.toml"] = _fixed(text)
    return planned


def is_theirs(name: str) -> bool:
    """What kohya itself leaves in the layout: results, logs, and caches beside the pictures."""
    return name.startswith(THEIRS) or name.endswith((".npz", "metadata_cache.json"))


def _place(character: Character, record: PictureRecord | None) -> tuple[str, int]:
    repeats, group = (record.repeats, record.group) if record else (1, "")
    words = safe(f"{character.trigger} {group}" if group else character.trigger)
    return f"Images/{repeats}_{words}", repeats


def _fixed(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _picture(entry: PictureEntry, how: Kohya) -> Callable[[], bytes]:
    def made() -> bytes:
        if how.images == "jpg":
            return images.as_jpeg(images.read(entry.path))
        data = read_bytes(entry.path)
        plain = stripped(data) if data[24:26] == _PLAIN else None
        # As it is kept, but without the name of the user's file; anything odd is read and written.
        return plain.data if plain is not None else images.as_png(images.read(entry.path))

    return made


def _masked(entry: PictureEntry, mask: Path) -> Callable[[], bytes]:
    """The picture with its mask as alpha; a mask of another size is left out."""

    def made() -> bytes:
        pixels, alpha = images.read(entry.path), images.read(mask)[..., 0]
        if alpha.shape != pixels.shape[:2]:
            return images.as_png(pixels)
        return as_rgba(unflattened(pixels, alpha), alpha)

    return made


def _config(
    character: Character,
    root: Path,
    subsets: Sequence[tuple[str, _Inner]],
    resolution: int,
) -> DatasetConfig:
    words = f"{character.trigger} {character.class_word}".strip()
    found = tuple(
        Subset(
            image_dir=(root / inner).resolve().as_posix(),
            num_repeats=folder.repeats,
            class_tokens=words,
            shuffle_caption=not folder.sentences,
            alpha_mask=folder.masked or None,
        )
        for inner, folder in subsets
    )
    one = Dataset(
        resolution=resolution,
        min_bucket_reso=resolution // 2,
        max_bucket_reso=resolution * 2,
        subsets=found,
    )
    return DatasetConfig(datasets=(one,))
