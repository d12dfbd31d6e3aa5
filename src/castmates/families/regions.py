"""Which text speaks where in a picture, and who sees whom; knows no adapter and no family.

Cross-attention with a text for each region (docs/several-characters.md):

    h_n = [ (1-b) Σ m_i(n) Attn(q_n, c_i) + (b Σ m_i(n) + m_0(n)) Attn(q_n, c_0) ] / (Σ m_i + m_0)

with soft masks m_i, the background m_0 = max(0, 1 - Σ m_i), the whole picture's text c_0 and its
share b inside the regions. Each text has a softmax of its own: a strong one cannot starve another.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from castmates.adapters.places import averaged

SURE = 0.5
"""Two tokens belong to different characters where the product of their masks is above this."""


@dataclass(frozen=True, eq=False)
class Regions:
    """The regions of every row of a batch.

    Attributes:
        masks: (rows, regions, height, width) in 0..1, at the resolution of the latents.
        texts: first and last (exclusive) token of c_0, c_1 … as they lie behind each other in what
            cross-attention reads.
        base_share: b, 0..1.
        isolated: whether tokens of different regions do not see each other in self-attention. The
            background sees everybody and is seen by everybody.
    """

    masks: Tensor
    texts: tuple[tuple[int, int], ...]
    base_share: float = 0.0
    isolated: bool = False
    _known: dict[tuple[object, ...], Tensor] = field(default_factory=dict)

    def shares(self, tokens: int) -> Tensor:
        """(rows, 1 + regions, tokens) float32: how loud each text is; every token's sum is 1."""
        key = ("shares", tokens)
        if key not in self._known:
            masks = averaged(self.masks.float(), tokens)
            covered = masks.sum(1, keepdim=True)
            ground = (1.0 - covered).clamp_min(0.0)
            whole = self.base_share * covered + ground
            said = torch.cat([whole, (1.0 - self.base_share) * masks], 1)
            self._known[key] = said / (covered + ground)
        return self._known[key]

    def hidden(self, tokens: int, dtype: torch.dtype) -> Tensor:
        """(rows, tokens, tokens): -inf where a token must not see another, else 0."""
        key = ("hidden", tokens, dtype)
        if key not in self._known:
            masks = averaged(self.masks.float(), tokens)
            count = masks.shape[1]
            apart = torch.zeros(len(masks), tokens, tokens, dtype=torch.bool, device=masks.device)
            for i in range(count if count > 1 else 0):
                # Apart from some other region: from the one that fills the token most.
                most = torch.cat([masks[:, :i], masks[:, i + 1 :]], 1).amax(1)
                apart |= masks[:, i, :, None] * most[:, None, :] > SURE
            open_ = torch.zeros((), dtype=dtype, device=masks.device)
            self._known[key] = torch.where(apart, open_ - torch.inf, open_)
        return self._known[key]


@runtime_checkable
class Regional(Protocol):
    """A base (`families.base.Base`) whose network can be told where each text speaks."""

    def within(self, regions: Regions | None) -> AbstractContextManager[None]:
        """Inside, `denoise` reads texts that lie behind each other as `regions` says."""
        ...
