"""Every operation on captions: nothing goes unasked, order is stable, undo restores bytes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castmates.captions.clean import Cleaning
from castmates.captions.edits import Add, Clean, Edit, Remove, Rename, Replace, changes
from castmates.captions.features import usual
from castmates.captions.history import undo
from castmates.captions.implied import implied
from castmates.captions.outfits import Align, SayView
from castmates.captions.spelling import joined, key, split
from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.captions import Edited, align, cleaned, edit, say, say_views
from tests.backends.tiny_models import plain

# Tags as people write them: brackets, escapes, capitals, underscores, signs, other scripts.
ODD = st.text(alphabet="abcXYZ äß猫(){}[]<>\\_-'.:^0139", min_size=1, max_size=12)
USUAL = st.sampled_from(
    [
        *("pip", "1girl", "solo", "long hair", "very long hair", "hair", "green eyes", "bow"),
        *("red bow", "rainbow", "hat", "Red_Hat", "smile", "from behind", "close-up", "boots"),
        *("holding", "holding cup", "cup", "^_^", r"cafe \(x\)", "3D render", "black coat"),
    ]
)
TAGS = st.one_of(USUAL, ODD).filter(lambda tag: split(tag) == [tag] and bool(key(tag)))
CAPTIONS = st.lists(TAGS, max_size=12).map(joined)


def keys(caption: str) -> list[str]:
    return [key(tag) for tag in split(caption)]


def in_order(some: list[str], whole: list[str]) -> bool:
    """Whether `some` stand in `whole` in this order."""
    rest = iter(whole)
    return all(each in rest for each in some)


@given(CAPTIONS, TAGS, TAGS)
def test_renaming_touches_one_tag_where_it_stands(caption: str, old: str, new: str) -> None:
    before, after = keys(caption), keys(Rename(old, new)(caption))
    renamed = [key(new) if tag == key(old) else tag for tag in before]
    if key(old) not in before:
        assert after == before
    else:
        assert after == list(dict.fromkeys(renamed))


@given(CAPTIONS, st.sampled_from(["bow", "^red", "hair$", "(?i)hat", "o+"]), st.sampled_from("x-"))
def test_replacing_keeps_every_tag_that_the_pattern_is_not_in(
    caption: str, pattern: str, new: str
) -> None:
    before = split(caption)
    after = split(Replace(pattern, new)(caption))
    untouched = [tag for tag in before if Replace(pattern, new)(tag) == tag]
    assert {key(tag) for tag in untouched} <= {key(tag) for tag in after}
    made = {key(tag) for tag in split(joined(Replace(pattern, new)(tag) for tag in before))}
    assert {key(tag) for tag in after} <= made | {key(tag) for tag in before}


@given(CAPTIONS, st.lists(TAGS, max_size=3), st.booleans())
def test_adding_and_removing_again_leaves_what_was(
    caption: str, tags: list[str], first: bool
) -> None:
    new = tuple(tag for tag in tags if key(tag) not in keys(caption))
    again = Remove(new)(Add(new, first, "pip")(caption))
    assert split(again) == split(caption)


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(Add, st.tuples(TAGS), st.booleans(), st.just("pip")),
    st.builds(Remove, st.tuples(TAGS)),
    st.builds(Rename, TAGS, TAGS),
    st.builds(
        lambda trigger, counts, said: Clean(Cleaning(trigger, usual(), counts, said)),
        st.sampled_from(["", "pip"]),
        st.booleans(),
        st.booleans(),
    ),
    st.builds(Align, st.tuples(st.just("red boots"), st.just("black coat")), st.just("")),
    st.builds(SayView, st.sampled_from(["", "back", "side"])),
)


@given(CAPTIONS, EDITS)
def test_an_edit_done_twice_is_done_once(caption: str, one: Edit) -> None:
    once = one(caption)
    if isinstance(one, Rename) and key(one.new) != key(one.old):
        assert key(one.old) not in keys(once)
    if not isinstance(one, Rename):
        assert one(once) == once


@given(CAPTIONS, EDITS)
def test_what_stays_keeps_its_order_and_its_spelling(caption: str, one: Edit) -> None:
    before, after = split(caption), split(one(caption))
    if isinstance(one, Rename):
        return
    moved = key("pip")
    kept = [tag for tag in after if tag in before and key(tag) != moved]
    assert in_order(list(dict.fromkeys(kept)), before)


@given(st.lists(CAPTIONS, max_size=5), EDITS)
def test_a_preview_says_exactly_what_goes_and_comes(captions: list[str], one: Edit) -> None:
    for change in changes(enumerate(captions), one):
        gone, new = ({key(tag) for tag in some} for some in (change.gone, change.new))
        assert set(keys(change.after)) == (set(keys(change.before)) - gone) | new
        if isinstance(one, Remove):
            assert gone <= {key(tag) for tag in one.tags}
        if isinstance(one, Add):
            assert not gone


@given(st.lists(TAGS, max_size=12))
def test_what_is_implied_is_said_by_a_tag_that_stays_or_leads_to_one(tags: list[str]) -> None:
    found = implied(tags)
    for tag in found:
        by = found[tag]
        for _ in tags:
            by = found.get(by, by)
        assert by not in found
        assert by in tags


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    studio = Studio.init(tmp_path_factory.mktemp("undo") / "s")
    pip = studio.add_character(Character(name="pip", trigger="pip"))
    for number in (1, 2, 3):
        images.write_png(pip.picture_path(number), plain(9, 9, 9))
    return studio


def files(folder: CharacterFolder) -> list[bytes | None]:
    return [folder.caption_bytes(number) for number in (1, 2, 3)]


Verb = Callable[[Studio], Edited]
VERBS: list[Verb] = [
    lambda s: edit(s, "pip", [Remove(("smile", "hat")), Add(("new",))], write=True),
    lambda s: cleaned(s, "pip", Cleaning("", usual(), True, True), write=True),
    lambda s: align(s, "pip", write=True),
    lambda s: say_views(s, "pip", write=True),
    lambda s: say(s, "pip", "sentence", write=True),
    lambda s: say(s, "pip", "both", write=True),
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(CAPTIONS | st.none(), min_size=3, max_size=3),
    st.lists(st.sampled_from(VERBS), min_size=1, max_size=4),
)
def test_every_verb_can_be_taken_back_to_the_byte(
    house: Studio, captions: list[str | None], verbs: list[Verb]
) -> None:
    pip = house.character("pip")
    pip.captions_history.unlink(missing_ok=True)
    for number, text in enumerate(captions, 1):
        pip.restore_caption(number, None if text is None else text.encode())
    states = [files(pip)]
    for verb in verbs:
        changed = verb(house).changes
        if changed:
            states.append(files(pip))
    for state in reversed(states[:-1]):
        assert not undo(pip).kept
        assert files(pip) == state


def test_sentences_are_said_once_and_left_alone(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "s")
    pip = studio.add_character(Character(name="pip", trigger="pip"))
    images.write_png(pip.picture_path(1), plain(9, 9, 9))
    pip.write_caption(1, "pip, 1girl, waving, forest")
    shown = say(studio, "pip", "sentence")
    assert shown.changes == ((1, "pip, 1girl, waving, forest", "pip, a girl, waves in a forest."),)
    say(studio, "pip", "sentence", write=True)
    assert say(studio, "pip", "both").meant == 0
    undo(pip)
    assert pip.pictures()[0].caption == "pip, 1girl, waving, forest"
