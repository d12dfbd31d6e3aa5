"""Pictures of one moment are told, with the sharpest; others are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
from PIL import ImageFilter

from castmates.files import images
from castmates.files.studio import CharacterFolder
from castmates.pictures.moments import Burst, bursts
from tests.pictures.drawn import picture

NOON = datetime(2024, 5, 1, 12)


def test_near_twins_within_two_seconds_are_one_moment(pip: CharacterFolder) -> None:
    one = picture(3, 128, 128)
    shots = [
        one.filter(ImageFilter.GaussianBlur(1)),
        one,
        one.filter(ImageFilter.GaussianBlur(2)),
        picture(4, 128, 128),
        one,
    ]
    for number, shot in enumerate(shots, 1):
        images.write_png(pip.picture_path(number), np.asarray(shot))
    seconds = {1: 0.0, 2: 1.5, 3: 3.5, 4: 1.0, 5: 60.0}
    taken = {number: NOON + timedelta(seconds=s) for number, s in seconds.items()}
    assert bursts(pip, taken, {2}) == [Burst(numbers=(1, 2, 3), sharpest=2)]
    assert bursts(pip, taken, {5}) == []
    assert bursts(pip, {}, ()) == []
    pip.picture_path(3).unlink()
    assert bursts(pip, taken, {1}) == [Burst(numbers=(1, 2), sharpest=2)]
