"""All that measures look at: the drawn pictures of a study and the real ones; measures nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from castmates.judging.cells import Cell, Study, StudyPrompt
from castmates.judging.measures.looks import Looks


@dataclass(frozen=True, eq=False)
class Seen:
    """A study's pictures beside the real ones.

    Attributes:
        cells: where each of `drawn` stands in the study.
        drawn: the study's pictures; references: the real pictures that likeness is measured
            against; training: those the adapter was trained on (may be none).
        held_out: whether the references were kept from training.
    """

    study: Study
    cells: tuple[Cell, ...]
    drawn: Looks
    references: Looks
    training: Looks
    held_out: bool

    @cached_property
    def prompts(self) -> tuple[StudyPrompt, ...]:
        """The prompt of each cell."""
        known = {prompt.label: prompt for prompt in self.study.prompts}
        return tuple(known[cell.prompt] for cell in self.cells)

    @cached_property
    def of_base(self) -> NDArray[np.bool_]:
        """(n,): drawn without adapter."""
        return np.asarray([cell.epoch == 0 for cell in self.cells])

    @cached_property
    def leak(self) -> NDArray[np.bool_]:
        """(n,): drawn from the class word without the trigger."""
        return self.of_family("leak")

    @cached_property
    def strangers(self) -> NDArray[np.bool_]:
        """(n,): what the base draws where the character is asked for; of all its pictures, if it
        was only asked for others."""
        called = self.of_base & ~self.leak
        return called if called.any() else self.of_base

    def of_family(self, *families: str) -> NDArray[np.bool_]:
        """(n,): whether the prompt is of one of these families."""
        return np.asarray([prompt.family in families for prompt in self.prompts])

    @cached_property
    def twins(self) -> NDArray[np.int64]:
        """(n,): the base's picture of the same prompt and seed; -1 where there is none."""
        base = {(c.prompt, c.seed): i for i, c in enumerate(self.cells) if c.epoch == 0}
        return np.asarray([base.get((c.prompt, c.seed), -1) for c in self.cells], dtype=np.int64)

    def groups(self) -> dict[tuple[int, float, str], list[int]]:
        """(epoch, strength, prompt) -> its pictures, one for each seed."""
        found: dict[tuple[int, float, str], list[int]] = {}
        for i, cell in enumerate(self.cells):
            found.setdefault((cell.epoch, cell.strength, cell.prompt), []).append(i)
        return found
