"""The shelf of upscalers; knows no model before it is taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.ports import Upscaler
from castmates.core.shelf import Shelf

UPSCALERS: Shelf[Callable[..., Upscaler]] = Shelf(
    "upscalers",
    {
        "storybook": "castmates.backends.esrgan_upscaler:storybook",
        "esrgan": "castmates.backends.esrgan_upscaler:EsrganUpscaler",
    },
)


_FILES = (".safetensors", ".pth", ".pt")


def open_upscaler(name: str, side: int | None = None, overlap: int | None = None) -> Upscaler:
    """An upscaler by name ("storybook") or by name and file ("esrgan:models/4x.safetensors").

    Args:
        side, overlap: of the tiles that it cuts pictures into, in pixels of the small picture;
            None: its own.

    Raises:
        BadInput: no such upscaler, a kind that wants a file and got none, a broken file, or tiles
            that overlap by more than half.
        Missing: its package or file is not there.
        Unfit: the file holds a network of another kind.
    """
    kind, _, file = name.partition(":")
    maker = UPSCALERS.take(kind)
    given = _tiles(side, overlap)
    return maker(Path(file), **given) if file else maker(**given)


def named_upscaler(said: str, others: Sequence[str] = ()) -> tuple[str, str]:
    """What a user calls an upscaler: its name in recipes, and what `open_upscaler` is asked for.

    A file may be named alone; its name is the one without folder and suffix.

    >>> named_upscaler("models/4x.safetensors")
    ('4x', 'esrgan:models/4x.safetensors')

    Args:
        others: names that are known besides, and need no opening.

    Raises:
        BadInput: neither a name nor a file; the message offers the nearest.
    """
    kind, _, file = said.partition(":")
    if file and kind in UPSCALERS:
        return Path(file).stem, said
    if said in (*others, *UPSCALERS):
        return said, said
    path = Path(said)
    if path.suffix.lower() in _FILES or len(path.parts) > 1 or path.exists():
        return path.stem, f"esrgan:{said}"
    near = did_you_mean(said, [*others, *UPSCALERS])
    raise BadInput(f"No '{said}' among the upscalers, and no such file.", near)


def _tiles(side: int | None, overlap: int | None) -> dict[str, Any]:
    if side is None and overlap is None:
        return {}
    # torch comes with the networks, and only where one is opened.
    from castmates.backends.esrgan_upscaler import Tiles

    usual = Tiles()
    side = usual.side if side is None else side
    return {"tiles": Tiles(side, min(usual.overlap, side // 2) if overlap is None else overlap)}
