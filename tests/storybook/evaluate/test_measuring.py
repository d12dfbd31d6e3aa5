"""The lines that the evaluation prints, on a handful of pictures of the shipped base."""

from __future__ import annotations

import pytest

from castmates.core.events import silent
from storybook.evaluate.measuring import finder_lines
from storybook.oracle.reading import Oracle


@pytest.mark.slow
def test_the_finder_is_held_against_the_oracle_for_one_two_and_three() -> None:
    lines = list(finder_lines(Oracle.open(), 2, silent))
    assert [line.split(",")[1].split()[0] for line in lines] == ["1", "2", "3"]
    assert all(line.endswith("n = 2") for line in lines)
    assert "100 %" in lines[0]
