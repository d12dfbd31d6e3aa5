import pytest
from pydantic import ValidationError

from castmates.judging.cells import Checkpoint, StudyPrompt, cell_name, cells
from tests.judging import tiny


def test_a_study_has_every_combination_once_and_the_base_without_adapter() -> None:
    study = tiny.study()
    found = cells(study)
    assert len(found) == (3 * 3 + 1) * 2 * 2
    assert len({cell.name for cell in found}) == len(found)
    base = [cell for cell in found if cell.epoch == 0]
    assert [cell.strength for cell in base] == [0.0] * 4
    assert all(cell.shot.adapters == () and cell.adapter == "" for cell in base)


def test_cells_of_a_prompt_and_seed_differ_by_the_adapter_alone() -> None:
    bare = {
        cell.shot.model_copy(update={"adapters": ()}).model_dump_json()
        for cell in cells(tiny.study())
        if (cell.prompt, cell.seed) == ("hat", 2)
    }
    assert len(bare) == 1


def test_files_are_named_readably() -> None:
    names = [cell.name for cell in cells(tiny.study())]
    assert "e006-s0.80-hat-seed1.png" in names
    assert names[0] == "base-plain-seed1.png"


def test_strengths_that_differ_in_the_third_digit_do_not_share_a_name() -> None:
    assert cell_name(1, 0.855, "a", 1) != cell_name(1, 0.85, "a", 1) == "e001-s0.85-a-seed1.png"


def test_the_adapter_is_called_like_its_file() -> None:
    assert Checkpoint(epoch=6, file="runs/a/pip-000006.safetensors").name == "pip-000006"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"strengths": (0.4, 0.4)}, "strength 0.4 stands twice"),
        ({"strengths": (0.0, 0.4)}, "strength 0 is not within"),
        ({"strengths": (2.5,)}, "strength 2.5 is not within"),
        ({"seeds": (1, 1)}, "seed 1 stands twice"),
        ({"adapters": ()}, "at least 1 item"),
        ({"prompts": (StudyPrompt(label="a", words="x"),) * 2}, "prompt label a stands twice"),
    ],
)
def test_axes_that_make_no_sense_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        tiny.study(**changes)


def test_labels_are_fit_for_file_names() -> None:
    with pytest.raises(ValidationError):
        StudyPrompt(label="../hat", words="x")


def test_without_a_marked_accessory_everything_wanted_is_a_gate() -> None:
    wants = StudyPrompt(label="sea", words="x", wants=("beach", "smile"))
    assert tiny.study().gates() == (("hat", "christmas hat"),)
    assert tiny.study(prompts=(wants,)).gates() == (("sea", "beach"),)
    assert tiny.study(prompts=(StudyPrompt(label="a", words="x"),)).gates() == ()
