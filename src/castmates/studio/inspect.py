"""The verb `inspect`: what an adapter or a picture holds, read without loading any model."""

from __future__ import annotations

from pathlib import Path

from castmates.adapters.card import AdapterCard, describe
from castmates.adapters.keys.dialects import PICKLES
from castmates.core.errors import BadInput, Missing
from castmates.core.types import Value
from castmates.files.images import SUFFIXES, read, read_text


class PictureCard(Value):
    """A picture's size and the words inside it."""

    width: int
    height: int
    words: dict[str, str]


def inspect(path: Path) -> AdapterCard | PictureCard:
    """Look into one file.

    Raises:
        Missing: there is no such file.
        BadInput: it is neither an adapter nor a picture, or broken.
    """
    if not path.is_file():
        raise Missing(f"There is no file '{path}'.", "Check the path.")
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        return describe(path)
    if suffix in SUFFIXES:
        pixels = read(path)
        return PictureCard(width=pixels.shape[1], height=pixels.shape[0], words=read_text(path))
    if suffix in PICKLES:
        raise BadInput(
            f"{path} is a pickle, which can run anything when it is opened.",
            "Convert it to .safetensors with the program that wrote it.",
        )
    wanted = ".safetensors or a picture"
    raise BadInput(f"'{path}' is a '{suffix}' file; wanted {wanted}.", "Give one of those.")
