"""Words are cut into chunks as A1111 cuts them, with the tokenizer of the embedded base."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib.resources import files

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from castmates.prompts.chunks import Chunk, Cutter, Token
from castmates.prompts.emphasis import runs
from castmates.prompts.plan import Habits, plan
from castmates.prompts.scheduling import Pass

BPE = Tokenizer.from_file(
    str(files("castmates") / "embedded" / "base" / "tokenizer/tokenizer.json")
)
BPE.no_padding()
BPE.no_truncation()


def tokenize(text: str) -> Sequence[Token]:
    found = BPE.encode(text, add_special_tokens=False)
    return [Token(i, *span) for i, span in zip(found.ids, found.offsets, strict=True)]


CUTTER = Cutter(tokenize)


def texts(chunks: Sequence[Chunk]) -> list[str]:
    return ["".join(piece.text for piece in chunk) for chunk in chunks]


def sizes(chunks: Sequence[Chunk]) -> list[int]:
    return [sum(len(piece.ids) for piece in chunk) for chunk in chunks]


def test_a_short_prompt_is_one_chunk_of_its_runs() -> None:
    (chunk,) = CUTTER.cut(runs("a (girl:1.3), castle"))
    assert [(p.text, p.weight) for p in chunk] == [("a ", 1), ("girl", 1.3), (", castle", 1)]
    assert chunk[1].ids == tuple(token.id for token in tokenize("girl"))


def test_an_empty_prompt_is_one_empty_chunk() -> None:
    assert [[(p.text, p.weight) for p in chunk] for chunk in CUTTER.cut(runs(""))] == [[("", 1)]]


def test_a_chunk_has_75_tokens() -> None:
    assert sizes(CUTTER.cut(runs("girl " * 75))) == [75]
    assert sizes(CUTTER.cut(runs("girl " * 76))) == [75, 1]
    assert sizes(CUTTER.cut(runs("girl " * 151))) == [75, 75, 1]


def test_an_overflow_goes_back_to_the_last_comma() -> None:
    text = "girl " * 64 + ", " + "smile " * 15
    assert sizes(CUTTER.cut(runs(text))) == [65, 15]
    assert texts(CUTTER.cut(runs(text))) == ["girl " * 64 + ", ", "smile " * 15]


def test_a_comma_further_back_does_not_count() -> None:
    text = "girl " * 40 + ", " + "smile " * 50
    assert sizes(CUTTER.cut(runs(text))) == [75, 16]
    assert sizes(Cutter(tokenize, backtrack=0).cut(runs("girl " * 70 + "," + "smile " * 9))) == [
        75,
        5,
    ]


@pytest.mark.parametrize(("before", "expected"), [(55, [56, 20]), (54, [75, 1])])
def test_twenty_tokens_back_is_the_last_place(before: int, expected: list[int]) -> None:
    text = "girl " * before + ", " + "smile " * (sum(expected) - before - 1)
    assert sizes(CUTTER.cut(runs(text))) == expected


def test_weights_go_along_over_a_cut() -> None:
    first, second = CUTTER.cut(runs("girl " * 70 + "(smile smile smile smile, hat hat hat:1.2)"))
    assert (first[-1].text, first[-1].weight) == ("smile smile smile smile, ", 1.2)
    assert [(p.text, p.weight) for p in second] == [("hat hat hat", 1.2)]


def test_break_ends_a_chunk() -> None:
    assert texts(CUTTER.cut(runs("girl BREAK castle"))) == ["girl", "castle"]
    assert texts(CUTTER.cut(runs("BREAK girl"))) == ["", "girl"]
    assert texts(CUTTER.cut(runs("girl BREAK"))) == ["girl"]
    assert texts(Cutter().cut(runs("girl BREAK castle"))) == ["girl", "castle"]


def test_a_word_that_is_cut_keeps_its_tokens() -> None:
    """Encoded anew, the halves of a word would be other tokens: the ids say what is meant."""
    whole = "girl " * 74 + "lighthousekeeper"
    ids = [number for chunk in CUTTER.cut(runs(whole)) for p in chunk for number in p.ids]
    assert ids == [token.id for token in tokenize(whole)]


def test_the_vectors_of_an_embedding_stay_together() -> None:
    cutter = Cutter(tokenize, embeddings={"EasyNegative": 8})
    first, second = cutter.cut(runs("girl " * 70 + "easynegative, hat"))
    assert sum(len(piece.ids) for piece in first) == 70
    assert [(p.text, p.embedding) for p in second] == [
        ("easynegative", "EasyNegative"),
        (", hat", ""),
    ]
    assert [p.embedding for p in cutter.cut(runs("a embedding:EasyNegative b"))[0]] == [
        "",
        "EasyNegative",
        "",
    ]


def test_an_embedding_larger_than_a_chunk_has_one_of_its_own() -> None:
    cutter = Cutter(tokenize, capacity=5, embeddings={"big": 8})
    assert texts(cutter.cut(runs("girl big girl"))) == ["girl ", "big ", "girl"]


def test_a_name_is_found_among_tokens_and_the_longest_counts() -> None:
    cutter = Cutter(tokenize, embeddings={"snow": 1, "snow-fox": 2, "snow-fox-7": 3})

    def found(text: str) -> list[str]:
        return [piece.embedding for piece in cutter.cut(runs(text))[0]]

    assert found("a SNOW-Fox-7") == ["", "snow-fox-7"]
    assert found("(snow-fox:1.2) hat snow") == ["snow-fox", "", "snow"]
    # The tokenizer, not the spaces, says where a name ends; as in A1111.
    assert found("snow - fox") == ["snow-fox"]
    assert found("snowman") == [""]


def test_a_comma_before_a_name_is_gone_back_to() -> None:
    """The chunk is full when the name comes: what follows its last comma goes along."""
    cutter = Cutter(tokenize, embeddings={"EasyNegative": 8})
    chunks = cutter.cut(runs("girl " * 70 + ", hat " + "girl " * 3 + "easynegative"))
    assert texts(chunks) == ["girl " * 70 + ", ", "hat girl girl girl easynegative"]
    # Where it only does not fit, the chunk is filled up behind it, as in A1111.
    chunks = cutter.cut(runs("girl " * 68 + ", hat easynegative"))
    assert texts(chunks) == ["girl " * 68 + ", hat ", "easynegative"]


@pytest.mark.parametrize("text", ["snow " * 20_000, "s-n-" * 25_000, "(snow-fox" * 11_000])
def test_many_names_and_a_long_text_take_linear_time(text: str) -> None:
    names = {f"snow-fox-{i}": 2 for i in range(500)}
    started = time.perf_counter()
    plan(text, "", Pass(2), Habits(cutter=Cutter(tokenize, embeddings=names)))
    assert time.perf_counter() - started < 5


@given(
    st.lists(st.sampled_from(["girl", "(smile:1.2)", ",", " ", "BREAK", "lanternfish", "é", "🦊"])),
    st.integers(1, 30),
)
@example(["girl", "lanternfish", "lanternfish", "🦊"], 4)
def test_nothing_is_lost_and_no_chunk_is_too_long(words: list[str], times: int) -> None:
    found = runs(" ".join(words * times))
    chunks = CUTTER.cut(found)
    assert "".join(texts(chunks)) == "".join(run.text for run in found if not run.is_break)
    assert all(size <= 75 for size in sizes(chunks))
    ids = [number for chunk in chunks for piece in chunk for number in piece.ids]
    assert ids == [t.id for run in found if not run.is_break for t in tokenize(run.text)]
