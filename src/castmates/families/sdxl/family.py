"""The SDXL family on the shelf: lacks, facts, open; torch comes late, facts need none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from castmates.families.facts import Facts
from castmates.families.fingerprint import fingerprint
from castmates.families.folder import pipeline_of, read_config
from castmates.families.sdxl import facts as sdxl_facts

if TYPE_CHECKING:
    import torch

    from castmates.families.base import Base


class _Sdxl:
    """See `families.shelf.Family`."""

    def claims(self, folder: Path) -> bool:
        return pipeline_of(folder) in sdxl_facts.PIPELINES

    def lacks(self, folder: Path) -> list[str]:
        return sdxl_facts.lacks(folder)

    def facts(self, folder: Path) -> Facts:
        return sdxl_facts.facts(folder)

    def fingerprint(self, folder: Path) -> str:
        return fingerprint(folder, sdxl_facts.WEIGHTS)

    def open(self, folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> Base:
        from castmates.families.noise_levels import alphas_cumprod
        from castmates.families.sdxl.denoise import SdxlBase
        from castmates.families.sdxl.load import load

        known = self.facts(folder)
        levels = alphas_cumprod(read_config(folder, "scheduler/scheduler_config.json"))
        parts = load(folder, device, dtype)
        return SdxlBase(parts, known, name, folder, self.fingerprint(folder), levels)


SDXL = _Sdxl()
