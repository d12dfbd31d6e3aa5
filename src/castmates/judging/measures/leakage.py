"""Leakage: whether the class word alone ("1girl") already calls the character.

Prompts of the family "leak" leave the trigger out; what they give must stay a stranger. The number
is likeness itself, on those prompts, beyond what the base shows there: 0 a stranger, 1 the
character. No trigger was ever in these words, so no part of it can be obedience.
"""

from __future__ import annotations

import numpy as np

from castmates.judging.measures.port import Measured, Numbers
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

NAME = "leakage"
WHAT = "how much the class word alone calls the character"


def leakage(seen: Seen, likeness: Numbers) -> Measured:
    """0: strangers stay strangers; 1: the character itself. NaN for prompts with the trigger.

    Args:
        likeness: calibrated, of every cell.
    """
    values = np.full(len(likeness), np.nan)
    base = likeness[seen.leak & seen.of_base]
    base = base[~np.isnan(base)]
    zero = float(base.mean()) if len(base) else 0.0
    scaled = np.clip((likeness - zero) / max(1.0 - zero, 0.2), 0.0, 1.0)
    values[seen.leak] = scaled[seen.leak]
    return Measured(values, MeasureNote(name=NAME, what=WHAT))
