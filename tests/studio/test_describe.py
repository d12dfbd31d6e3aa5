"""`tag --captioner`: sentences are shown, written with the trigger, taken back to the byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from castmates.backends.captioners import open_captioner
from castmates.captions.describe import described, named_looks
from castmates.captions.sentences import introduced, with_sentence
from castmates.captions.spelling import split
from castmates.core.errors import BadInput
from castmates.core.events import Began, Event, Moved, Tell
from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.describe import describe
from castmates.studio.tag import Tagging, tag
from castmates.studio.undo import undo
from tests.backends.tiny_captioners import write_captioner
from tests.backends.tiny_models import plain, write_tagger

COLOURS = [(255, 0, 255), (0, 255, 0), (255, 0, 0), (0, 0, 255), (0, 0, 0), (255, 255, 255)]


@pytest.fixture(scope="module")
def captioner(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_captioner(tmp_path_factory.mktemp("captioner")))


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    folder = Studio.init(tmp_path / "s").add_character(Character(name="pip", trigger="pip"))
    for number, colour in enumerate(COLOURS, 1):
        images.write_png(folder.picture_path(number), plain(*colour))
    folder.write_caption(2, "pip, by hand")
    return folder


@pytest.fixture
def house(pip: CharacterFolder) -> Studio:
    return Studio.open(pip.path.parent.parent)


def captions(folder: CharacterFolder) -> dict[int, str | None]:
    return {entry.number: entry.caption for entry in folder.pictures()}


def sentences(folder: CharacterFolder, captioner: str) -> dict[int, str]:
    entries = folder.pictures()
    said = open_captioner(captioner).sentences([images.read(e.path) for e in entries])
    return {entry.number: one for entry, one in zip(entries, said, strict=True)}


def test_a_preview_writes_no_caption_and_a_write_is_taken_back(
    house: Studio, pip: CharacterFolder, captioner: str
) -> None:
    before = {p.name: p.read_bytes() for p in sorted(pip.pictures_dir.iterdir())}
    shown = describe(house, "pip", captioner)
    assert not shown.written
    assert {p.name: p.read_bytes() for p in sorted(pip.pictures_dir.iterdir())} == before
    done = describe(house, "pip", captioner, write=True)
    assert done.changes == shown.changes
    true = sentences(pip, captioner)
    assert captions(pip) == {
        n: "pip, by hand" if n == 2 else introduced(true[n], "pip") if true[n] else None
        for n in true
    }
    assert "0002.txt; --overwrite" in done.means[0]
    assert undo(house, "pip").what == "tag --captioner"
    assert {p.name: p.read_bytes() for p in sorted(pip.pictures_dir.iterdir())} == before


def listener(events: list[Event], stop: Callable[[Event], bool]) -> Tell:
    def tell(event: Event) -> None:
        events.append(event)
        if stop(event):
            raise KeyboardInterrupt

    return tell


def test_what_was_said_is_remembered_and_a_stopped_one_goes_on(
    house: Studio, pip: CharacterFolder, captioner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        describe(
            house,
            "pip",
            captioner,
            tell=listener(events, lambda e: isinstance(e, Moved) and e.done == 4),
        )
    assert isinstance(events[0], Began)
    assert events[0].what == "describing"
    kept = (pip.path / "check.json").read_text("utf-8")
    assert kept.count('"family":"sentence"') >= 3
    whole = describe(house, "pip", captioner)
    # With everything remembered nobody is opened any more.
    monkeypatch.setattr("castmates.studio.describe.open_captioner", None)
    assert describe(house, "pip", captioner) == whole


def test_both_are_tags_with_the_sentence_as_their_last_piece(
    house: Studio, pip: CharacterFolder, captioner: str, tmp_path: Path
) -> None:
    how = Tagging(tagger=f"wd:{write_tagger(tmp_path / 'tagger')}", style="both")
    describe(house, "pip", captioner, how, write=True)
    true, tags = sentences(pip, captioner), tag(house, "pip", how, write=False)
    assert pip.character.looks == tags.looks
    for number, caption in captions(pip).items():
        pieces = split(caption or "")
        assert pieces[0] == "pip"
        if number != 2 and true[number]:
            assert pieces[-1].endswith(".")
            assert "," not in pieces[-1]


def test_a_captioner_says_no_tags(house: Studio, captioner: str) -> None:
    with pytest.raises(BadInput, match="says sentences, and the style is 'tags'"):
        describe(house, "pip", captioner, Tagging(style="tags"))


def test_a_tagging_can_be_previewed_too(
    house: Studio, pip: CharacterFolder, tmp_path: Path
) -> None:
    how = Tagging(tagger=f"wd:{write_tagger(tmp_path / 'tagger')}", style="tags")
    before, character = captions(pip), pip.character
    shown = tag(house, "pip", how, write=False)
    assert (shown.preview, captions(pip), pip.character) == (True, before, character)
    tag(house, "pip", how)
    assert {n: said for n, _, said in shown.changes} == {
        n: said for n, said in captions(pip).items() if said != before[n]
    }


def test_sentences_of_tags_and_looks_without_any_model() -> None:
    assert with_sentence("pip, hat", "A girl, waving.") == "pip, hat, A girl; waving."
    assert with_sentence("pip, hat", " ") == "pip, hat"
    assert described({1: "", 2: "a cat"}, "pip") == {2: "pip, a cat."}
    assert described({1: "", 2: "a cat"}, "pip", {1: "pip", 3: "pip"}) == {1: "pip", 3: "pip"}
    said = ["pip, a girl with red hair.", "pip, a sacred hair."]
    assert named_looks(said, ["red hair", "hat"]) == {"red hair": 1}
