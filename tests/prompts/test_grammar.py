"""The grammar reads what A1111's users write, and says where it cannot."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.core.errors import BadInput
from castmates.core.types import AdapterUse
from castmates.prompts.grammar import parse, write


def uses(*pairs: tuple[str, float]) -> tuple[AdapterUse, ...]:
    return tuple(AdapterUse(name=name, strength=strength) for name, strength in pairs)


@pytest.mark.parametrize(
    ("text", "words", "adapters"),
    [
        ("", "", ()),
        ("pip, christmas hat", "pip, christmas hat", ()),
        ("pip <lora:pip:0.8>", "pip", uses(("pip", 0.8))),
        ("pip <lora:pip>", "pip", uses(("pip", 1.0))),
        ("<lora:pip:-.5> pip", "pip", uses(("pip", -0.5))),
        ("<lyco:pip:1e-1>pip", "pip", uses(("pip", 0.1))),
        ("a, <lora:pip:0.8>, b", "a, b", uses(("pip", 0.8))),
        ("a, b, <lora:pip:0.8>", "a, b", uses(("pip", 0.8))),
        ("<lora:x:1>, a", "a", uses(("x", 1.0))),
        ("a, <lora:x:1>, <lora:y:.5>, b", "a, b", uses(("x", 1.0), ("y", 0.5))),
        ("a <lora:x:1> b", "a b", uses(("x", 1.0))),
        ("a<lora:x:1>b", "ab", uses(("x", 1.0))),
        ("a <lora:x:1>,", "a", uses(("x", 1.0))),
        ("a, <lora:x:1>,", "a", uses(("x", 1.0))),
        ("<lora:x:.5><lora:x:.3>", "", uses(("x", 0.5), ("x", 0.3))),
        ("<lora: my pip 2 : 0.8 >", "", uses(("my pip 2", 0.8))),
        (r"fox \(toy\)", "fox (toy)", ()),
        (r"\<lora:pip:1>", "<lora:pip:1>", ()),
        (r"\\<lora:pip:1>", "\\", uses(("pip", 1.0))),
        (r"a \b \\ \(", "a \\b \\ (", ()),
        ("i <3 you, 2 < 3 > 1", "i <3 you, 2 < 3 > 1", ()),
        ("(cute), [old], a:b, ratio 16:9", "(cute), [old], a:b, ratio 16:9", ()),
        ("  two\nlines  ", "two\nlines", ()),
    ],
)
def test_words_and_adapters_are_read(
    text: str, words: str, adapters: tuple[AdapterUse, ...]
) -> None:
    prompt = parse(text)
    assert prompt.words == words
    assert prompt.adapters == adapters


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a <lora:pip:0.8", r"At character 3, '<lora:pip:0.8': the tag is not closed"),
        ("<lora:pip <lora:x:1>", "At character 1,"),
        ("ab <loar:pip:1>", r"At character 4.*no tag 'loar'\. Did you mean 'lora'"),
        ("<lora::1>", "names no adapter"),
        ("<lora:pip:strong>", "'strong' is not a strength"),
        ("<lora:pip:nan>", "'nan' is not a strength"),
        ("<lora:pip:9>", "from -4 to 4"),
        ("<lora:pip:0.8:0.5>", "2 weights for 'pip'"),
        ("<lora:pip:0.8@0,0@1>", "is not a strength"),
        ("a (red hat:1.3)", r"At character 3, '\(red hat:1.3\)': a weight in brackets"),
        ("(<lora:x:1> hat:1.3)", "At character 1,.*a weight in brackets"),
        ("[cat:dog:0.5]", "a schedule in square brackets"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as raised:
        parse(text)
    assert raised.value.fix


def test_spans_point_at_the_tags() -> None:
    text = "a <lora:x:1> b <lora:y:2>"
    assert [text[a:b] for a, b in parse(text).spans] == ["<lora:x:1>", "<lora:y:2>"]


names = st.text(min_size=1).map(lambda s: s.strip()).filter(lambda s: s and not set("<>:") & set(s))
written = st.lists(st.builds(AdapterUse, name=names, strength=st.floats(-4, 4)), max_size=3).map(
    tuple
)
spicy = st.text(st.sampled_from("ab,:\\<>()[]lora 1.2\n")) | st.text()


@given(words=spicy, adapters=written)
def test_what_is_written_reads_back(words: str, adapters: tuple[AdapterUse, ...]) -> None:
    prompt = parse(write(words, adapters))
    assert prompt.words == words.strip()
    assert prompt.adapters == adapters


@given(text=spicy)
def test_nothing_but_bad_input_is_raised(text: str) -> None:
    with suppress(BadInput):
        parse(text)


def test_a_prompt_of_tags_alone_is_read_in_linear_time() -> None:
    prompt = parse("<lora:x:1>, a, " * 6000)
    assert len(prompt.adapters) == 6000
    assert prompt.words.count("a") == 6000
