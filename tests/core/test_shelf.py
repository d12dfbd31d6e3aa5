"""A shelf imports lazily and helps with near names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.core.shelf import Shelf

SHELF: Shelf[Callable[..., float]] = Shelf(
    "roots",
    {"square": "math:sqrt", "gone": "no_such_package_here:thing"},
    extras={"gone": "roots"},
)


def test_a_thing_is_taken_by_name() -> None:
    assert SHELF.take("square")(9.0) == 3.0


def test_names_are_listed_without_importing_anything() -> None:
    assert list(SHELF) == ["gone", "square"]
    assert "gone" in SHELF


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput, match=r"No 'sqare' among the roots\. Did you mean 'square'\?"):
        SHELF.take("sqare")


def test_a_missing_package_names_the_install_line() -> None:
    with pytest.raises(Missing, match=r"pip install 'castmates\[roots\]'"):
        SHELF.take("gone")
