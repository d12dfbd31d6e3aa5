"""A small copy of a picture to tell twins by, and how it is kept in a file; compares nothing."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Pixels
from castmates.pictures.aligning import Grey, centred, shown

SIDE, TINTS = 64, 16
_VIEW = 16


@dataclass(frozen=True, eq=False)
class Print:
    """A small copy of a picture: (64, 64) grey and (16, 16, 2) tints, uint8."""

    grey: NDArray[np.uint8]
    tints: NDArray[np.uint8]

    @property
    def text(self) -> str:
        """The print as one word, for a file."""
        return b64encode(zlib.compress(self.grey.tobytes() + self.tints.tobytes(), 6)).decode()

    @classmethod
    def read(cls, text: str) -> Print:
        """What `text` wrote. Raises ValueError when it is something else."""
        try:
            data = np.frombuffer(zlib.decompress(b64decode(text)), np.uint8)
        except zlib.error as error:
            raise ValueError("no print of a picture") from error
        grey, tints = data[: SIDE * SIDE], data[SIDE * SIDE :]
        return cls(grey.reshape(SIDE, SIDE), tints.reshape(TINTS, TINTS, 2))

    @property
    def mirrored(self) -> Print:
        return Print(
            np.ascontiguousarray(self.grey[:, ::-1]), np.ascontiguousarray(self.tints[:, ::-1])
        )

    @cached_property
    def levels(self) -> Grey:
        return self.grey.astype(np.float32)

    @cached_property
    def views(self) -> NDArray[np.float32]:
        """(windows, 256): what every window of `aligning.windows` shows."""
        return shown(self.levels, _VIEW)

    @cached_property
    def whole(self) -> NDArray[np.float32]:
        """(256,) the picture as a window shows it."""
        step = SIDE // _VIEW
        means = self.levels.reshape(_VIEW, step, _VIEW, step).mean(axis=(1, 3))
        row: NDArray[np.float32] = centred(means.reshape(1, -1))[0]
        return row


def print_of(pixels: Pixels) -> Print:
    """The print of a picture of any size, pressed into a square."""
    picture = Image.fromarray(pixels).convert("YCbCr")
    small = picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    tints = picture.resize((TINTS, TINTS), Image.Resampling.BILINEAR)
    return Print(
        np.ascontiguousarray(np.asarray(small)[..., 0]),
        np.ascontiguousarray(np.asarray(tints)[..., 1:]),
    )
