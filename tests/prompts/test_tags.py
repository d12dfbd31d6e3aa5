"""Tags become adapters with weights; what they cannot mean is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.prompts.nodes import Tag, nodes_of
from castmates.prompts.problems import Problem
from castmates.prompts.reading import read
from castmates.prompts.tags import Mention, mention_of, mentions_of, quoted


def tag(text: str) -> Tag:
    (found,) = (node for node in nodes_of(read(text)) if isinstance(node, Tag))
    return found


def mention(text: str) -> Mention:
    found, problems = mention_of(tag(text))
    assert found is not None
    assert problems == []
    return found


def told(text: str) -> list[Problem]:
    return mentions_of(node for node in nodes_of(read(text)) if isinstance(node, Tag))[1]


@pytest.mark.parametrize(
    ("text", "te", "unet", "dyn"),
    [
        ("<lora:x>", 1, 1, None),
        ("<lora:x:0.8>", 0.8, 0.8, None),
        ("<lora:x:1:0.5>", 1, 0.5, None),
        ("<lora:x:unet=0.5>", 1, 0.5, None),
        ("<lora:x:0.8:te=0.2>", 0.2, 0.2, None),
        ("<lora:x:1:1:16>", 1, 1, 16),
        ("<lora:x:1:dyn=16>", 1, 1, 16),
        ("<lyco:x:0.5>", 0.5, 0.5, None),
        ("<loractl:x:0.5>", 0.5, 0.5, None),
        ("<lora: x : te = 0.3 >", 0.3, 0.3, None),
    ],
)
def test_weights_are_a1111s(text: str, te: float, unet: float, dyn: int | None) -> None:
    found = mention(text)
    assert (found.name, found.te.first, found.unet.first, found.dyn) == ("x", te, unet, dyn)
    assert found.is_constant


def test_any_weight_may_have_a_course() -> None:
    found = mention("<lora:pip-000006:0.8@0,0.4@0.5,0@1>")
    assert found.name == "pip-000006"
    assert found.unet_over(5) == pytest.approx((0.8, 0.6, 0.4, 0.2, 0.0))
    assert found.te == found.unet
    apart = mention("<lora:x:0.5:unet=0@0,1@1>")
    assert (str(apart.te), str(apart.unet)) == ("0.5", "0.0@0.0,1.0@1.0".replace(".0", ""))
    assert mention("<lora:x:te=1@0,0@1:unet=0.7>").te_over(3) == (1, 0.5, 0)


def test_the_second_pass_has_weights_of_its_own() -> None:
    found = mention("<lora:x:1:0.8:hr=0.3:hrte=0.1>")
    assert (found.hires_te.first, found.hires_unet.first) == (0.1, 0.3)
    usual = mention("<lora:x:1:0.8>")
    assert (usual.hires_te, usual.hires_unet) == (usual.te, usual.unet)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<lora:x:1:start=3>", (0, 0, 0, 1, 1)),
        ("<lora:x:1:stop=1>", (1, 1, 0, 0, 0)),
        ("<lora:x:1:step=1-3>", (0, 1, 1, 1, 0)),
        ("<lora:x:1:start=0.5>", (0, 0, 1, 1, 1)),
        ("<lora:x:1:end=0.25>", (1, 1, 0, 0, 0)),
    ],
)
def test_an_adapter_may_act_in_part_of_the_pass(text: str, expected: tuple[float, ...]) -> None:
    found = mention(text)
    assert found.unet_over(5) == expected
    assert not found.is_constant


@pytest.mark.parametrize(
    ("text", "level", "says"),
    [
        ("<loar:x:1>", "error", "no tag 'loar'"),
        ("<foo:x:1>", "error", "no tag 'foo'"),
        ("<hypernet:x:1>", "error", "hypernetworks"),
        ("<lora::1>", "error", "names no adapter"),
        ("<lora:x:strong>", "error", "'strong' is not a weight"),
        ("<lora:x:9>", "error", "more than ±4"),
        ("<lora:x:1:lbw=IN02>", "error", "'lbw=IN02' in a tag means nothing"),
        ("<lora:x:1:1:some>", "error", "dyn is 'some'"),
        ("<lora:x:1:start=soon>", "error", "start is 'soon'"),
        ("<lora:x:1:1:16:5>", "warning", "4 values by place"),
        ("<lora:x:.5><lora:x:.3>", "warning", "named more than once"),
        ("<lora:x:0.8@0,[email protected],0@1>", "warning", "web page"),
    ],
)
def test_what_a_tag_cannot_mean_is_told(text: str, level: str, says: str) -> None:
    (problem,) = told(text)
    assert problem.level == level
    assert says in problem.what


@given(st.text(min_size=1).filter(lambda name: name == name.strip()))
def test_every_name_fits_into_a_tag(name: str) -> None:
    assert mention(f"<lora:{quoted(name)}:0.5>").name == name
