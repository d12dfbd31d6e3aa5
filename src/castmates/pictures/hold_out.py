"""Choose the pictures that are judged with and never trained on; knows no model.

The choice depends on the pictures' content only. Marks that are there stay, the user's own as well.
Near-twins never stand on both sides: a picture whose twin is trained on would flatter the likeness.
"""

from __future__ import annotations

from collections.abc import Sequence

from castmates.files.studio import PictureRecord

SHARE = 0.18
FEWEST, MOST = 2, 6


def wanted(count: int) -> int:
    """How many of `count` pictures are held out: about a sixth, 2 to 6; 1 of 3 or 4.

    With three or four pictures a second one held out would leave too little to learn from.
    """
    if count < 3:
        return 0
    if count < 5:
        return 1
    return min(max(round(count * SHARE), FEWEST), MOST)


def held_out(
    records: Sequence[PictureRecord], twins: Sequence[Sequence[int]]
) -> list[PictureRecord]:
    """The same records with as many marked as are wanted.

    Args:
        twins: groups of numbers of near-twins.
    """
    held = {record.number for record in records if record.held_out}
    kin = {number: set(group) for group in twins for number in group}
    for number in list(held):
        held |= kin.get(number, set())
    target = wanted(len(records))
    for record in sorted(records, key=lambda r: (r.number in kin, r.digest)):
        family = kin.get(record.number, {record.number})
        if not family & held and len(held) + len(family) <= target:
            held |= family
    return [record.model_copy(update={"held_out": record.number in held}) for record in records]
