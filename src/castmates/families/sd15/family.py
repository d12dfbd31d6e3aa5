"""The SD 1.x family on the shelf: lacks, facts, open; torch comes late, facts need none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from castmates.families.facts import Facts
from castmates.families.fingerprint import fingerprint
from castmates.families.sd15 import facts as sd15_facts

if TYPE_CHECKING:
    import torch

    from castmates.families.base import Base


class _Sd15:
    """See `families.shelf.Family`."""

    def lacks(self, folder: Path) -> list[str]:
        return sd15_facts.lacks(folder)

    def facts(self, folder: Path) -> Facts:
        return sd15_facts.facts(folder)

    def fingerprint(self, folder: Path) -> str:
        return fingerprint(folder, sd15_facts.WEIGHTS)

    def open(self, folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> Base:
        from castmates.families.sd15.denoise import Sd15Base
        from castmates.families.sd15.load import load
        from castmates.families.sd15.schedule import alphas_cumprod

        known = self.facts(folder)
        scheduler = sd15_facts.read_config(folder, "scheduler/scheduler_config.json")
        levels = alphas_cumprod(scheduler)
        parts = load(folder, device, dtype)
        return Sd15Base(parts, known, name, folder, self.fingerprint(folder), levels)


SD15 = _Sd15()
