"""Find words that a base cannot know, with the nearest that it knows; knows no base."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from castmates.core.near import nearest
from castmates.prompts.nodes import Called, Node, Text, Tree, inner
from castmates.prompts.problems import Problem, shown

MOST = 20
"""Unknown words that are told one by one; a prompt of thousands is for another base."""

_word = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")


def unknown_words(
    tree: Tree, tags: Collection[str], others: Collection[str] = (), base: str = "The base"
) -> list[Problem]:
    """One problem for each word that is in no tag and not among the others.

    Args:
        tags: what the base was trained on, lower case, as people write it ("green eyes").
        others: single words that it knows besides: triggers, what joins tags to sentences.
        base: its name, for the message.
    """
    parts = {word for tag in tags for word in _word.findall(tag)}
    known = parts | {word.casefold() for word in others}
    found: dict[str, tuple[int, int]] = {}
    for text in _texts(tree):
        for match in _word.finditer(text.source):
            word = match[0].casefold()
            if word not in known and len(word) > 1:
                at = text.span[0]
                found.setdefault(word, (at + match.start(), at + match.end()))
    problems = [_problem(word, span, tags, parts, base) for word, span in [*found.items()][:MOST]]
    if len(found) > MOST:
        what = f"{base} does not know {len(found) - MOST} more of these words."
        problems.append(Problem("warning", what))
    return problems


def _problem(
    word: str, span: tuple[int, int], tags: Collection[str], parts: Collection[str], base: str
) -> Problem:
    near = nearest(word, tags) or nearest(word, parts)
    fix = f"The nearest it knows: '{near}'." if near else "Say it with words that it knows."
    return Problem("warning", f"{base} does not know '{shown(word)}'.", fix, span)


def _texts(tree: Tree) -> Iterable[Text]:
    waiting: list[Node] = [node for part in reversed(tree.parts) for node in part.content[::-1]]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Text):
            yield node
        elif not isinstance(node, Called):
            waiting += inner(node)[::-1]
