"""The base's own answer as a target, so that the class stays what it was; knows no pictures.

Prior preservation (Ruiz et al. 2023, "DreamBooth", equation 2) with the frozen base in the place of
pictures that it drew: in rows that are marked, what the network says without the adapter is what it
should go on to say.
"""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from castmates.training.asking import Question, Work


def with_own_answers(asked: Question, preserved: Tensor | None, wanted: Tensor) -> Work[Tensor]:
    """The targets, where `preserved` says so the base's own.

    Args:
        asked: what the network is asked of all rows.
        preserved: (n,) bool, of `Batch`.
        wanted: (n, c, h, w), the targets of all rows.
    """
    if preserved is None or not preserved.any():
        return wanted
    places = preserved.nonzero().flatten()
    rows = places.to(wanted.device)
    own = yield replace(
        asked,
        noisy=asked.noisy[rows],
        t=asked.t[rows],
        words=tuple(asked.words[int(place)] for place in places),
        text=None if asked.text is None else asked.text[preserved],
        frames=None if asked.frames is None else asked.frames[preserved],
        gate=None,
    )
    return wanted.index_copy(0, rows, own.to(wanted.dtype))
