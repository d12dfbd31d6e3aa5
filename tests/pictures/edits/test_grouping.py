"""Groups proposed from sharpness and closeness to a reference."""

from __future__ import annotations

from castmates.pictures.edits.grouping import Quality, proposed


def test_a_blurred_picture_is_low_whatever_it_shows() -> None:
    some = {n: Quality(0.5 + n / 100, 0.3, 0.8) for n in range(1, 7)}
    found = proposed({**some, 7: Quality(0.5, 0.7, 0.99), 8: Quality(0.02, 0.3, 0.99)})
    assert found[7] == ("low", "blurred (softness 0.70)")
    assert found[8] == ("low", "far less sharp than the others")


def test_the_most_alike_third_is_high_and_an_outlier_low() -> None:
    likes = [0.8, 0.82, 0.84, 0.86, 0.88, 0.9, 0.2]
    found = proposed({n: Quality(0.5, 0.3, like) for n, like in enumerate(likes)})
    assert [found[n][0] for n in range(7)] == [
        "medium", "medium", "medium", "medium", "high", "high", "low",
    ]  # fmt: skip
    assert found[6][1] == "unlike the reference (0.20)"


def test_backs_are_compared_with_backs() -> None:
    faces = {n: Quality(0.5, 0.3, 0.9 + n / 1000, "front") for n in range(6)}
    backs = {n: Quality(0.5, 0.3, 0.4 + n / 1000, "behind") for n in range(6, 12)}
    found = proposed({**faces, **backs})
    assert "low" not in {group for group, _ in found.values()}
    assert found[11][0] == "high"


def test_without_a_reference_sharpness_decides() -> None:
    found = proposed({n: Quality(n / 10, 0.3) for n in range(4, 10)})
    assert [found[n][0] for n in range(4, 10)] == ["medium"] * 4 + ["high"] * 2
    assert proposed({}) == {}
