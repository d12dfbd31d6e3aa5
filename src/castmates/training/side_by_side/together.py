"""Drive several runs at once: their questions of one form share a forward; knows no files.

Questions of one form (picture size, length of texts, number format, with or without gradients) go
through the network as one batch, each row with its own adapter (`adapters.beside`). In a round that
learns, every run asks once. A run that is done leaves the rounds, so lengths may differ.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

import torch

from castmates.core.errors import CastmatesError, Unfit
from castmates.families.base import Base
from castmates.training.asking import Question, Work, answered

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Together(Generic[K, T]):
    """Runs side by side.

    Attributes:
        results: what those returned that are done.
        errors: why those ended that could not go on; the others were not disturbed.
    """

    def __init__(self, base: Base, works: Mapping[K, Work[T]]) -> None:
        self._base = base
        self._works: dict[K, Work[T]] = dict(works)
        self._asked: dict[K, Question] = {}
        self.results: dict[K, T] = {}
        self.errors: dict[K, CastmatesError] = {}

    def run(self) -> None:
        """Until every run is done or ended by an error of its own.

        Raises:
            Unfit: the rows of a round do not fit into memory.
        """
        for who in self._works:
            self._advance(who, None)
        while self._asked:
            self._round()

    def _round(self) -> None:
        """Those that learn wait for those that only look, so that all learn in the same rounds."""
        looking = any(question.learns is None for question in self._asked.values())
        groups: dict[object, list[K]] = {}
        for who, question in self._asked.items():
            if not looking or question.learns is None:
                groups.setdefault(question.form, []).append(who)
        for group in groups.values():
            questions = [self._asked.pop(who) for who in group]
            try:
                answers = answered(self._base, questions)
            except torch.OutOfMemoryError as error:
                rows = sum(len(one.t) for one in questions)
                raise Unfit(
                    f"{len(group)} side by side, {rows} rows at once, do not fit into the memory "
                    f"of {self._base.device}.",
                    "Train fewer side by side, or take a smaller batch or size: --set batch=1.",
                ) from error
            for who, answer in zip(group, answers, strict=True):
                self._advance(who, answer)

    def _advance(self, who: K, answer: torch.Tensor | None) -> None:
        """Let a run go on to its next question."""
        work = self._works[who]
        try:
            self._asked[who] = next(work) if answer is None else work.send(answer)
        except StopIteration as done:
            self.results[who] = done.value
        except CastmatesError as error:
            self.errors[who] = error
