"""The base's own answer as a target, so that the class stays what it was; knows no pictures.

Prior preservation (Ruiz et al. 2023, "DreamBooth", equation 2) with the frozen base in the place of
pictures that it drew: in rows that are marked, what the network says without the adapter is what it
should go on to say.
"""

from __future__ import annotations

import torch
from torch import Tensor

from castmates.families.base import Base
from castmates.training.lessons import Batch


def with_own_answers(
    base: Base, batch: Batch, noisy: Tensor, wanted: Tensor, max_tokens: int
) -> Tensor:
    """The targets, where `batch.preserved` says so the base's own.

    Args:
        noisy: (n, c, h, w), what the network sees, on the base's device.
        wanted: (n, c, h, w), the targets of all rows.
        max_tokens: of a caption.
    """
    if batch.preserved is None or not batch.preserved.any():
        return wanted
    rows = batch.preserved.nonzero().flatten()
    words = [batch.words[int(row)] for row in rows]
    t, rows = batch.timesteps[rows].to(base.device), rows.to(base.device)
    with torch.no_grad(), base.bank.gated(None):
        if batch.text is not None:
            text = batch.text[batch.preserved].to(base.device)
        else:
            text = base.encode_text(words, max_tokens)
        own = base.denoise(noisy[rows], t, text)
    return wanted.index_copy(0, rows, own.to(wanted.dtype))
