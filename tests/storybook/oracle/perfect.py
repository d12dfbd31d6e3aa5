"""Readings as a perfect oracle would give them."""

from __future__ import annotations

import numpy as np

from storybook.oracle.asking import asked, asked_of_picture
from storybook.oracle.reading import Answers, Person, Reading
from storybook.oracle.slots import CHARACTER, PICTURE, Right, Slots
from storybook.world.values import Framed


def certain(slots: Slots, right: Right) -> Answers:
    """Answers that are sure of what is right, and know nothing of the rest."""
    row = slots.row(right).astype(np.float32)
    for name in slots.names:
        span = slots.span(name)
        if not row[span].any():
            row[span] = 1
        row[span] /= row[span].sum()
    return Answers(slots, row)


def perfect(spec: Framed) -> Reading:
    """What a perfect oracle reads in a picture; boxes are made up."""
    persons = [
        Person(
            (32.0 * i, 0.0, 32.0 * i + 30, 60.0), certain(CHARACTER, asked(one, act, spec.framing))
        )
        for i, (one, act) in enumerate(zip(spec.characters, spec.acts, strict=True))
    ]
    return Reading(certain(PICTURE, asked_of_picture(spec)), tuple(persons))
