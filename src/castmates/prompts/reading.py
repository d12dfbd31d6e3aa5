"""Read a prompt into its tree; knows no weights, no steps and no names. Linear in its length.

Two readers look at A1111's brackets one after the other, and they disagree. Schedules want every
bracket, colon and bar around them to be in order, else they are text; emphasis takes what it can.
The tree has a `Switch` or `Alternate` only where A1111 would switch; all other brackets that pair
up are `Emphasis`. (Grammar of A1111 1.8 to 1.10.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from castmates.prompts.lexing import Token, tokens
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
)

WHO = "who"
"""The name in `{who}`: whoever a prompt over the cast is drawn for."""

_closers = {")": "(", "]": "[", "}": "{"}
_weight = re.compile(r"\s*[+-]?[\d.]+\s*")
_when = re.compile(r"\s*[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?\s*")
_part_weight = re.compile(r"\s*[+-]?(?:\d++(?:\.\d*+)?|\.\d++)\s*")
_called = re.compile(r"([a-z0-9][a-z0-9_-]*)(?:\s+in\s+(\S.*))?", re.DOTALL)
_item = re.compile(r'(?:\s*(?:\w+=)?"(?:[^"\\]|\\.)*+"\s*(?=:|\Z)|[^:]*+)(?::|\Z)', re.DOTALL)


class _Frame:
    """An open bracket: what it holds so far, and whether that is in order for a schedule."""

    __slots__ = ("items", "marks", "opener", "sound", "start")

    def __init__(self, opener: str, start: int) -> None:
        self.opener, self.start = opener, start
        self.items: list[Node] = []
        self.marks: list[int] = []  # which items are a `:` or `|` of this bracket
        self.sound = True


def read(
    text: str, *, negative: bool = False, names: bool = True, embeddings: Collection[str] = ()
) -> Tree:
    """Read a prompt; every text is one.

    Args:
        negative: negative words, in which `<lora:…>` and `AND` are text.
        names: whether `{pip}`, `{a|b}` and `__file__` are read; once they are expanded, braces are
            text.
        embeddings: names of textual inversions.
    """
    found = [*tokens(text, tags=not negative, names=names, embeddings=embeddings)]
    braces = _paired(found)
    cuts = [] if negative else _cuts(found, braces)
    pieces = [
        found[first + 1 : last]
        for first, last in zip([-1, *cuts], [*cuts, len(found)], strict=True)
    ]
    parts = tuple(_part(piece, braces, bool(cuts)) for piece in pieces)
    return Tree(parts, tuple(t.start for t in found if t.kind == "unclosed"))


def _paired(found: Sequence[Token]) -> frozenset[int]:
    """Where the braces stand that have a partner. They bind closer than brackets and `AND`."""
    waiting: list[int] = []
    paired: set[int] = set()
    for token in found:
        if token.text == "{" and token.kind == "brace":
            waiting.append(token.start)
        elif token.kind == "brace" and waiting:
            paired |= {waiting.pop(), token.start}
    return frozenset(paired)


def _cuts(found: Sequence[Token], braces: Collection[int]) -> list[int]:
    """Which tokens are an `AND` outside of all braces."""
    depth, cuts = 0, []
    for index, token in enumerate(found):
        if token.kind == "brace" and token.start in braces:
            depth += 1 if token.text == "{" else -1
        elif token.text == "AND" and depth == 0 and token.kind == "word":
            cuts.append(index)
    return cuts


def _part(found: Sequence[Token], braces: Collection[int], joined: bool) -> Part:
    end = _weighted(found) if joined else len(found)
    builder = _Builder(braces, schedules=True)
    content = builder.build(found[:end])
    if builder.barred:
        builder = _Builder(braces, schedules=False)
        content = builder.build(found[:end])
        builder.barred = True
    number = "".join(token.text for token in found[end : end + 2])
    tail = tuple(_tag(t) if t.kind == "tag" else _plain(t) for t in found[end + 2 :])
    span = (found[0].start, found[-1].end) if found else (0, 0)
    return Part(content, number, tail, span, tuple(builder.strays), builder.barred)


def _weighted(found: Sequence[Token]) -> int:
    """Where a part's own weight begins (` :0.6`); the number of tokens when it has none."""
    at = len(found)
    while at and (found[at - 1].kind == "tag" or not found[at - 1].text.strip()):
        at -= 1
    if at < 2 or found[at - 2].text != ":" or found[at - 2].kind != "mark":
        return len(found)
    return at - 2 if _part_weight.fullmatch(found[at - 1].text) else len(found)


class _Builder:
    """Turns the tokens of one part into nodes, with a stack of open brackets."""

    def __init__(self, braces: Collection[int], *, schedules: bool) -> None:
        self.braces, self.schedules = braces, schedules
        self.strays: list[int] = []
        self.barred = False
        self.stack = [_Frame("", 0)]
        # How many of a kind are open, counted anew inside of every pair of braces.
        self.open: list[dict[str, int]] = [{"(": 0, "[": 0}]
        # The frames below this height hold something that is not in order.
        self.spoilt = 0

    def build(self, found: Sequence[Token]) -> tuple[Node, ...]:
        for token in found:
            self._take(token)
        end = found[-1].end if found else 0
        while len(self.stack) > 1:
            self._unclosed(self._pop(), end)
        self._bars(self.stack[0])
        return _merged(self.stack[0].items)

    def _take(self, token: Token) -> None:
        top, text = self.stack[-1], token.text
        span = (token.start, token.end)
        paired = token.kind == "brace" and token.start in self.braces
        if token.kind == "tag":
            top.items.append(_tag(token))
        elif token.kind == "embedding":
            top.items.append(Embedding(text, span))
        elif token.kind == "file":
            top.items.append(FromFile(text[2:-2], span))
        elif token.kind == "who":
            top.items.append(Called(WHO, "", text, span))
        elif text == "BREAK" and token.kind == "word":
            top.items.append(Break(span))
        elif token.kind == "mark" and text in ":|":
            top.marks.append(len(top.items))
            top.items.append(Text(text, span))
        elif (token.kind == "mark" and text in "([") or (paired and text == "{"):
            self._open(text, token.start)
        elif (token.kind == "mark" and text in ")]") or (paired and text == "}"):
            self._close(token)
        else:
            top.items.append(_plain(token))

    def _open(self, opener: str, start: int) -> None:
        self.stack.append(_Frame(opener, start))
        if opener == "{":
            self.open.append({"(": 0, "[": 0})
        else:
            self.open[-1][opener] += 1

    def _close(self, token: Token) -> None:
        opener = _closers[token.text]
        if opener != "{" and self.open[-1][opener] == 0:
            self._stray(token)
            return
        crossed = []
        while self.stack[-1].opener != opener:
            crossed.append(self._pop())
        frame = self._pop()
        for other in reversed(crossed):
            self._crossed(other, frame)
        if opener == "{":
            self.open.pop()
            self._brace(frame, token.end)
            return
        self.open[-1][opener] -= 1
        if opener == "(":
            self._round(frame, token.end)
        else:
            self._square(frame, token.end)

    def _pop(self) -> _Frame:
        frame = self.stack.pop()
        frame.sound = frame.sound and len(self.stack) >= self.spoilt
        self.spoilt = min(self.spoilt, len(self.stack))
        return frame

    def _stray(self, token: Token) -> None:
        self.strays.append(token.start)
        self.spoilt = len(self.stack)
        self.stack[-1].items.append(_plain(token))

    def _crossed(self, frame: _Frame, into: _Frame) -> None:
        """A bracket that another kind closes across: its opener is text."""
        self._bars(frame)
        self.strays.append(frame.start)
        self.open[-1][frame.opener] -= 1
        into.items.append(Text(frame.opener, (frame.start, frame.start + 1)))
        into.items += frame.items
        into.sound = False
        self.spoilt = len(self.stack)

    def _bars(self, frame: _Frame) -> None:
        self.barred = self.barred or any(_is(frame.items[at], "|") for at in frame.marks)

    def _unclosed(self, frame: _Frame, end: int) -> None:
        self._bars(frame)
        content = _merged(frame.items)
        self._put(Emphasis(frame.opener, content, closed=False, span=(frame.start, end)), True)

    def _put(self, node: Node, sound: bool) -> None:
        self.stack[-1].items.append(node)
        self.stack[-1].sound = self.stack[-1].sound and sound

    def _round(self, frame: _Frame, end: int) -> None:
        self._bars(frame)
        sound = frame.sound and len(frame.marks) <= 1
        cut, number = len(frame.items), ""
        if frame.marks and _is(frame.items[frame.marks[-1]], ":"):
            after = _text(frame.items[frame.marks[-1] + 1 :])
            if after is not None and _weight.fullmatch(after) and _is_number(after):
                cut, number = frame.marks[-1], ":" + after
        content = _merged(frame.items[:cut])
        self._put(Emphasis("(", content, number, span=(frame.start, end)), sound)

    def _square(self, frame: _Frame, end: int) -> None:
        span = (frame.start, end)
        bars = [at for at in frame.marks if _is(frame.items[at], "|")]
        if self.schedules and frame.sound and bars and len(bars) == len(frame.marks):
            self._put(Alternate(_split(frame.items, bars), span), True)
            return
        self._bars(frame)
        if self.schedules and frame.sound and not bars and len(frame.marks) in (1, 2):
            when = _text(frame.items[frame.marks[-1] + 1 :])
            if when is not None and _when.fullmatch(when):
                *before, after, _ = _split(frame.items, frame.marks)
                self._put(Switch(before[0] if before else None, after, when, span), True)
                return
        content = _merged(frame.items)
        self._put(Emphasis("[", content, span=span), frame.sound and not frame.marks)

    def _brace(self, frame: _Frame, end: int) -> None:
        span = (frame.start, end)
        bars = [at for at in frame.marks if _is(frame.items[at], "|")]
        words = _text(frame.items)
        match = None if words is None else _called.fullmatch(words.strip())
        if bars:
            self._put(Choice(_split(frame.items, bars), span), True)
        elif match is not None:
            name, outfit = match[1], match[2] or ""
            self._put(Called(name, outfit, "{" + (words or "") + "}", span), True)
        else:
            self._put(Braces(_merged(frame.items), span), frame.sound and not frame.marks)


def _plain(token: Token) -> Text:
    return Text(token.text, (token.start, token.end))


def _tag(token: Token) -> Tag:
    kind, _, rest = token.text[1:-1].partition(":")
    items, at = [], 0
    while at <= len(rest):
        match = _item.match(rest, at)
        assert match is not None  # `[^:]*` matches anywhere
        ended = not match[0].endswith(":")
        items.append(match[0] if ended else match[0][:-1])
        at = match.end()
        if ended:
            break
    return Tag(kind, tuple(items), (token.start, token.end))


def _is(node: Node, mark: str) -> bool:
    return isinstance(node, Text) and node.source == mark


def _is_number(written: str) -> bool:
    try:
        float(written)
    except ValueError:
        return False
    return True


def _text(items: Sequence[Node]) -> str | None:
    """The text of nodes that are nothing but text; None: there is more."""
    if not all(isinstance(item, Text) for item in items):
        return None
    return "".join(item.source for item in items if isinstance(item, Text))


def _split(items: Sequence[Node], cuts: Sequence[int]) -> tuple[tuple[Node, ...], ...]:
    """The stretches between items, each with neighbouring texts as one."""
    bounds = zip([-1, *cuts], [*cuts, len(items)], strict=True)
    return tuple(_merged(items[first + 1 : last]) for first, last in bounds)


def _merged(items: Sequence[Node]) -> tuple[Node, ...]:
    """Nodes with neighbouring texts as one."""
    merged: list[Node] = []
    texts: list[Text] = []

    def flush() -> None:
        if texts:
            span = (texts[0].span[0], texts[-1].span[1])
            merged.append(Text("".join(text.source for text in texts), span))
            texts.clear()

    for item in items:
        if isinstance(item, Text):
            texts.append(item)
        else:
            flush()
            merged.append(item)
    flush()
    return tuple(merged)
