"""The tokenizer keeps words whole and takes names apart; slots are scored only where said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import CLIPTokenizer

import storybook.world as world
from storybook.train.text import UNSCORED, Reader, choices_of, read_loss, targets_of
from storybook.train.tokenizer import build_tokenizer, captions_for_tokens, tokens_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer learned from a few captions."""
    path = tmp_path_factory.mktemp("tokenizer")
    build_tokenizer(captions_for_tokens(300), 390, path)
    return path


def test_it_loads_and_comes_back_to_the_words(folder: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    said = "1fox, solo, orange fur, blue hoodie, christmas hat, from behind"
    tokens = tokenizer(said).input_ids
    assert tokens[0] == tokenizer.bos_token_id
    assert tokens[-1] == tokenizer.eos_token_id == len(tokenizer) - 1
    back = tokenizer.decode(tokens, skip_special_tokens=True)
    assert (
        back.replace(" ,", ",")
        == "1 fox, solo, orange fur, blue hoodie, christmas hat, from behind"
    )
    assert len(tokenizer) < 1000


def test_known_words_stay_whole_and_names_fall_apart(folder: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    tags = [tag for tags in world.vocabulary().values() for tag in tags]
    words = {word for tag in tags for word in tag.replace("-", " ").split() if word.isalpha()}
    broken = [word for word in words if len(tokenizer.tokenize(word)) > 1]
    assert not broken
    for name in [*world.EXAMPLE, *world.DEVELOPMENT, *world.EVALUATION, "Zuvia"]:
        assert len(tokenizer.tokenize(name)) > 1 or len(name) < 4


def test_the_plain_files_say_the_same(folder: Path) -> None:
    words = (folder / "vocab.json").read_text(encoding="utf-8")
    assert '"hoodie</w>"' in words
    assert (folder / "merges.txt").read_text(encoding="utf-8").startswith("#version: 0.2\n")


def test_captions_are_padded_to_the_positions_of_the_model(folder: Path) -> None:
    tokens = tokens_of(CLIPTokenizer.from_pretrained(folder), ["", "a girl " * 60])
    assert tokens.shape == (2, 77)


def test_a_slot_is_scored_only_where_the_caption_says_it() -> None:
    slots = [{"kind": "fox", "hat": "crown"}, {"kind": "girl"}]
    choices = choices_of(slots)
    assert choices == {"hat": ["-", "crown"], "kind": ["-", "fox", "girl"]}
    targets = targets_of(slots, ["1fox, solo", "1girl, solo"], choices)
    assert targets.tolist() == [[UNSCORED, 1], [0, 2]]
    reader = Reader(16, choices)
    loss, right = read_loss(reader(torch.randn(2, 5, 16)), targets)
    assert loss.item() > 0
    assert 0 <= right <= 1
