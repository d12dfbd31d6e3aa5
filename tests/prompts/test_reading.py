"""Text becomes a tree and the tree becomes the same text; spans point at what they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.prompts.nodes import (
    Alternate,
    Braces,
    Break,
    Called,
    Choice,
    Embedding,
    Emphasis,
    FromFile,
    Node,
    Part,
    Switch,
    Tag,
    Text,
    Tree,
    nodes_of,
    plain,
    source_of,
    written,
)
from castmates.prompts.reading import read

cat, dog = Text("cat"), Text("dog")


def only(text: str) -> Node:
    """The one node that a text is."""
    (part,) = read(text).parts
    (node,) = part.content
    return node


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("cat", cat),
        (r"\(cat\) a\b", Text(r"\(cat\) a\b")),
        ("(cat)", Emphasis("(", (cat,))),
        ("[cat]", Emphasis("[", (cat,))),
        ("(cat : 1.3 )", Emphasis("(", (Text("cat "),), ": 1.3 ")),
        ("((cat:2))", Emphasis("(", (Emphasis("(", (cat,), ":2"),))),
        ("(cat:1..3)", Emphasis("(", (Text("cat:1..3"),))),
        ("(cat:1e3)", Emphasis("(", (Text("cat:1e3"),))),
        ("(cat", Emphasis("(", (cat,), closed=False)),
        ("[cat:dog:0.5]", Switch((cat,), (dog,), "0.5")),
        ("[cat:dog:1e1]", Switch((cat,), (dog,), "1e1")),
        ("[dog:4]", Switch(None, (dog,), "4")),
        ("[:dog:4]", Switch((), (dog,), "4")),
        ("[cat::4]", Switch((cat,), (), "4")),
        ("[:5]", Switch(None, (), "5")),
        ("[cat|dog]", Alternate(((cat,), (dog,)))),
        ("[cat|]", Alternate(((cat,), ()))),
        ("[cat|dog:3]", Emphasis("[", (Text("cat|dog:3"),))),
        ("[a:b:c:3]", Emphasis("[", (Text("a:b:c:3"),))),
        ("[cat:dog]", Emphasis("[", (Text("cat:dog"),))),
        ("[a:(b:c:d):3]", Emphasis("[", (Text("a:"), Emphasis("(", (Text("b:c:d"),)), Text(":3")))),
        ("BREAK", Break()),
        ("<lora:pip:0.8>", Tag("lora", ("pip", "0.8"))),
        ('<lora:"a:b>c":1>', Tag("lora", ('"a:b>c"', "1"))),
        ("<lora:pip:te=1:unet=.5>", Tag("lora", ("pip", "te=1", "unet=.5"))),
        ("<foo:>", Tag("foo", ("",))),
        ("<lora:pip", Text("<lora:pip")),
        (r"\<lora:pip:1>", Text(r"\<lora:pip:1>")),
        ("{pip}", Called("pip", "", "{pip}")),
        ("{pip in her raincoat}", Called("pip", "her raincoat", "{pip in her raincoat}")),
        ("MODEL_TARGET_NAME", Called("who", "", "MODEL_TARGET_NAME")),
        ("{cat|dog}", Choice(((cat,), (dog,)))),
        ("{Big cat}", Braces((Text("Big cat"),))),
        ("{cat", Text("{cat")),
        ("__hats/red-1__", FromFile("hats/red-1")),
        ("a__b", Text("a__b")),
        ("aBREAKb sANDy", Text("aBREAKb sANDy")),
    ],
)
def test_a_text_is_one_node(text: str, node: Node) -> None:
    assert only(text) == node
    assert source_of([node]) == text


def test_crossing_brackets_are_text_where_they_cross() -> None:
    (part,) = read("a (b [c) d] e").parts
    assert part.content == (
        Text("a "),
        Emphasis("(", (Text("b [c"),)),
        Text(" d] e"),
    )
    assert part.strays == (5, 10)


def test_a_bar_elsewhere_leaves_no_schedule_in_its_part() -> None:
    first, second = read("a|b [c:d:3] AND [e:f:3]").parts
    assert first.barred
    assert not any(isinstance(node, Switch) for node in first.content)
    assert isinstance(second.content[1], Switch)


def test_parts_have_weights_and_tags_may_stand_behind_them() -> None:
    tree = read("a AND b :0.6 <lora:x:1> AND c:-.5")
    assert [part.number for part in tree.parts] == ["", ":0.6 ", ":-.5"]
    assert tree.parts[1].tail == (Tag("lora", ("x", "1")), Text(" "))
    assert read("ratio 16:9").parts[0].number == ""


def test_in_negative_words_tags_and_and_are_text() -> None:
    assert len(read("a AND b", negative=True).parts) == 1
    assert not any(isinstance(n, Tag) for n in nodes_of(read("<lora:x:1>", negative=True)))


def test_embeddings_are_told_from_words() -> None:
    (part,) = read("bad EasyNegative, easynegatives", embeddings=["easynegative"]).parts
    assert part.content == (Text("bad "), Embedding("EasyNegative"), Text(", easynegatives"))


def test_braces_bind_closer_than_brackets_and_and() -> None:
    (part,) = read("({a) AND|b})").parts
    assert part.content == (Emphasis("(", (Choice(((Text("a) AND"),), (Text("b"),))),)),)


spicy = st.text(st.sampled_from('ab,:\\<>()[]{}|_"@ 1.AND\nBREAKlora')) | st.text()


@given(text=spicy, negative=st.booleans(), names=st.booleans())
def test_every_text_comes_back_and_spans_hold(text: str, negative: bool, names: bool) -> None:
    tree = read(text, negative=negative, names=names, embeddings=["ab"])
    assert written(tree) == text
    for node in nodes_of(tree):
        assert text[slice(*node.span)] == source_of([node])


@given(text=spicy)
def test_plain_words_are_text_alone(text: str) -> None:
    (part,) = read(plain(text)).parts
    assert all(isinstance(node, Text) for node in part.content)
    assert "".join(n.said for n in part.content if isinstance(n, Text)) == text


words = st.text(st.sampled_from("ab ,é(|:\\"), min_size=1).map(lambda text: Text(plain(text)))
numbers = st.sampled_from(["4", "0.5", " 12 ", "+3", "-1", "1e1", ".5"])
bare = st.text(st.sampled_from("ab2_-. "), min_size=1)
leaves = (
    words
    | st.builds(Tag, st.sampled_from(["lora", "lyco", "foo"]), st.tuples(bare, bare))
    | st.builds(FromFile, st.sampled_from(["hats", "a/b-c"]))
    | st.sampled_from([Called("pip", "", "{pip}"), Called("who", "", "MODEL_TARGET_NAME")])
    | st.just(Embedding("easynegative"))
)


def _apart(nodes: list[Node]) -> tuple[Node, ...]:
    """Neighbours that read back one by one: no two texts side by side, spaces around names."""
    found: list[Node] = []
    for node in nodes:
        if not (found and isinstance(found[-1], Text)):
            found.append(Text(", "))
        if not isinstance(node, Text):
            found += [node]
    return (*found, Text(" ;")) if not isinstance(found[-1], Text) else tuple(found)


def _more(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    content = st.lists(inner, min_size=1, max_size=3).map(_apart)
    return (
        st.builds(Emphasis, st.just("("), content, st.sampled_from(["", ":1.3", ": -.5 "]))
        | st.builds(Emphasis, st.just("["), content)
        | st.builds(Switch, st.none() | st.just(()) | content, st.just(()) | content, numbers)
        | st.builds(Alternate, st.lists(content | st.just(()), min_size=2, max_size=3).map(tuple))
        | st.builds(Choice, st.lists(content, min_size=2, max_size=3).map(tuple))
        | st.builds(Braces, content)
    )


nodes = st.recursive(leaves, _more, max_leaves=8)
parts = st.builds(
    Part,
    st.lists(nodes, min_size=1, max_size=4).map(_apart),
    st.sampled_from(["", ":0.6 ", " : -1 "]).map(str.lstrip),
)


@given(st.lists(parts, min_size=2, max_size=3).map(lambda found: Tree(tuple(found))))
def test_every_tree_comes_back(tree: Tree) -> None:
    # Between two ANDs there is white space at least.
    spaced = Tree(
        tuple(
            Part((Text(" "), *p.content) if i else p.content, p.number)
            for i, p in enumerate(tree.parts)
        )
    )
    merged = Tree(tuple(Part(_merged(p.content), p.number) for p in spaced.parts))
    assert read(written(merged), embeddings=["easynegative"]) == merged


def _merged(content: tuple[Node, ...]) -> tuple[Node, ...]:
    head = content[:2]
    if all(isinstance(node, Text) for node in head) and len(head) == 2:
        return (Text(source_of(head)), *content[2:])
    return content
