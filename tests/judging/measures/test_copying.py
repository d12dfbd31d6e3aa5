import numpy as np
import pytest

from castmates.judging.measures.copying import copy_paste, freed


def test_a_training_picture_is_a_copy_and_a_held_out_one_is_the_opposite() -> None:
    rows = np.eye(4)
    training, held = rows[:2], rows[2:]
    drawn = np.stack([training[0], held[1], (training[0] + held[0]) / 2**0.5])
    found = copy_paste(drawn @ training.T, drawn @ held.T, training @ held.T)
    assert found == pytest.approx([1.0, -1.0, 0.0], abs=1e-9)


def test_what_innocent_pictures_show_is_taken_off_and_a_copy_stays_one() -> None:
    values = np.array([1.0, 0.4, 0.2])
    assert freed(values, np.array([0.1, 0.3])) == pytest.approx([1.0, 0.25, 0.0])
    assert freed(values, np.array([])) == pytest.approx(values)


def test_innocence_never_excuses_more_than_half() -> None:
    assert freed(np.array([1.0, 0.75]), np.array([0.9])) == pytest.approx([1.0, 0.5])
