"""Pixels <-> latents through the VAE of SD 1.x; knows no diffusion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from castmates.core.errors import BadInput
from castmates.core.ports import Pixels


class Pictures:
    """The VAE of one base, in float32; `scale` as in `Facts.latent_scale`."""

    def __init__(self, vae: Any, scale: float, multiple: int) -> None:
        self._vae, self._scale, self._multiple = vae, scale, multiple
        self._shift = float(getattr(vae.config, "shift_factor", None) or 0.0)

    @torch.no_grad()
    def encode(self, pixels: Sequence[Pixels]) -> Tensor:
        """(n, c, h, w) float32 mean latents.

        Raises:
            BadInput: sizes that differ, or are no multiples of the VAE's step.
        """
        sizes = {picture.shape[:2] for picture in pixels}
        if len(sizes) != 1:
            raise BadInput(f"Pictures of {len(sizes)} sizes cannot be encoded together.")
        height, width = sizes.pop()
        if height % self._multiple or width % self._multiple:
            raise BadInput(
                f"A picture of {width}x{height} cannot be encoded.",
                f"Cut it to multiples of {self._multiple}.",
            )
        with _full_precision(self._vae.device):
            mean: Tensor = self._vae.encode(self._tensor(pixels)).latent_dist.mode()
        return (mean - self._shift) * self._scale

    @torch.no_grad()
    def decode(self, latents: Tensor) -> list[Pixels]:
        """One picture per row."""
        given = latents.to(self._vae.device, torch.float32) / self._scale + self._shift
        with _full_precision(self._vae.device):
            drawn: Tensor = self._vae.decode(given).sample
        scaled = (drawn / 2 + 0.5).clamp(0, 1).mul(255).round()
        return list(scaled.byte().permute(0, 2, 3, 1).cpu().contiguous().numpy())

    def detail_kept(self, pixels: Sequence[Pixels]) -> list[float]:
        """For each picture the share of its detail that comes back from the VAE; at most 1.

        Detail is the energy of the differences between neighbouring pixels: 1 - |∇x - ∇y|² / |∇x|².
        Unlike PSNR it does not praise a base for smooth photographs that it turns to mush. The
        picture's edge is cut to the VAE's step.
        """
        return [self._kept(self._cut(picture)) for picture in pixels]

    def _kept(self, picture: Pixels) -> float:
        [back] = self.decode(self.encode([picture]))
        there, lost = _differences(picture), _differences(picture.astype(np.float64) - back)
        energy = float(np.sum(there**2))
        return 1.0 - float(np.sum(lost**2)) / energy if energy else 1.0

    def _cut(self, picture: Pixels) -> Pixels:
        height, width = (side - side % self._multiple for side in picture.shape[:2])
        if not height or not width:
            raise BadInput(f"A picture under {self._multiple} pixels cannot be encoded.")
        return picture[:height, :width]

    def _tensor(self, pixels: Sequence[Pixels]) -> Tensor:
        joined = torch.from_numpy(np.stack(pixels)).to(self._vae.device)
        return joined.permute(0, 3, 1, 2).float() / 127.5 - 1


def _differences(picture: NDArray[Any]) -> NDArray[np.float64]:
    """Of neighbouring pixels, downwards and to the right."""
    shades = picture.astype(np.float64)
    return np.concatenate([np.diff(shades, axis=axis).ravel() for axis in (0, 1)])


def _full_precision(device: torch.device) -> torch.autocast:
    """Whatever the caller's autocast says: the VAE computes in float32."""
    return torch.autocast(device.type, enabled=False)
