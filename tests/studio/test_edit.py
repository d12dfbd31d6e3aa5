"""Edits are replayed from the untouched picture, taken back to the byte, never done by halves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Moved, Warned
from castmates.files import images
from castmates.pictures.edits.keeping import digest_of
from castmates.pictures.edits.log import steps_of
from castmates.studio import captions, edit
from castmates.studio.edit import Edited, How
from castmates.studio.edit_figures import Ask
from castmates.studio.new import new
from castmates.studio.undo import undo
from tests.pictures.drawn import folder_of
from tests.pictures.edits.home import SIZE, Home, files_of, home_in

FIRST = How(where="number:1", write=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_in(tmp_path)


def ask(home: Home) -> Ask:
    return Ask(with_=home.finder)


def pixels(home: Home, number: int) -> np.ndarray:
    return images.read(home.pip.picture_path(number))


def in_use(home: Home) -> dict[str, bytes]:
    """What training and people see: all but what is kept for edits."""
    return {name: data for name, data in files_of(home.pip).items() if not name.startswith("kept/")}


def test_a_preview_writes_nothing(home: Home, tmp_path: Path) -> None:
    before = files_of(home.pip)
    done = edit.crop(home.studio, "pip", "10,10,100,90", How(sheet=tmp_path / "sheet.png"))
    assert (done.meant, done.written) == (4, False)
    assert (done.pictures[0].before, done.pictures[0].after) == (f"{SIZE}x{SIZE}", "90x80")
    assert files_of(home.pip) == before
    assert images.read(tmp_path / "sheet.png").shape[1] > 900


def test_steps_are_replayed_from_the_untouched_picture(home: Home) -> None:
    whole = pixels(home, 1)
    edit.crop(home.studio, "pip", "10,20,110,100", FIRST)
    edit.turn(home.studio, "pip", 90, how=FIRST)
    edit.crop(home.studio, "pip", "0,0,50%,50%", FIRST)
    assert np.array_equal(pixels(home, 1), np.rot90(whole[20:100, 10:110], -1)[:50, :40])
    assert [step.do for step in edit.steps_kept(home.studio, "pip")[1].step] == [
        "crop",
        "turn",
        "crop",
    ]
    record = home.pip.records()[0]
    assert (record.width, record.height) == (40, 50)
    edit.take_away(home.studio, "pip", "crop", FIRST)
    assert np.array_equal(pixels(home, 1), np.rot90(whole, -1))


def test_without_any_step_the_very_bytes_are_back(home: Home) -> None:
    before = in_use(home)
    edit.turn(home.studio, "pip", 7, "white", FIRST)
    edit.background(home.studio, "pip", ["red"], ask(home), how=FIRST)
    assert home.pip.picture_path(1).read_bytes() != before["pictures/0001.png"]
    edit.take_away(home.studio, "pip", "all", How(write=True))
    assert in_use(home) == {**before, "edits.toml": in_use(home)["edits.toml"]}
    assert edit.steps_kept(home.studio, "pip") == {}


Verb = Callable[[Home], Edited]
VERBS: list[Verb] = [
    lambda h: edit.crop(h.studio, "pip", "8,8,120,120", How(write=True)),
    lambda h: edit.split_apart(h.studio, "pip", ask(h), how=How(write=True)),
    lambda h: edit.background(h.studio, "pip", ["transparent"], ask(h), how=How(write=True)),
    lambda h: edit.background(h.studio, "pip", ["red", "blue"], ask(h), copies=True, how=FIRST),
    lambda h: edit.crop_to_subject(h.studio, "pip", ask(h), how=How(write=True)),
    lambda h: edit.take_away(h.studio, "pip", "crop", How(write=True)),
    lambda h: edit.turn(h.studio, "pip", -3, how=How(write=True)),
]


@pytest.mark.slow
def test_everything_can_be_taken_back_and_done_again_to_the_byte(home: Home) -> None:
    states = [in_use(home)]
    for verb in VERBS:
        assert verb(home).pictures
        states.append(in_use(home))
    for state in reversed(states[:-1]):
        assert not undo(home.studio, "pip").kept
        assert in_use(home) == state
    with pytest.raises(Missing, match="nothing to take back"):
        undo(home.studio, "pip")
    for state in states[1:]:
        assert not undo(home.studio, "pip", again=True).kept
        pictures = {k: v for k, v in state.items() if k.startswith("pictures/")}
        assert {k: v for k, v in in_use(home).items() if k.startswith("pictures/")} == pictures
    for _ in VERBS:
        undo(home.studio, "pip")
    assert in_use(home) == states[0]


def test_captions_and_pictures_are_taken_back_in_one_order(home: Home) -> None:
    from castmates.captions.edits import Add

    captions.edit(home.studio, "pip", [Add(("one",))], write=True)
    edit.turn(home.studio, "pip", 90, how=How(write=True))
    captions.edit(home.studio, "pip", [Add(("two",))], write=True)
    edit.turn(home.studio, "pip", 90, how=How(write=True))
    said = [undo(home.studio, "pip") for _ in range(4)]
    assert [(one.things, len(one.changed)) for one in said] == [
        ("pictures", 4),
        ("captions", 4),
        ("pictures", 4),
        ("captions", 4),
    ]
    assert undo(home.studio, "pip", again=True).things == "captions"
    edit.turn(home.studio, "pip", 180, how=How(write=True))
    with pytest.raises(Missing, match="do again"):
        undo(home.studio, "pip", again=True)
    assert [step.what for step in steps_of(home.pip)] == ["edit turn"]


def stopped_at(count: int) -> How:
    """A listener that presses Ctrl-C when so many pictures are done."""

    def tell(event: Event) -> None:
        if isinstance(event, Moved) and event.done == count:
            raise KeyboardInterrupt

    return How(write=True, tell=tell)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_stopped_edit_is_finished_once_by_the_same_call(home: Home, count: int) -> None:
    whole = [pixels(home, n) for n in range(1, 5)]
    with pytest.raises(KeyboardInterrupt):
        edit.turn(home.studio, "pip", 90, how=stopped_at(count))
    done = edit.turn(home.studio, "pip", 90, how=How(write=True))
    assert len(done.pictures) == 4
    for number, before in enumerate(whole, 1):
        assert np.array_equal(pixels(home, number), np.rot90(before, -1)), "and not twice"
    undo(home.studio, "pip")
    assert all(np.array_equal(pixels(home, n), before) for n, before in enumerate(whole, 1))


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_stopped_split_is_finished_or_taken_back(home: Home, count: int) -> None:
    before = in_use(home)
    with pytest.raises(KeyboardInterrupt):
        edit.split_apart(home.studio, "pip", ask(home), how=stopped_at(count))
    assert undo(home.studio, "pip").things == "pictures"
    assert in_use(home) == before
    with pytest.raises(KeyboardInterrupt):
        edit.split_apart(home.studio, "pip", ask(home), how=stopped_at(count))
    edit.split_apart(home.studio, "pip", ask(home), how=How(write=True))
    assert [entry.number for entry in home.pip.pictures()] == [1, 2, 3, 5, 6, 7]


def test_a_split_gives_each_figure_a_picture_with_its_words(home: Home) -> None:
    whole = pixels(home, 4)
    records = [r.model_copy(update={"held_out": r.number == 4}) for r in home.pip.records()]
    home.pip.save_records(records)
    done = edit.split_apart(home.studio, "pip", ask(home), how=How(write=True))
    assert {n for n, _ in done.skipped} == {1, 2, 3}
    known = {record.number: record for record in home.pip.records()}
    for number in (5, 6, 7):
        assert (known[number].made_from, known[number].held_out) == (4, True)
        assert known[number].digest == known[4].digest
        entry = next(e for e in home.pip.pictures() if e.number == number)
        assert entry.caption == "pip, picture 4"
        part = pixels(home, number)
        places = np.lib.stride_tricks.sliding_window_view(whole, part.shape)
        assert (places == part).all(axis=(3, 4, 5)).any(), "a piece of the whole, to the pixel"
    edit.background(home.studio, "pip", ["white"], ask(home), how=How("number:6", True))
    assert (pixels(home, 6)[0] == 255).all(), "the neighbours are gone, too"
    assert edit.split_apart(home.studio, "pip", ask(home), how=How(write=True)).pictures == ()
    with pytest.raises(Missing, match="nothing for a sheet"):
        edit.split_apart(home.studio, "pip", ask(home), how=How(sheet=home.pip.path / "x.png"))


def test_pictures_brought_in_later_take_no_number_of_a_part(home: Home, tmp_path: Path) -> None:
    edit.split_apart(home.studio, "pip", ask(home), how=How(write=True))
    folder_of(tmp_path / "source", 1, first=50)
    brought = new(home.studio, "pip", [tmp_path / "source"]).brought
    assert (brought.added, brought.there) == (1, 3)
    assert [entry.number for entry in home.pip.pictures()] == [1, 2, 3, 5, 6, 7, 8]
    undo(home.studio, "pip")
    assert [entry.number for entry in home.pip.pictures()] == [1, 2, 3, 4, 8]
    assert [record.number for record in home.pip.records()] == [1, 2, 3, 4, 8]


def test_a_caption_changed_since_keeps_its_picture(home: Home) -> None:
    edit.split_apart(home.studio, "pip", ask(home), how=How(write=True))
    home.pip.write_caption(6, "pip, by hand")
    back = undo(home.studio, "pip")
    assert back.kept == (6,)
    assert [entry.number for entry in home.pip.pictures()] == [1, 2, 3, 4, 6]
    assert home.pip.pictures()[-1].caption == "pip, by hand"
    assert [r.number for r in home.pip.records()] == [1, 2, 3, 4, 6]


def test_a_picture_painted_on_by_hand_is_taken_as_it_is(home: Home) -> None:
    edit.crop(home.studio, "pip", "10,10,110,110", FIRST)
    mine = pixels(home, 1).copy()
    mine[:20] = 9
    Image.fromarray(mine).save(home.pip.picture_path(1))
    data = home.pip.picture_path(1).read_bytes()
    told: list[Event] = []
    edit.turn(home.studio, "pip", 90, how=How("number:1", True, tell=told.append))
    assert "changed by hand" in " ".join(e.what for e in told if isinstance(e, Warned))
    assert np.array_equal(pixels(home, 1), np.rot90(mine, -1))
    undo(home.studio, "pip")
    assert home.pip.picture_path(1).read_bytes() == data
    assert undo(home.studio, "pip").kept == (1,), "what a person made is not taken back"
    assert home.pip.picture_path(1).read_bytes() == data


def test_masks_go_along(home: Home) -> None:
    rng = np.random.default_rng(0)
    mask = rng.integers(0, 256, (SIZE, SIZE), np.uint8)
    images.write_mask(home.pip.mask_path(1), mask)
    edit.crop(home.studio, "pip", "10,20,110,100", FIRST)
    edit.turn(home.studio, "pip", 90, how=FIRST)
    now = images.read(home.pip.mask_path(1))[..., 0]
    assert np.array_equal(now, np.rot90(mask[20:100, 10:110], -1))
    edit.background(home.studio, "pip", ["skyblue"], ask(home), how=FIRST)
    assert not home.pip.mask_path(1).exists(), "a coloured background is opaque"
    for _ in range(3):
        undo(home.studio, "pip")
    assert np.array_equal(images.read(home.pip.mask_path(1))[..., 0], mask)


def test_what_was_transparent_needs_no_finder(home: Home) -> None:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[30:90, 40:80] = 255
    images.write_mask(home.pip.mask_path(1), mask)
    nobody = Ask()
    done = edit.crop_to_subject(home.studio, "pip", nobody, 0.0, FIRST)
    assert done.pictures[0].after == "40x60"
    home.pip.save(home.pip.character.model_copy(update={"base": "elsewhere"}))
    with pytest.raises(Missing, match="--finder yolo"):
        edit.crop_to_subject(home.studio, "pip", nobody, how=How(where="number:2"))


def test_colours_go_round_or_every_picture_gets_all(home: Home) -> None:
    colours = {"red": (255, 0, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}
    edit.background(home.studio, "pip", list(colours), ask(home), how=How(write=True))
    assert [tuple(pixels(home, n)[0, 0].tolist()) for n in range(1, 5)] == [
        *colours.values(),
        colours["red"],
    ]
    undo(home.studio, "pip")
    edit.background(home.studio, "pip", list(colours), ask(home), copies=True, how=FIRST)
    assert [tuple(pixels(home, n)[0, 0].tolist()) for n in (1, 5, 6)] == [*colours.values()]
    assert {r.made_from for r in home.pip.records() if r.number > 4} == {1}
    figure = home.finder.known and pixels(home, 1) == pixels(home, 6)
    assert figure.mean() > 0.2, "the figure is the same in all"


def test_another_background_takes_the_place_of_the_old_one(home: Home) -> None:
    edit.background(home.studio, "pip", ["blurred"], ask(home), how=FIRST)
    first = pixels(home, 1)
    asked = home.finder.asked
    edit.background(home.studio, "pip", ["white"], Ask(), how=FIRST)
    edit.background(home.studio, "pip", ["blurred"], Ask(), how=FIRST)
    assert home.finder.asked == asked, "whom it shows is known"
    assert np.array_equal(pixels(home, 1), first)
    again = edit.background(home.studio, "pip", ["blurred"], Ask(), how=FIRST)
    assert again.skipped == ((1, "is so already."),)


def test_bars_come_off_and_others_stay(home: Home) -> None:
    barred = np.zeros((SIZE + 40, SIZE, 3), np.uint8)
    barred[20:-20] = whole = pixels(home, 2)
    images.write_png(home.pip.picture_path(2), barred)
    done = edit.unbar(home.studio, "pip", How(write=True))
    assert [one.number for one in done.pictures] == [2]
    assert np.array_equal(pixels(home, 2), whole)
    assert dict(done.skipped)[1] == "has no bars."


def test_steps_changed_by_hand_are_redrawn(home: Home) -> None:
    whole = pixels(home, 1)
    edit.crop(home.studio, "pip", "10,10,110,110", How(write=True))
    drawn = home.pip.picture_path(1).read_bytes()
    text = home.pip.edits.read_text("utf-8").replace("[10, 10, 110, 110]", "[0, 0, 50, 60]", 1)
    home.pip.edits.write_text(f"# mine\n{text}", encoding="utf-8")
    done = edit.redraw(home.studio, "pip", How(write=True))
    assert [one.number for one in done.pictures] == [1]
    assert np.array_equal(pixels(home, 1), whole[:60, :50])
    assert home.pip.edits.read_text("utf-8").startswith("# mine")
    undo(home.studio, "pip")
    assert home.pip.picture_path(1).read_bytes() == drawn


def test_an_untouched_picture_that_is_gone_is_said(home: Home) -> None:
    edit.crop(home.studio, "pip", "10,10,110,110", FIRST)
    next(home.pip.kept_dir.glob("0001.*.png")).unlink()
    now = home.pip.picture_path(1).read_bytes()
    done = edit.turn(home.studio, "pip", 90, how=How(write=True))
    assert "is not there" in dict(done.skipped)[1]
    assert len(done.pictures) == 3
    assert home.pip.picture_path(1).read_bytes() == now


def test_originals_and_untouched_bytes_are_never_lost(home: Home) -> None:
    before = files_of(home.pip)
    for verb in VERBS:
        verb(home)
    kept = {digest_of(path.read_bytes()) for path in home.pip.path.rglob("*.png")}
    for name, data in before.items():
        if name.startswith(("pictures/", "originals/")) and name.endswith(".png"):
            assert digest_of(data) in kept, name


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        (lambda h: edit.crop(h.studio, "pip", "9,9"), "is no box"),
        (lambda h: edit.turn(h.studio, "pip", 0), "not 0"),
        (lambda h: edit.turn(h.studio, "pip", 5, "grean"), "no colour"),
        (lambda h: edit.background(h.studio, "pip", ["blured"], ask(h)), "no colour"),
        (lambda h: edit.background(h.studio, "pip", [" "], ask(h)), "No background"),
        (lambda h: edit.take_away(h.studio, "pip", "crops"), "There are: crop"),
        (lambda h: edit.crop_to_subject(h.studio, "pip", ask(h), 9), "0 to 2"),
        (lambda h: edit.crop(h.studio, "pip", "0,0,9,9", How(where="veiw:x")), "view"),
        (lambda h: edit.background(h.studio, "pip", ["red"], Ask(refine="magic")), "grabcut"),
    ],
)
def test_what_is_wrong_is_named(home: Home, verb: Callable[[Home], Edited], told: str) -> None:
    with pytest.raises(BadInput, match=told):
        verb(home)
