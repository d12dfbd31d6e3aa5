"""A1111's infotext is taken apart by A1111's rules and put together again."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.drawing.parameters import Parameters, fields_of, read, split_sampler, write


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "Steps: 20, Sampler: DPM++ 2M, Size: 512x768",
            {"Steps": "20", "Sampler": "DPM++ 2M", "Size": "512x768"},
        ),
        ("Steps: 20,Seed: 1", {"Steps": "20", "Seed": "1"}),
        ("Steps: 20, A: 1, Seed: 5", {"Steps": "20", "Seed": "5"}),
        (r'kk: "a \" b", Steps: 1', {"kk": 'a " b', "Steps": "1"}),
        (
            'Lora hashes: "a: 123, b: 456", Version: v1',
            {"Lora hashes": "a: 123, b: 456", "Version": "v1"},
        ),
        ("Lora hashes: a: 123, b: 456", {"Lora hashes": "a: 123"}),
        (
            'Civitai resources: [{"type":"lora","weight":0.8}], Steps: 20',
            {"Civitai resources": '[{"type":"lora","weight":0.8}]', "Steps": "20"},
        ),
        (
            'Hashes: {"model": "ab", "lora:x": "cd"}, Steps: 3',
            {"Hashes": '{"model": "ab", "lora:x": "cd"}', "Steps": "3"},
        ),
        ("Model: [my, Steps: 3", {"Model": "[my", "Steps": "3"}),
        ("Model: my, model, Steps: 3", {"Model": "my", "Steps": "3"}),
        (r'X Values: "\"<lora:a:1>\", 2", Steps: 3', {"X Values": '"<lora:a:1>", 2', "Steps": "3"}),
        ("Empty: , Steps: 3", {"Empty": "", "Steps": "3"}),
        ('VAE hash: "", Steps: 3', {"VAE hash": '""', "Steps": "3"}),
        ('kk: "unclosed, Steps: 1', {"kk": '"unclosed', "Steps": "1"}),
        ("Time: 12:30, Steps: 1", {"Time": "12:30", "Steps": "1"}),
        ("ADetailer model/x: y, Steps: 2", {"ADetailer model/x": "y", "Steps": "2"}),
        ("Füße: 3", {"Füße": "3"}),
        ('kk: "bad \\x", Steps: 1', {"kk": '"bad \\x"', "Steps": "1"}),
    ],
)
def test_a_line_of_fields_is_read_as_in_a1111(line: str, expected: dict[str, str]) -> None:
    assert dict(fields_of(line)) == expected


def test_words_negative_words_and_fields() -> None:
    said = read(
        " a fox <lora:pip:0.6>,\n  in the snow\nNegative prompt: bad hands\nand feet\n"
        "Steps: 20, Sampler: DPM++ 2M Karras, Clip skip: 2\n"
    )
    assert said.prompt == "a fox <lora:pip:0.6>,\nin the snow"
    assert said.negative == "bad hands\nand feet"
    assert (said.sampler, said.schedule) == ("DPM++ 2M", "Karras")
    assert said.fields["Clip skip"] == "2"


def test_traps_are_a1111s() -> None:
    trap = "masterpiece, ratio: wide, mood: calm, place: sea"
    assert read(trap) == Parameters(
        prompt="", fields={"ratio": "wide", "mood": "calm", "place": "sea"}
    )
    assert read("two: things, are: words") == Parameters(prompt="two: things, are: words")
    assert read("a\nNegative prompt: b").negative == "b"


@pytest.mark.parametrize(
    ("version", "prompt", "old"),
    [
        ("v1.5.2", "[a:b:0.5]", True),
        ("v1.6.0", "[a:b:0.5]", False),
        ("v1.10.1-4-gabc", "[a:b:0.5]", False),
        ("v1.5.2", "a", False),
        ("castmates 0.1.0", "[a:b:0.5]", False),
        ("", "[a:b:0.5]", False),
    ],
)
def test_the_version_says_how_schedules_count(version: str, prompt: str, old: bool) -> None:
    assert Parameters(prompt=prompt, fields={"Version": version}).old_schedules is old


def test_hashes_are_a_table() -> None:
    said = Parameters(prompt="", fields={"Lora hashes": "a: 12, b c: 34,, x"})
    assert said.hashes() == {"a": "12", "b c": "34"}
    assert said.hashes("TI hashes") == {}


def test_a_sampler_and_its_schedule() -> None:
    assert split_sampler("Euler a") == ("Euler a", "")
    assert split_sampler("DPM++ 3M SDE Exponential") == ("DPM++ 3M SDE", "Exponential")


def test_quoting_is_a1111s() -> None:
    fields = {
        "Steps": "20",
        "Tiling": "Tiling",
        "Model": "füchse",
        "Note": 'a, "b": ü\nc',
        "Xx": "",
    }
    said = write(Parameters(prompt="a", negative="b", fields=fields))
    assert said == (
        'a\nNegative prompt: b\nSteps: 20, Tiling, Model: füchse, Note: "a, \\"b\\": ü\\nc"'
    )


keys = st.text(st.characters(categories=["L", "N"]), min_size=2)
values = st.text(st.sampled_from('ab,: "\\\n[{}]ü1') | st.characters(codec="utf-8"))


def _holds(text: str) -> bool:
    lines = text.split("\n")
    kept = all(line == line.strip() and not line.startswith("Negative prompt:") for line in lines)
    return kept and text == text.strip()


def _keeps(value: str) -> bool:
    """Bare values are stripped and may not look like quoted ones or like JSON."""
    bare = not set(",:\n") & set(value)
    odd = value.startswith(('"', "[", "{")) or value != value.strip() or "\r" in value
    return bool(value) and not (bare and odd)


@given(
    st.text().filter(_holds),
    st.text().filter(_holds),
    st.dictionaries(keys, values.filter(_keeps), min_size=3),
)
def test_what_it_can_hold_comes_back(prompt: str, negative: str, fields: dict[str, str]) -> None:
    whole = {key: value for key, value in fields.items() if key != value}
    if len(whole) >= 3 and "\n" not in "".join(keys_of(whole)):
        said = Parameters(prompt=prompt, negative=negative, fields=whole)
        assert read(write(said)) == said


def keys_of(fields: dict[str, str]) -> list[str]:
    return [*fields]


@pytest.mark.parametrize(
    "line",
    [
        "a" * 100_000,
        "aa " * 33_000,
        "aa:" * 33_000,
        'aa: "' * 20_000,
        "aa:[" * 25_000,
        "a," * 50_000,
        'aa:["' * 20_000,
        "\\" * 100_000,
    ],
)
def test_hostile_lines_take_linear_time(line: str) -> None:
    started = time.perf_counter()
    read(line)
    assert time.perf_counter() - started < 5


def test_a_json_value_keeps_its_text() -> None:
    value = json.dumps([{"a": [1, 2], "b": "x, y: z"}])
    assert dict(fields_of(f"Civitai resources: {value}, Steps: 2"))["Civitai resources"] == value
