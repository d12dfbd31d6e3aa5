"""Count a text's tokens as a base's text encoder will, without loading any network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from castmates.core.errors import CastmatesError
from castmates.families.single_file import words_of
from castmates.families.vocabulary import vocabulary_for
from castmates.files.reading import read_utf8

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# CLIP's own way to cut a text before its merges (Radford et al. 2021): what byte-pair files alone
# do not say.
_PIECES = (
    r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
)
_MARKS = 2


def counter_of(base: Path) -> Callable[[str], int] | None:
    """A counter of tokens with both end marks, as `Base.count_tokens`; None: nothing to count by.

    Args:
        base: as for `tokenizer_of`.
    """
    tokenizer = tokenizer_of(base)
    if tokenizer is None:
        return None

    def count(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids) + _MARKS

    return count


def tokenizer_of(base: Path) -> Tokenizer | None:
    """A base's tokenizer, without padding and cuts; None: there is none that can be read.

    Args:
        base: a diffusers folder; `tokenizer/` holds tokenizer.json, or vocab.json and merges.txt.
            Of a checkpoint in one file the vocabulary is looked for (`families.vocabulary`).
    """
    from tokenizers import Tokenizer

    folder = base / "tokenizer"
    if base.is_file():
        try:
            folder = vocabulary_for(base, words_of(base) or 0)
        except CastmatesError:
            return None
    try:
        if (folder / "tokenizer.json").is_file():
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        elif (folder / "merges.txt").is_file():
            tokenizer = _from_merges(folder)
        else:
            return None
    # The library raises plain Exception for files that it cannot read.
    except Exception:
        return None
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def _from_merges(folder: Path) -> Tokenizer:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = json.loads(read_utf8(folder / "vocab.json"))
    lines = read_utf8(folder / "merges.txt").splitlines()
    lines = lines[1:] if lines and lines[0].startswith("#version") else lines
    pairs = [line.split(" ") for line in lines if line.count(" ") == 1]
    merges = [(first, second) for first, second in pairs]
    tokenizer = Tokenizer(
        models.BPE(
            vocab=vocabulary,
            merges=merges,
            end_of_word_suffix="</w>",
            continuing_subword_prefix="",
            unk_token="<|endoftext|>",
        )
    )
    spaces = normalizers.Replace(Regex(r"\s+"), " ")
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), spaces, normalizers.Lowercase()]
    )
    cut = pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [cut, pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    return tokenizer
