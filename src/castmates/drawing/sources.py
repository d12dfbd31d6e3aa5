"""What shots name besides adapters: pictures, masks, upscalers; knows no file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Mask, Pixels, Upscaler

LATENT, LANCZOS = "latent", "lanczos"
BUILT_IN = (LATENT, LANCZOS)
"""Ways to enlarge that need no model."""
_DIGITS = 16


def digest_of(values: NDArray[Any]) -> str:
    """16 hex digits that differ where pixels do, whatever file they come from."""
    marked = sha256(f"{values.shape} {values.dtype}".encode())
    marked.update(np.ascontiguousarray(values).tobytes())
    return marked.hexdigest()[:_DIGITS]


@dataclass(frozen=True)
class Sources:
    """Everything at hand, by the names that shots use.

    Attributes:
        pictures: digest -> (H, W, 3) uint8.
        masks: digest -> (H, W), True where the picture is drawn anew.
        upscalers: name -> opened; "latent" and "lanczos" need none.
        files: digest -> the file's name, for people.
    """

    pictures: Mapping[str, Pixels] = field(default_factory=dict)
    masks: Mapping[str, Mask] = field(default_factory=dict)
    upscalers: Mapping[str, Upscaler] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def upscaler(self, name: str) -> Upscaler | None:
        """The model of a name; None for the ways that need none. Raises KeyError."""
        return None if name in BUILT_IN else self.upscalers[name]

    def upscaler_hashes(self, name: str) -> dict[str, str]:
        """Name -> sha256 of the file of an upscaler, as far as it says one."""
        digest = getattr(self.upscalers.get(name), "digest", "")
        return {name: str(digest)} if digest else {}
