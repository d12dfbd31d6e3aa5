"""Enlarge pictures with an ESRGAN-type network, tile by tile; knows no file's layout.

Tiles overlap. The outer part of an overlap counts for nothing, since there the network misses its
surroundings: as far as it looks, where the overlap is more than twice that, so that tiles give what
the whole would; else a quarter. Between, one tile fades into the next linearly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from castmates.backends.rrdb import RrdbNet
from castmates.backends.rrdb_file import read_rrdb
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Pixels

FOLDER, FILE = "upscaler", "upscaler.safetensors"
SMALLEST = 128
"""A tile's side below which it is not halved when memory runs out."""

_STEP = 4
"""Tiles begin and end at multiples of this, so that each folds its pixels into the same squares."""

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


@dataclass(frozen=True)
class Tiles:
    """How a picture is cut, in pixels of the small one; sides are rounded down to fours."""

    side: int = 512
    overlap: int = 32
    batch: int = 1

    def __post_init__(self) -> None:
        if self.side < 4 * _STEP or not 0 <= self.overlap <= self.side // 2 or self.batch < 1:
            raise BadInput(
                f"Tiles of {self.side} px with an overlap of {self.overlap}, {self.batch} at a "
                f"time; wanted a side from {4 * _STEP} on, at most half of it as overlap, and one "
                "or more at a time.",
                "Use tiles of 512 px with an overlap of 32.",
            )

    def smaller(self) -> Tiles | None:
        """What wants less memory: fewer at a time, then half the side; None at the end."""
        if self.batch > 1:
            return replace(self, batch=self.batch // 2)
        if self.side // 2 < SMALLEST:
            return None
        return replace(self, side=self.side // 2, overlap=min(self.overlap, self.side // 4))


def starts_of(length: int, tiles: Tiles) -> tuple[list[int], int]:
    """Where tiles begin along a side of `length` pixels, and the size that all of them have."""
    side, overlap = tiles.side // _STEP * _STEP, tiles.overlap // _STEP * _STEP
    if length <= side:
        return [0], length
    count = -(-(length - overlap) // (side - overlap))
    size = -(-(length + (count - 1) * overlap) // (count * _STEP)) * _STEP
    return [min(i * (size - overlap), length - size) for i in range(count)], size


def weights_of(
    starts: list[int], size: int, length: int, overlap: int, factor: int, reach: int | None = None
) -> Tensor:
    """(tiles, factor size): how much each place of a tile counts; over a place they sum to 1.

    Args:
        reach: how far the network looks; nearer to a tile's cut edge nothing counts.
    """
    overlap = overlap // _STEP * _STEP
    margin = overlap / 4 if reach is None or 2 * reach >= overlap else float(reach)
    place = (torch.arange(size * factor, dtype=torch.float32) + 0.5) / factor
    rows = torch.ones(len(starts), size * factor)
    for row, start in zip(rows, starts, strict=True):
        for distance, is_inner in ((place, start > 0), (size - place, start + size < length)):
            if is_inner and overlap:
                row *= ((distance - margin) / (overlap - 2 * margin)).clamp(0, 1)
    total = torch.zeros(length * factor)
    for row, start in zip(rows, starts, strict=True):
        total[start * factor : (start + size) * factor] += row
    shares = [total[s * factor : (s + size) * factor] for s in starts]
    return rows / torch.stack(shares)


@torch.inference_mode()
def enlarged(network: torch.nn.Module, picture: Tensor, factor: int, tiles: Tiles) -> Tensor:
    """(3, h, w) in 0..1 on the CPU -> (3, factor h, factor w) float32, through tiles.

    h and w must be multiples of the network's fold; its parameters say device and precision.
    """
    like = next(network.parameters())
    height, width = picture.shape[1:]
    (rows, high), (columns, wide) = starts_of(height, tiles), starts_of(width, tiles)
    reach = network.sizes.reach if isinstance(network, RrdbNet) else None
    down = weights_of(rows, high, height, tiles.overlap, factor, reach)
    across = weights_of(columns, wide, width, tiles.overlap, factor, reach)
    result = torch.zeros(3, height * factor, width * factor)
    places = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
    for begin in range(0, len(places), tiles.batch):
        some = places[begin : begin + tiles.batch]
        cut = [picture[:, rows[i] :, columns[j] :][:, :high, :wide] for i, j in some]
        batch = torch.stack(cut).to(like.device, like.dtype)
        large = network(batch.contiguous(memory_format=torch.channels_last)).float().cpu()
        for (i, j), one in zip(some, large, strict=True):
            part = result[:, rows[i] * factor :, columns[j] * factor :]
            part[:, : high * factor, : wide * factor] += one * down[i][:, None] * across[j]
    return result


def ran_out_of_memory(error: RuntimeError) -> bool:
    """Say whether torch failed for want of memory, on whatever device."""
    text = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or any(one in text for one in _NO_MEMORY)


class EsrganUpscaler:
    """An upscaler from a file.

    Args:
        file: see `rrdb_file`.
        device: "cpu", "cuda", "mps"; None: cuda where there is one, else the CPU.
        tiles: None: 512 px with an overlap of 32, four at a time on a GPU.
        low: compute in bfloat16.

    Attributes:
        digest: sha256 (hex) of the file, for recipes.

    Raises:
        Missing, BadInput, Unfit: as `read_rrdb`; Unfit too where the network is not for colours.
    """

    def __init__(
        self,
        file: Path | None = None,
        device: str | None = None,
        tiles: Tiles | None = None,
        low: bool = False,
    ) -> None:
        if file is None:
            raise BadInput("An ESRGAN upscaler wants a file.", "Say esrgan:models/4x.safetensors.")
        network = read_rrdb(file)
        if network.sizes.inputs != 3:
            raise Unfit(
                f"{file} is for pictures of {network.sizes.inputs} channels; wanted 3 (RGB).",
                "Take an upscaler for colour pictures.",
            )
        self.name = Path(file).stem
        self.digest = sha256(Path(file).read_bytes()).hexdigest()
        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.tiles = tiles or Tiles(batch=1 if self.device.type == "cpu" else 4)
        dtype = torch.bfloat16 if low else torch.float32
        self.network: RrdbNet = network.to(self.device, dtype)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def factor(self) -> int:
        """How many times wider and higher."""
        return self.network.sizes.factor

    def upscale(self, picture: Pixels) -> Pixels:
        """(H, W, 3) uint8 -> (factor H, factor W, 3) uint8.

        Where memory runs out it goes on with fewer, then smaller tiles, and keeps to them.

        Raises:
            BadInput: not such a picture.
            CastmatesError: no memory even for the smallest tiles, or the network gives no numbers.
        """
        if picture.ndim != 3 or picture.shape[2] != 3 or not picture.size or picture.dtype != "u1":
            raise BadInput(
                f"A picture of shape {picture.shape} and type {picture.dtype}; wanted (H, W, 3) "
                "uint8.",
                "Give an RGB picture.",
            )
        height, width = picture.shape[:2]
        fold = self.network.sizes.fold
        room = ((0, -height % fold), (0, -width % fold), (0, 0))
        small = torch.from_numpy(np.pad(picture, room, mode="edge")).permute(2, 0, 1).float() / 255
        large = self._in_memory(small)
        if not torch.isfinite(large).all():
            raise CastmatesError(f"{self.name} gives numbers that are none.", "Use float32.")
        pixels: Pixels = (large.clamp(0, 1) * 255).round().byte().permute(1, 2, 0).numpy()
        return np.ascontiguousarray(pixels[: height * self.factor, : width * self.factor])

    def _in_memory(self, small: Tensor) -> Tensor:
        tiles: Tiles | None = self.tiles
        while tiles is not None:
            self.tiles = tiles
            try:
                return enlarged(self.network, small, self.factor, tiles)
            except RuntimeError as error:
                if not ran_out_of_memory(error):
                    raise
                tiles = tiles.smaller()
            if self.device.type == "cuda":
                torch.cuda.empty_cache()
        raise CastmatesError(
            f"{self.name} finds no memory on {self.device}, even in tiles of {self.tiles.side} px.",
            "Close other programs, or use the CPU.",
        )


def storybook(tiles: Tiles | None = None) -> EsrganUpscaler:
    """The embedded upscaler: 4x, for storybook pictures. Raises Missing when it is not there."""
    try:
        file = files("castmates.embedded") / FOLDER / FILE
    except ModuleNotFoundError:
        file = None
    if file is None or not file.is_file():
        raise Missing(
            f"The file of the embedded upscaler, castmates/embedded/{FOLDER}/{FILE}, is not in "
            "this installation.",
            "Install castmates anew, or name a file: models/4x.safetensors; in a checkout it can "
            "be trained: python -m storybook.train upscaler.",
        )
    with as_file(file) as path:
        return EsrganUpscaler(path, tiles=tiles)
