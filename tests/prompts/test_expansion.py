"""Names and chance become text, the same for the same seed, and nothing is swallowed."""

from __future__ import annotations

import time

import pytest

from castmates.prompts.expansion import Lore, Member, expand

PIP = Member(
    trigger="pip",
    looks=("1girl", "green eyes"),
    adapter="pip",
    strength=0.8,
    negative=("3D render", "blurry"),
    outfits={"raincoat": ("yellow raincoat", "boots"), "crown": ()},
)
MO = Member(trigger="mo (fox)", adapter=None)
LORE = Lore(
    cast={"pip": PIP, "mo": MO},
    files={
        "hats": ("red hat", "# not this", "", "blue hat"),
        "deep": ("__hats__ and (hat:1.2)",),
        "ring": ("__ring__ __ring__",),
        "fast": ("__fast____fast____fast__",),
        "empty": ("# nothing",),
    },
)


def test_a_character_brings_its_words_adapter_and_negative() -> None:
    found = expand("{pip}, castle", "blurry, dark", LORE)
    assert found.prompt == "<lora:pip:0.8>pip, 1girl, green eyes, castle"
    assert found.negative == "blurry, dark, 3D render"
    assert found.called == ("pip",)
    assert found.problems == ()


def test_an_outfit_brings_its_words() -> None:
    found = expand("({pip in her raincoat}:1.2)", "", LORE)
    assert found.prompt.endswith("green eyes, yellow raincoat, boots:1.2)")
    assert expand("{pip in the crown}", "", LORE).prompt.endswith("green eyes, crown")
    unknown = expand("{pip in her raincaot}", "", LORE)
    assert unknown.prompt.endswith("green eyes, raincaot")
    assert "Did you mean 'raincoat'?" in unknown.problems[0].fix


def test_a_character_named_twice_brings_its_adapter_once() -> None:
    assert expand("{pip} and {pip}", "", LORE).prompt.count("<lora:pip") == 1


def test_the_weight_that_a_prompt_writes_counts() -> None:
    found = expand("{pip} <lora:pip:0.5@0,0@1>", "", LORE)
    assert found.prompt == "pip, 1girl, green eyes <lora:pip:0.5@0,0@1>"
    assert found.problems[0].level == "warning"


def test_whoever_it_is_takes_the_place() -> None:
    text = "photo of ((MODEL_TARGET_NAME dressed in jeans)), {who}"
    assert expand(text, "", LORE).prompt == text
    lore = Lore(cast=LORE.cast, who="pip")
    assert expand(text, "", lore).prompt == (
        "photo of ((<lora:pip:0.8>pip, 1girl, green eyes dressed in jeans)), pip, 1girl, green eyes"
    )


@pytest.mark.parametrize(
    ("text", "says", "fix"),
    [
        ("{pipp}", "no character 'pipp'", "Did you mean 'pip'?"),
        ("__hast__", "no wildcard file", "Did you mean 'hats'?"),
        ("__empty__", "has no lines", "Write"),
        ("{mo}", "no chosen adapter", "castmates choose mo"),
    ],
)
def test_what_stands_for_nothing_is_told(text: str, says: str, fix: str) -> None:
    (problem,) = expand(text, "", LORE).problems
    assert says in problem.what
    assert fix in problem.fix


def test_what_stands_for_nothing_stays() -> None:
    text = "{pipp}, {Big Cat}, __hast__, {a, a_b"
    assert expand(text, "", LORE).prompt == text


def test_words_with_brackets_stay_words() -> None:
    assert expand("{mo}", "", LORE).prompt == r"mo \(fox\)"


def test_chance_is_the_seeds() -> None:
    text = "{a|b|c} __hats__ {x {y|z}|[d|e]} __h*s__"
    by_seed = [expand(text, "", Lore(files=LORE.files, seed=seed)).prompt for seed in range(30)]
    again = [expand(text, "", Lore(files=LORE.files, seed=seed)).prompt for seed in range(30)]
    assert by_seed == again
    assert {found[0] for found in by_seed} == {"a", "b", "c"}
    assert {"red" in found for found in by_seed} == {True, False}
    assert not any("#" in found or "__" in found or "{" in found for found in by_seed)


def test_lines_may_hold_the_whole_grammar() -> None:
    found = expand("a AND __deep__ :0.5", "", LORE)
    assert found.prompt.startswith("a AND ")
    assert found.prompt.endswith("hat and (hat:1.2) :0.5")


@pytest.mark.parametrize("name", ["ring", "fast"])
def test_a_ring_of_files_ends(name: str) -> None:
    started = time.perf_counter()
    found = expand(f"a __{name}__ b", "", LORE)
    assert time.perf_counter() - started < 10
    assert found.problems[-1].level == "error"


def test_negative_words_take_chances_too() -> None:
    assert expand("", "{a|a}, AND <lora:x:1>", LORE).negative == "a, AND <lora:x:1>"
