"""Cleaning a caption: a guide's worked example, and what never happens."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.clean import Cleaning, clean, is_count
from castmates.captions.features import feature_of, features, usual
from castmates.captions.spelling import key, split

TRIGGER = r"manhattan cafe \(umamusume\)"
RAW = (
    r"1girl, manhattan cafe \(umamusume\), solo, horse ears, animal ears, long hair, yellow shirt, "
    "black hair, cup, hair between eyes, skirt, shirt, ahoge, looking at viewer, holding, yellow "
    "eyes, frilled shirt collar, white background, holding cup, disposable cup, horse girl, bangs, "
    "simple background, long sleeves, closed mouth, frills, multicolored hair, green skirt, very "
    "long hair"
)
PRUNED = (
    r"manhattan cafe \(umamusume\), yellow shirt, cup, skirt, shirt, looking at viewer, holding, "
    "frilled shirt collar, white background, holding cup, disposable cup, simple background, long "
    "sleeves, closed mouth, frills, green skirt"
)
FEWEST = (
    r"manhattan cafe \(umamusume\), yellow shirt, looking at viewer, frilled shirt collar, white "
    "background, holding cup, disposable cup, long sleeves, closed mouth, green skirt"
)
WORDS = st.sampled_from(
    ["smile", "long hair", "hair", "red bow", "bow", "1girl", "solo", "pip", "Pip", "chair", "3d"]
)
CAPTIONS = st.lists(WORDS, max_size=12).map(", ".join)
CLEANINGS = st.builds(
    Cleaning,
    trigger=st.sampled_from(["", "pip", r"pip \(fox\)"]),
    features=st.frozensets(st.sampled_from(sorted(features()))),
    drop_counts=st.booleans(),
    drop_implied=st.booleans(),
)


def test_the_features_go_and_nothing_else() -> None:
    cleaning = Cleaning(TRIGGER, usual(), drop_counts=True)
    assert clean(RAW, cleaning).caption == PRUNED


def test_what_is_said_twice_goes_and_nothing_else() -> None:
    assert clean(PRUNED, Cleaning(TRIGGER, drop_implied=True)).caption == FEWEST


def test_both_at_once_and_every_tag_has_its_reason() -> None:
    cleaning = Cleaning("manhattan cafe (umamusume)", usual(), True, True)
    cleaned = clean(RAW, cleaning)
    assert cleaned.caption == FEWEST
    assert len(cleaned.gone) + len(split(FEWEST)) == len(split(RAW))
    assert ("cup", "said by 'holding cup'") in cleaned.gone
    assert ("ahoge", "a trait (hair)") in cleaned.gone


@given(CAPTIONS, CLEANINGS)
def test_no_tag_goes_unasked_and_the_order_stays(caption: str, cleaning: Cleaning) -> None:
    before = split(caption)
    cleaned = clean(caption, cleaning)
    after = split(cleaned.caption)
    if cleaning.trigger:
        assert key(after[0]) == key(cleaning.trigger)
        after = after[1:]
    assert [tag for tag in before if tag in after] or not after
    missing = {key(t) for t in before} - {key(t) for t in after} - {key(cleaning.trigger)}
    assert missing == {key(tag) for tag, _ in cleaned.gone}
    places = [[key(t) for t in before].index(key(tag)) for tag in after]
    assert places == sorted(places)
    for tag, reason in cleaned.gone:
        counted = cleaning.drop_counts and is_count(tag)
        asked = feature_of(tag) in cleaning.features or counted
        assert reason.startswith("said by") == (not asked)


@given(CAPTIONS, CLEANINGS)
def test_a_clean_caption_stays_as_it_is(caption: str, cleaning: Cleaning) -> None:
    once = clean(caption, cleaning).caption
    assert clean(once, cleaning).caption == once


def test_counts_are_counts() -> None:
    assert all(map(is_count, ["1girl", "2 characters", "6+girls", "solo", "multiple boys", "1fox"]))
    assert not any(
        map(is_count, ["3d", "3d render", "1980s (style)", "solo focus", "multiple views"])
    )


def test_the_example_of_the_docs() -> None:
    text = (Path(__file__).parents[2] / "docs" / "captions.md").read_text(encoding="utf-8")
    before, after = re.findall(r"^    ([^\n]*white background)$", text, re.MULTILINE)
    assert clean(before, Cleaning("pip", usual(), True, True)).caption == after
