"""The SD 1.x family on the shelf: lacks, facts, open; torch comes late, facts need none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from castmates.families.facts import Facts
from castmates.families.fingerprint import fingerprint
from castmates.families.folder import pipeline_of, read_config
from castmates.families.sd15 import checkpoint
from castmates.families.sd15 import facts as sd15_facts

if TYPE_CHECKING:
    import torch

    from castmates.families.base import Base


class _Sd15:
    """See `families.shelf.Family`."""

    def claims(self, folder: Path) -> bool:
        return folder.is_file() or pipeline_of(folder) in sd15_facts.PIPELINES

    def lacks(self, folder: Path) -> list[str]:
        return checkpoint.lacks(folder) if folder.is_file() else sd15_facts.lacks(folder)

    def facts(self, folder: Path) -> Facts:
        return checkpoint.facts(folder) if folder.is_file() else sd15_facts.facts(folder)

    def fingerprint(self, folder: Path) -> str:
        if folder.is_file():
            return checkpoint.fingerprint(folder)
        return fingerprint(folder, sd15_facts.WEIGHTS)

    def open(self, folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> Base:
        from castmates.families.noise_levels import alphas_cumprod
        from castmates.families.sd15.denoise import Sd15Base
        from castmates.families.sd15.load import load
        from castmates.families.sd15.load_file import load_file

        known, single = self.facts(folder), folder.is_file()
        config = "scheduler/scheduler_config.json"
        levels = alphas_cumprod(
            checkpoint.scheduler(folder) if single else read_config(folder, config)
        )
        parts = (load_file if single else load)(folder, device, dtype)
        return Sd15Base(parts, known, name, folder, self.fingerprint(folder), levels)


SD15 = _Sd15()
