"""The one port that every measure stands behind; knows no measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

Need = Literal["held-out", "training", "tagger", "finder", "baseline", "seeds", "leak", "outfit"]
"""What a measure cannot do without. "seeds": several of each prompt; "leak", "outfit": prompts of
that family."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Measured:
    """What a measure says: (n,) one number a picture, NaN where it says nothing; and its note."""

    values: Numbers
    note: MeasureNote


class Measure(Protocol):
    """One way to look at the pictures of a study."""

    @property
    def name(self) -> str:
        """As in `CellScore.measures`."""
        ...

    @property
    def needs(self) -> frozenset[Need]:
        """Without all of these it is not asked."""
        ...

    def read(self, seen: Seen) -> Measured:
        """One number for each of `seen.cells`, calibrated: its note says what 0 and 1 stand for."""
        ...
