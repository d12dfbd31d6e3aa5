"""Errors carry what and fix, an exit code, and are told together."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing, Stopped, Unfit


def test_a_message_says_what_happened_and_the_way_out() -> None:
    error = Missing("There is no file 'a'.", "Check the path.")
    assert str(error) == "There is no file 'a'. Check the path."
    assert (error.what, error.fix) == ("There is no file 'a'.", "Check the path.")


@pytest.mark.parametrize(
    ("kind", "code"), [(CastmatesError, 1), (BadInput, 2), (Missing, 3), (Unfit, 4), (Stopped, 130)]
)
def test_every_kind_has_its_exit_code(kind: type[CastmatesError], code: int) -> None:
    assert kind.exit_code == code


def test_no_misfit_raises_nothing() -> None:
    Misfits().raise_if_any()


def test_one_misfit_is_raised_as_it_is() -> None:
    misfits = Misfits()
    only = BadInput("rank is 0.")
    with misfits.gather():
        raise only
    with pytest.raises(BadInput) as caught:
        misfits.raise_if_any()
    assert caught.value is only


def test_several_misfits_are_told_at_once() -> None:
    misfits = Misfits()
    for what in ("rank is 0.", "batch is 0."):
        with misfits.gather():
            raise BadInput(what)
    with pytest.raises(BadInput, match=r"2 things[\s\S]*rank is 0[\s\S]*batch is 0"):
        misfits.raise_if_any()
