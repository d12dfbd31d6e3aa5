"""Every change of captions can be taken back to the byte; what a person changed since is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castmates.captions.history import STEPS, record, redo, steps_of, undo
from castmates.core.errors import BadInput, Missing
from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from tests.backends.tiny_models import plain

NUMBERS = (1, 2, 3)


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    folder = Studio.init(tmp_path / "s").add_character(Character(name="pip", trigger="pip"))
    for number in NUMBERS:
        images.write_png(folder.picture_path(number), plain(9, 9, 9))
    return folder


def files(folder: CharacterFolder) -> list[bytes | None]:
    return [folder.caption_bytes(number) for number in NUMBERS]


def forget(folder: CharacterFolder) -> None:
    folder.captions_history.unlink(missing_ok=True)
    for number in NUMBERS:
        folder.restore_caption(number, None)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.none() | st.binary(max_size=12), min_size=3, max_size=3),
    st.lists(st.dictionaries(st.sampled_from(NUMBERS), st.text(max_size=9)), max_size=4),
)
@pytest.mark.slow
def test_taking_everything_back_restores_the_bytes(
    pip: CharacterFolder, raw: list[bytes | None], changes: list[dict[int, str]]
) -> None:
    forget(pip)
    for number, data in zip(NUMBERS, raw, strict=True):
        pip.restore_caption(number, data)
    states = [files(pip)]
    for i, captions in enumerate(changes):
        if record(pip, f"step {i}", captions):
            states.append(files(pip))
    for state in reversed(states[:-1]):
        assert not undo(pip).kept
        assert files(pip) == state
    for state in states[1:]:
        assert not redo(pip).kept
        assert files(pip) == state


def test_a_caption_changed_by_hand_since_is_kept(pip: CharacterFolder) -> None:
    record(pip, "first", {1: "a", 2: "b"})
    pip.write_caption(2, "by hand")
    moved = undo(pip)
    assert (moved.what, moved.changed, moved.kept) == ("first", (1,), (2,))
    assert files(pip) == [None, b"by hand\n", None]


def test_a_new_change_forgets_what_was_taken_back(pip: CharacterFolder) -> None:
    record(pip, "first", {1: "a"})
    undo(pip)
    record(pip, "second", {1: "c"})
    with pytest.raises(Missing, match="nothing to do again"):
        redo(pip)


def test_nothing_new_is_no_step(pip: CharacterFolder) -> None:
    record(pip, "first", {1: "a"})
    assert record(pip, "again", {1: " a "}) == 0
    assert len(steps_of(pip)) == 1


def test_old_steps_are_forgotten(pip: CharacterFolder) -> None:
    for i in range(STEPS + 3):
        record(pip, f"step {i}", {1: str(i)})
    assert steps_of(pip)[0].what == "step 3"


def test_a_broken_history_is_said(pip: CharacterFolder) -> None:
    pip.captions_history.write_text('{"what": 1}\n', encoding="utf-8")
    with pytest.raises(BadInput, match="line 1"):
        undo(pip)
