"""Larger pictures: their detail drawn anew tile by tile, and their texts; knows no file.

The way of the "SD upscale" script: the enlarged picture is cut into overlapping tiles of the base's
native size, each is drawn over with little noise, and they are laid together again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Pixels
from castmates.core.types import Shot, Size
from castmates.drawing import parameters
from castmates.drawing.found import USER_COMMENT
from castmates.drawing.infotext import OURS, PARAMETERS
from castmates.drawing.shots import EXTENSIONS, ExtendedShot, Start
from castmates.drawing.sources import digest_of

ENLARGED = "enlarged"
"""The key in our JSON under which a picture says that it was enlarged."""
POSTPROCESSING = "postprocessing"
"""Where A1111 says what was done to a picture that has no infotext."""


@dataclass(frozen=True, eq=False)
class Tiling:
    """A picture cut into overlapping tiles of one size.

    Attributes:
        picture: padded with its own edge to what the tiles want.
        size: of the picture before.
        tile: the size of each.
        places: left and top of each, row by row.
        overlap: pixels over which one tile fades into the next.
    """

    picture: Pixels
    size: Size
    tile: Size
    places: tuple[tuple[int, int], ...]
    overlap: int

    @classmethod
    def of(cls, picture: Pixels, side: int, overlap: int, multiple: int) -> Tiling:
        """Cut a picture.

        Args:
            side: of a tile; smaller where the picture is.
            overlap: at least so many pixels are shared; less than half of `side`.
            multiple: sides of tiles are multiples of it.
        """
        height, width = picture.shape[:2]
        sides = [min(side, -(-length // multiple) * multiple) for length in (width, height)]
        room = [max(0, own - length) for own, length in zip(sides, (width, height), strict=True)]
        padded = np.pad(picture, ((0, room[1]), (0, room[0]), (0, 0)), mode="edge")
        lefts = starts(padded.shape[1], sides[0], overlap)
        tops = starts(padded.shape[0], sides[1], overlap)
        return cls(
            picture=padded,
            size=Size.model_construct(width=width, height=height),
            tile=Size(width=sides[0], height=sides[1]),
            places=tuple((left, top) for top in tops for left in lefts),
            overlap=overlap,
        )

    def tiles(self) -> list[Pixels]:
        """(tile.height, tile.width, 3) each."""
        wide, high = self.tile.width, self.tile.height
        return [
            np.ascontiguousarray(self.picture[top : top + high, left : left + wide])
            for left, top in self.places
        ]

    def joined(self, tiles: Sequence[Pixels]) -> Pixels:
        """The picture of tiles: they fade into each other linearly over what they share."""
        height, width = self.picture.shape[:2]
        total = np.zeros((height, width, 3), np.float64)
        weight = np.zeros((height, width, 1), np.float64)
        wide, high = self.tile.width, self.tile.height
        for (left, top), tile in zip(self.places, tiles, strict=True):
            across = _ramp(wide, self.overlap, left > 0, left + wide < width)
            down = _ramp(high, self.overlap, top > 0, top + high < height)
            share = (down[:, None] * across)[:, :, None]
            total[top : top + high, left : left + wide] += share * tile
            weight[top : top + high, left : left + wide] += share
        joined: Pixels = np.rint(total / weight).clip(0, 255).astype(np.uint8)
        return np.ascontiguousarray(joined[: self.size.height, : self.size.width])


def starts(length: int, side: int, overlap: int) -> list[int]:
    """Where tiles of one side begin along a length, evenly, each sharing `overlap` or more."""
    if length <= side:
        return [0]
    count = -(-(length - overlap) // (side - overlap))
    return [round(i * (length - side) / (count - 1)) for i in range(count)]


def tile_shots(shot: Shot, tiles: Sequence[Pixels], size: Size, strength: float) -> list[Shot]:
    """What draws each tile over: the shot's words and settings, a seed of its own for each."""
    kept = {key: value for key, value in shot if key not in (*EXTENSIONS, "size")}
    return [
        ExtendedShot.model_validate(
            kept
            | {"size": size, "seed": (shot.seed + number) % 2**63}
            | {"start": Start(picture=digest_of(tile), strength=strength)}
        )
        for number, tile in enumerate(tiles)
    ]


def enlarged_texts(texts: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str]:
    """A picture's texts, and what was done since.

    Args:
        texts: as the picture had them (`castmates.drawing.found.texts_of`).
        fields: to be added to its infotext, or said alone where it has none.
    """
    said = parameters.write(parameters.Parameters(prompt="", fields=fields)).strip()
    result = dict(texts)
    if USER_COMMENT in result:
        result[PARAMETERS] = result.pop(USER_COMMENT)
    if PARAMETERS in result:
        read = parameters.read(result[PARAMETERS])
        added = {key: _after(read.fields.get(key), value) for key, value in fields.items()}
        whole = read.model_copy(update={"fields": {**read.fields, **added}})
        result[PARAMETERS] = parameters.write(whole)
    else:
        result[POSTPROCESSING] = said
    record = record_in(result)
    if record is not None:
        record[ENLARGED] = _after(record.get(ENLARGED), said)
        result[OURS] = json.dumps(record, ensure_ascii=False, sort_keys=True)
    return result


def record_in(texts: Mapping[str, str]) -> dict[str, Any] | None:
    """Our own JSON of a picture; None: it has none that can be read."""
    try:
        record = json.loads(texts.get(OURS, ""))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _after(before: object, now: str) -> str:
    return f"{before}, then {now}" if before else now


def _ramp(length: int, overlap: int, fades_in: bool, fades_out: bool) -> NDArray[np.float64]:
    """How much each place of a tile counts along one side; nowhere nothing."""
    place = np.arange(length) + 0.5
    ramp = np.ones(length)
    for distance, fades in ((place, fades_in), (length - place, fades_out)):
        if fades and overlap:
            ramp *= (distance / overlap).clip(0.0, 1.0)
    return ramp
