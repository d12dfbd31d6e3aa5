"""The cells of a plot: every combination, what decides them, and what stays when it grows."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from castmates.core.types import AdapterUse
from castmates.files import settings
from castmates.judging.plots.plot import SEAT, Arm, Axis, Opens, Plot, Worded, cells, digest
from castmates.judging.plots.view import headline, shared, view_of
from tests.judging.plots.plots import plot

EPOCHS = ("epoch", ("none", "1", "6"))
STRENGTHS = ("strength", ("0.4", "1"))


def test_the_first_axis_runs_fastest_and_the_baseline_is_one_picture() -> None:
    found = cells(plot(EPOCHS, STRENGTHS))
    assert [cell.at for cell in found[:4]] == [
        ("none", "0.4"), ("1", "0.4"), ("6", "0.4"), ("none", "1"),
    ]  # fmt: skip
    assert [cell.name for cell in found[:3]] == ["base.png", "e001-s0.40.png", "e006-s0.40.png"]
    base, first, _, again = found[:4]
    assert base.shot == again.shot
    assert base.shot.adapters == ()
    assert base.shot.words == first.shot.words == "pip, hat"
    assert first.shot.adapters == (AdapterUse(name="pip-000001", strength=0.4),)
    assert first.adapters == {"pip-000001": "d1"}
    assert first.shot.negative == "dark"
    assert first.shot.seed == 3


def test_strength_nought_is_the_base_and_without_an_axis_the_adapters_own_counts() -> None:
    assert cells(plot(EPOCHS, ("strength", ("0", "1"))))[1].name == "base.png"
    assert cells(plot(EPOCHS))[1].shot.adapters[0].strength == 0.9


def test_courses_are_read_as_draw_reads_them() -> None:
    made = plot(
        ("sampler", ("DPM++ 2M Karras", "Euler a")),
        ("steps", ("8", "20")),
        ("size", ("64x128",)),
        ("clip skip", ("2",)),
        fixed=(Axis(kind="cfg", values=("4.5",)), Axis(kind="epoch", values=("6",))),
    )
    shot = cells(made)[0].shot
    assert (shot.sampler, shot.schedule, shot.steps) == ("dpm++ 2m", "karras", 8)
    assert (shot.size.width, shot.size.height, shot.clip_skip) == (64, 128, 2)
    assert shot.guidance == 4.5
    names = [cell.name for cell in cells(made)]
    assert names[0] == "dpmpp-2m-karras-8steps-64x128-skip2.png"
    assert len(set(names)) == 4


def test_the_seat_of_the_adapter_in_a_prompt_is_kept_to() -> None:
    words = Worded(words=f"{SEAT}pip, (hat:1.2) [a:b:0.5]")
    found = cells(plot(EPOCHS, words=(words,)))
    assert found[0].shot.words == "pip, (hat:1.2) [a:b:0.5]"
    assert found[1].shot.words == "<lora:pip-000001:0.9>pip, (hat:1.2) [a:b:0.5]"
    assert found[0].shot.reading == found[1].shot.reading == "prompt"


def test_other_adapters_count_where_the_words_name_them() -> None:
    words = (
        Worded(at=("a",), words=f"a <lora:glow:0.5> {SEAT}"),
        Worded(at=("b",), words=f"b {SEAT}"),
    )
    made = plot(("prompt", ("a", "b")), EPOCHS, words=words, others={"glow": "g"})
    first, second = cells(made)[2:4]
    assert first.adapters == {"glow": "g", "pip-000001": "d1"}
    assert second.adapters == {"pip-000001": "d1"}


def test_a_new_value_changes_no_cell_that_was_there() -> None:
    small, grown = plot(EPOCHS, ("seed", ("1",))), plot(EPOCHS, ("seed", ("1", "2")))
    before = {cell.name: digest(small, cell) for cell in cells(small)}
    after = {cell.name: digest(grown, cell) for cell in cells(grown)}
    assert before.items() < after.items()
    assert small.frame == grown.frame
    assert settings.digest(small) != settings.digest(grown)
    assert small.frame != plot(EPOCHS, ("strength", ("1",))).frame
    assert small.frame != plot(EPOCHS, ("seed", ("1",)), precise=True).frame


def test_another_adapter_file_base_or_precision_decides_otherwise() -> None:
    made = plot(EPOCHS)
    arms = tuple(Arm.model_validate({**dict(arm), "digest": "new"}) for arm in made.arms)
    changes: list[dict[str, object]] = [
        {"arms": arms},
        {"bases": (Opens(name="storybook", fingerprint="other"),)},
        {"precise": True},
    ]
    was = digest(made, cells(made)[1])
    for change in changes:
        other = plot(EPOCHS, **change)
        assert digest(other, cells(other)[1]) != was


def test_long_and_equal_looking_values_have_files_of_their_own() -> None:
    prompts = ("pip, a hat", "pip a hat", "pip " * 40, "pip " * 41, "äöü", "☃")
    names = {cell.name for cell in cells(plot(("prompt", prompts), arms=()))}
    assert len(names) == len(prompts)
    assert all(len(name) < 60 and name.isascii() for name in names)


def test_values_that_run_together_in_a_name_are_kept_apart() -> None:
    made = plot(("sampler", ("a", "a-b")), ("schedule", ("b-c", "c")), arms=())
    assert len({cell.name for cell in cells(made)}) == 4


def test_an_adapter_that_is_not_in_the_plot_is_never_left_out_silently() -> None:
    with pytest.raises(ValueError, match="no adapter of 'pip' for epoch 9"):
        cells(plot(("epoch", ("none", "9"))))


def test_a_plot_is_saved_and_read_back(tmp_path: Path) -> None:
    made = plot(("prompt", ('pip, "hat"', "b\nc")), EPOCHS, others={"glow": "g"})
    settings.save(tmp_path / "study.toml", made)
    again = settings.load(tmp_path / "study.toml", Plot)
    assert again == made
    assert settings.digest(again) == settings.digest(made)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no axis 'moon'"):
        plot(("moon", ("1",)))


def test_the_third_axis_lies_beside_and_the_fourth_below() -> None:
    made = plot(
        EPOCHS, STRENGTHS, ("seed", ("1", "2")), ("sampler", ("Euler a", "UniPC")),
        fixed=(Axis(kind="steps", values=("20",)), Axis(kind="negative", values=("",))),
    )  # fmt: skip
    view = view_of(made)
    assert view.across == 2
    assert [block.titles for block in view.blocks][:3] == [
        (("seed", "1"), ("sampler", "Euler a")),
        (("seed", "2"), ("sampler", "Euler a")),
        (("seed", "1"), ("sampler", "UniPC")),
    ]
    assert view.blocks[1].rows[1][2] == ("6", "1", "2", "Euler a")
    places = [at for block in view.blocks for row in block.rows for at in row]
    assert sorted(places) == sorted(cell.at for cell in cells(made))
    assert headline(made).startswith("epoch across, strength down, seed side by side, sampler one")
    assert shared(made) == ["20 steps"]


def test_one_axis_is_one_row() -> None:
    view = view_of(plot(EPOCHS))
    assert view.rows is None
    assert view.blocks[0].rows == ((("none",), ("1",), ("6",)),)
