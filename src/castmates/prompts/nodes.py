"""The tree of a prompt, and the tree as text again; knows no tokens and no meaning of weights.

Nothing of the source is lost: `written(read(text)) == text`. Every node knows where it stands in
the source, as [start, end); a node that was made by hand stands nowhere. Spans are left out when
trees are compared. Walks keep a stack of their own, because people paste brackets by the thousand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Span = tuple[int, int]
NOWHERE: Span = (0, 0)
_escaped = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Text:
    r"""Plain text as written: `\(` is still two characters."""

    source: str
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def said(self) -> str:
        """What it means: a backslash makes the next character plain and goes."""
        return _escaped.sub(r"\1", self.source)


@dataclass(frozen=True, slots=True)
class Emphasis:
    """`(x)`, `(x:1.3)` or `[x]`.

    Attributes:
        bracket: "(" or "[".
        number: what is written between content and bracket, as ":1.3"; "": nothing.
        closed: whether it ends by a bracket of its own, or with its surroundings.
    """

    bracket: str
    content: tuple[Node, ...]
    number: str = ""
    closed: bool = True
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Switch:
    """`[before:after:when]`; without `before` (None) it is `[after:when]`."""

    before: tuple[Node, ...] | None
    after: tuple[Node, ...]
    when: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Alternate:
    """`[a|b|c]`: one option a step, in turn."""

    options: tuple[tuple[Node, ...], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Break:
    """`BREAK`: what follows begins a new chunk."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Tag:
    """`<kind:item:item>`; items as written, quotes and spaces included."""

    kind: str
    items: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Embedding:
    """The name of a textual inversion, as written."""

    source: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Called:
    """A character: `{pip}`, `{pip in her raincoat}`, or a place for whoever it is (`{who}`).

    Attributes:
        name: of the character; "who": the one that a prompt over the cast is drawn for.
        outfit: the words after "in"; "": none.
        source: the whole, as written.
    """

    name: str
    outfit: str
    source: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """`{a|b}`: one of them by chance, before anything else is read."""

    options: tuple[tuple[Node, ...], ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FromFile:
    """`__hats__`: a line of a wildcard file by chance."""

    name: str
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Braces:
    """`{x}` that is no character and no choice: text with its braces."""

    content: tuple[Node, ...]
    span: Span = field(default=NOWHERE, compare=False)


Node = (
    Text
    | Emphasis
    | Switch
    | Alternate
    | Break
    | Tag
    | Embedding
    | Called
    | Choice
    | FromFile
    | Braces
)


@dataclass(frozen=True, slots=True)
class Part:
    """What stands between two `AND`s.

    Attributes:
        content: the nodes before the weight.
        number: the weight of the part as written, as " :0.6 "; "": none.
        tail: tags that stand behind the weight.
        strays: where brackets stand that nothing opens or that close across another kind.
        barred: a `|` stands where none may, so that A1111 reads no schedule of this part.
    """

    content: tuple[Node, ...]
    number: str = ""
    tail: tuple[Node, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)
    strays: tuple[int, ...] = field(default=(), compare=False)
    barred: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Tree:
    """A prompt.

    Attributes:
        parts: one, or what `AND` joins.
        unclosed: where a tag begins that nothing closes.
    """

    parts: tuple[Part, ...]
    unclosed: tuple[int, ...] = field(default=(), compare=False)


Piece = str | Node


def layout(node: Node) -> list[Piece]:
    """What a node is written as: text and inner nodes, in order."""
    match node:
        case Text(source=source) | Embedding(source=source) | Called(source=source):
            return [source]
        case Emphasis(bracket=opening, content=content, number=number, closed=closed):
            closing = ")" if opening == "(" else "]"
            return [opening, *content, number, closing if closed else ""]
        case Switch(before=before, after=after, when=when):
            first: list[Piece] = [] if before is None else [*before, ":"]
            return ["[", *first, *after, ":", when, "]"]
        case Alternate(options=options):
            return ["[", *_barred(options), "]"]
        case Break():
            return ["BREAK"]
        case Tag(kind=kind, items=items):
            return [f"<{':'.join((kind, *items))}>"]
        case Choice(options=options):
            return ["{", *_barred(options), "}"]
        case FromFile(name=name):
            return [f"__{name}__"]
        case Braces(content=content):
            return ["{", *content, "}"]


def inner(node: Node) -> tuple[Node, ...]:
    """The nodes that a node holds, in the order of the text."""
    match node:
        case Emphasis(content=content) | Braces(content=content):
            return content
        case Switch(before=before, after=after):
            return (before or ()) + after
        case Alternate(options=options) | Choice(options=options):
            return tuple(node for option in options for node in option)
        case _:
            return ()


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node and what it holds, in the order of the text, holders before what they hold."""
    waiting = [*nodes][::-1]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += inner(node)[::-1]


def nodes_of(tree: Tree) -> Iterator[Node]:
    """Every node of a tree, in the order of the text."""
    for part in tree.parts:
        yield from walk(part.content + part.tail)


def source_of(nodes: Iterable[Node], most: int | None = None) -> str:
    """Nodes as text; `most`: enough of it for so many characters."""
    said: list[str] = []
    length = 0
    waiting: list[Piece] = [*nodes]
    waiting.reverse()
    while waiting and (most is None or length <= most):
        piece = waiting.pop()
        if isinstance(piece, str):
            said.append(piece)
            length += len(piece)
        else:
            waiting += layout(piece)[::-1]
    return "".join(said)


def written(tree: Tree) -> str:
    """The text that `reading.read` reads as this tree."""
    parts = (source_of(p.content) + p.number + source_of(p.tail) for p in tree.parts)
    return "AND".join(parts)


def plain(words: str) -> str:
    r"""Words as text that no rule of the grammar touches: `fox (toy)` becomes `fox \(toy\)`."""
    text = re.sub(r"[\\()\[\]{}|:]|<(?=\w+:)|_(?=_)", r"\\\g<0>", words)
    return re.sub(r"\b(?:A(?=ND\b)|B(?=REAK\b)|M(?=ODEL_TARGET_NAME\b))", r"\\\g<0>", text)


def _barred(options: tuple[tuple[Node, ...], ...]) -> list[Piece]:
    first, *others = options
    pieces: list[Piece] = [*first]
    for option in others:
        pieces += ["|", *option]
    return pieces
