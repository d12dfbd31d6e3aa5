"""What a run asks the frozen base, and the answer, for one run or for several at once.

A run is a generator of questions (`Work`): it asks, waits, and goes on with the answer. Who drives
it decides whether a question has a forward to itself (`alone`) or shares one (`side_by_side`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from castmates.adapters.beside import Beside
from castmates.adapters.gate import Gate
from castmates.families.base import Base

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Question:
    """What the network says of some rows, or how far that is from what it should say.

    Attributes:
        noisy: (n, c, h, w) float32, on the base's device.
        t: (n,) timesteps, there too.
        words: n captions.
        text: (n, tokens, d), the captions encoded; None: they are encoded with the gate's adapters.
        max_tokens: of a caption.
        gate: the adapters at work; None: none.
        half: the half format of the base's arithmetic; None: float32.
        scored: what is said -> its loss, a scalar, which is then the answer; None: the answer is
            what is said.
        learns: what the loss is multiplied by before its gradients are taken, 1 but in float16;
            None: no gradients.
        frames: (n, 6), what of the pictures is shown, where the base is told it.
        guidance: that a base is told which was distilled for it; None: its own.
        skip: which layer of the text encoder speaks; None: the base's own.
    """

    noisy: Tensor
    t: Tensor
    words: tuple[str, ...]
    text: Tensor | None
    max_tokens: int
    gate: Gate | None
    half: torch.dtype | None
    scored: Callable[[Tensor], Tensor] | None = None
    learns: float | None = None
    frames: Tensor | None = None
    guidance: float | None = None
    skip: int | None = None

    @property
    def form(self) -> tuple[object, ...]:
        """Questions of one form can share a forward."""
        size = tuple(self.noisy.shape[1:])
        told = self.max_tokens, self.skip, self.guidance
        return self.learns is not None, self.half, size, *told


Work = Generator[Question, Tensor, T]
"""A run that asks: it is sent the answers, and returns when it is done."""


def alone(base: Base, work: Work[T]) -> T:
    """Drive a run by itself; what it returns."""
    try:
        question = next(work)
        while True:
            question = work.send(answered(base, [question])[0])
    except StopIteration as done:
        found: T = done.value
        return found


def answered(base: Base, questions: Sequence[Question]) -> list[Tensor]:
    """The answers to questions of one form, from one forward.

    Where they learn, the gradients of each loss are in its adapter's factors afterwards: the rows
    of one meet those of another nowhere in the network, so one backward serves all.
    """
    first = questions[0]
    with torch.set_grad_enabled(first.learns is not None):
        said = _said(base, questions)
        parts = torch.split(said, [len(one.t) for one in questions])
        answers = [
            part if one.scored is None else one.scored(part)
            for one, part in zip(questions, parts, strict=True)
        ]
        if first.learns is not None:
            scales = [one.learns or 1.0 for one in questions]
            torch.autograd.backward(
                [x if s == 1 else x * s for x, s in zip(answers, scales, strict=True)]
            )
    return [answer.detach() for answer in answers]


def _said(base: Base, questions: Sequence[Question]) -> Tensor:
    with base.bank.gated(_gate(questions)), _computing(base, questions[0].half):
        text = _text(base, questions)
        noisy, t = (_joined([getattr(one, k) for one in questions]) for k in ("noisy", "t"))
        frames = [one.frames for one in questions if one.frames is not None]
        told = questions[0].guidance
        guidance = None if told is None else torch.full((len(t),), told, device=base.device)
        return base.denoise(noisy, t, text, _joined(frames) if frames else None, guidance)


def _text(base: Base, questions: Sequence[Question]) -> Tensor:
    """(rows, tokens, d): captions that are not encoded yet are encoded together."""
    asking = [one for one in questions if one.text is None]
    said: list[Tensor] = []
    if asking:
        words = [text for one in asking for text in one.words]
        with base.bank.gated(_gate(asking)):
            first = asking[0]
            encoded = base.encode_text(words, first.max_tokens, first.skip).to(base.device)
        said = list(torch.split(encoded, [len(one.t) for one in asking]))
    found = [said.pop(0) if one.text is None else one.text.to(base.device) for one in questions]
    return _joined(found)


def _gate(questions: Sequence[Question]) -> Gate | Beside | None:
    """One alone keeps its gate: to the bit what it is without neighbours."""
    if len(questions) == 1:
        return questions[0].gate
    return Beside(tuple((len(one.t), one.gate) for one in questions))


def _joined(tensors: Sequence[Tensor]) -> Tensor:
    return tensors[0] if len(tensors) == 1 else torch.cat(list(tensors))


def _computing(base: Base, half: torch.dtype | None) -> AbstractContextManager[object]:
    if half is None:
        return nullcontext()
    return torch.autocast(torch.device(base.device).type, dtype=half)
