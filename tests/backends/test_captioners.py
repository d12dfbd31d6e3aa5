"""A captioner of random weights says the same of the same picture; only its folder is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.captioners import AsTagger, identity, open_captioner
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Captioner, Pixels, Tagger
from tests.backends.tiny_captioners import WORDS, write_captioner


def pictures(count: int) -> list[Pixels]:
    rng = np.random.default_rng(3)
    sizes = [(40, 60), (60, 40), (33, 33)]
    return [rng.integers(0, 256, (*sizes[n % 3], 3), np.uint8) for n in range(count)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("captioners")


@pytest.fixture(scope="module", params=["vit", "blip"])
def folder(request: pytest.FixtureRequest, home: Path) -> Path:
    return write_captioner(home / request.param, request.param)


def test_it_says_words_of_its_vocabulary_and_always_the_same(folder: Path) -> None:
    some = pictures(6)
    captioner = open_captioner(str(folder))
    assert isinstance(captioner, Captioner)
    said = captioner.sentences(some)
    assert len(said) == 6
    assert {word for one in said for word in one.split()} <= set(WORDS)
    assert any(said)
    assert open_captioner(f"transformers:{folder}").sentences(some) == said
    # A picture's sentence does not depend on those beside it.
    assert [captioner.sentences([one])[0] for one in some] == said


def test_nothing_is_printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    open_captioner(str(folder)).sentences(pictures(1))
    assert capfd.readouterr() == ("", "")


def test_it_is_asked_as_a_tagger_that_says_one_long_tag(folder: Path) -> None:
    captioner = open_captioner(str(folder))
    some = pictures(3)
    tagger = AsTagger(captioner)
    assert isinstance(tagger, Tagger)
    names = [[tag.name for tag in tags] for tags in tagger.tags(some)]
    assert names == [[one] if one else [] for one in captioner.sentences(some)]
    assert tagger.vocabulary() == {}


def test_its_identity_is_what_its_files_hold(home: Path) -> None:
    one, two = (write_captioner(home / f"seed{seed}", seed=seed) for seed in (1, 2))
    assert identity(str(one)) != identity(str(two))
    assert identity(str(one)) == identity(f"transformers:{one}")
    for path in one.iterdir():
        (two / path.name).write_bytes(path.read_bytes())
    assert identity(str(one)) == identity(str(two))


@pytest.mark.parametrize(
    ("name", "kind", "told"),
    [
        ("nowhere/at/all", Missing, "no folder 'nowhere/at/all' with a captioner"),
        ("somebody/blip", Missing, "say so, and it is fetched: hub:somebody/blip"),
        ("transformers", Missing, "Give a folder with config.json"),
        ("hub:blip", BadInput, "As in: hub:OWNER/NAME"),
        ("hub:somebody/not-there", Missing, "neither a folder here nor to be had from the hub"),
    ],
)
def test_what_is_not_there_is_told_and_never_fetched_unasked(
    name: str, kind: type[CastmatesError], told: str
) -> None:
    with pytest.raises(kind, match=told):
        open_captioner(name)


def test_broken_folders_are_told(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Missing, match=r"no config\.json"):
        open_captioner(str(tmp_path / "empty"))
    whole = write_captioner(home / "whole")
    for name, kind, told in (
        ("model.safetensors", CastmatesError, "the model"),
        ("preprocessor_config.json", Missing, "preprocessor_config"),
        ("tokenizer.json", CastmatesError, "the tokenizer"),
    ):
        broken = tmp_path / name
        broken.mkdir()
        for path in whole.iterdir():
            if path.name != name:
                (broken / path.name).write_bytes(path.read_bytes())
        with pytest.raises(kind, match=told):
            open_captioner(str(broken))


def test_a_model_that_sees_nothing_is_no_captioner(home: Path, tmp_path: Path) -> None:
    whole = write_captioner(home / "sees")
    for path in whole.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}')
    with pytest.raises(Unfit, match="no captioner that is served"):
        open_captioner(str(tmp_path))


def test_a_provider_that_is_none_is_refused(folder: Path) -> None:
    with pytest.raises(BadInput, match="Did you mean 'cuda'"):
        open_captioner(str(folder), "cudda")
