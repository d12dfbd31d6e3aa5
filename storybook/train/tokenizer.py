"""Makes the base's own CLIP tokenizer: a byte-pair encoding learned from captions; knows no model.

Sennrich et al. 2016 (1508.07909), in the form CLIP uses: lower case, words end in `</w>`. It is
learned from captions without names, so a name falls into pieces as it does in the large models.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTokenizer

import storybook.world as world
from storybook.train.data import framed
from storybook.train.networks import POSITIONS

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
_WORDS = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)


def captions_for_tokens(count: int, seed: int = 9_000_000) -> list[str]:
    """Captions of the wide world, with every word a caption can hold and no names."""
    rng = random.Random(seed)
    captions = [world.caption(framed(seed + i, "wide"), rng, 0.0) for i in range(count)]
    tags = [tag for tags in world.vocabulary().values() for tag in tags]
    return captions + tags * 20


def learn_merges(captions: Iterable[str], entries: int) -> list[tuple[str, str]]:
    """The merges of a byte-pair encoding with at most `entries` learned tokens."""
    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>", continuing_subword_prefix=""))
    learner.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=len(alphabet) * 2 + entries,
        initial_alphabet=alphabet,
        end_of_word_suffix="</w>",
        min_frequency=2,
        show_progress=False,
    )
    learner.train_from_iterator(captions, trainer)
    return _merges_of(learner)


def _merges_of(learner: Any) -> list[tuple[str, str]]:
    merges = json.loads(learner.to_str())["model"]["merges"]
    return [(pair[0], pair[1]) if isinstance(pair, list) else _split(pair) for pair in merges]


def _split(pair: str) -> tuple[str, str]:
    left, right = pair.split(" ")
    return left, right


def build_tokenizer(captions: Iterable[str], entries: int, folder: Path) -> Any:
    """Learn a tokenizer, write it into `folder`, and load it back."""
    merges = learn_merges(captions, entries)
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = [*letters, *(f"{letter}</w>" for letter in letters)]
    words += [left + right for left, right in merges]
    vocabulary = {word: i for i, word in enumerate(dict.fromkeys([*words, BEGIN, END]))}
    save_tokenizer(
        CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=POSITIONS), folder
    )
    return CLIPTokenizer.from_pretrained(folder)


def save_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write it as transformers does, and `vocab.json` and `merges.txt` for everybody else."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    model = json.loads(tokenizer.backend_tokenizer.to_str())["model"]
    vocabulary = json.dumps(model["vocab"], ensure_ascii=False)
    (folder / "vocab.json").write_text(vocabulary + "\n", encoding="utf-8")
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    lines = ["#version: 0.2", *merges]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def tokens_of(tokenizer: Any, captions: list[str]) -> Any:
    """(n, 77) token numbers, padded and cut as the stock pipeline does."""
    return tokenizer(
        captions,
        padding="max_length",
        max_length=POSITIONS,
        truncation=True,
        return_tensors="pt",
    ).input_ids
