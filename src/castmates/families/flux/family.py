"""The Flux family on the shelf: lacks, facts, open; torch comes late, facts need none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from castmates.families.facts import Facts
from castmates.families.fingerprint import fingerprint
from castmates.families.flux import facts as flux_facts
from castmates.families.folder import pipeline_of

if TYPE_CHECKING:
    import torch

    from castmates.families.base import Base


class _Flux:
    """See `families.shelf.Family`."""

    def claims(self, folder: Path) -> bool:
        return pipeline_of(folder) in flux_facts.PIPELINES

    def lacks(self, folder: Path) -> list[str]:
        return flux_facts.lacks(folder)

    def facts(self, folder: Path) -> Facts:
        return flux_facts.facts(folder)

    def fingerprint(self, folder: Path) -> str:
        return fingerprint(folder, flux_facts.WEIGHTS)

    def open(self, folder: Path, name: str, device: torch.device, dtype: torch.dtype) -> Base:
        from castmates.families.flux.denoise import FluxBase
        from castmates.families.flux.load import load
        from castmates.families.flux.schedule import alphas_cumprod

        known, parts = self.facts(folder), load(folder, device, dtype)
        return FluxBase(parts, known, name, folder, self.fingerprint(folder), alphas_cumprod())


FLUX = _Flux()
