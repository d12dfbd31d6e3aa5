"""What in a prompt's form may not be meant: open brackets, A1111's traps; knows no names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from castmates.prompts.emphasis import Mode
from castmates.prompts.nodes import (
    Alternate,
    Break,
    Emphasis,
    Node,
    Part,
    Switch,
    Tag,
    Text,
    Tree,
    nodes_of,
    source_of,
)
from castmates.prompts.problems import Problem, shown
from castmates.prompts.scheduling import Pass
from castmates.prompts.tags import ADAPTERS, UNREAD

_tail_number = re.compile(r"\s*[+-]?(?:\d++(?:\.\d*+)?|\.\d++)\s*")
_no_number = re.compile(r"[\d.]+")
_tag = re.compile(rf"<(?:{'|'.join((*ADAPTERS, *UNREAD))}):[^<>]*>")


def problems_of(tree: Tree, text: str, course: Pass, mode: Mode) -> list[Problem]:
    """What is to say of a prompt as it is drawn in a pass."""
    found = [*_tags(tree, text), *_parts(tree)]
    if mode == "comfy":
        found += _plain_in_comfy(tree)
    else:
        found += [*_brackets(tree), *_schedules(tree, course)]
    return found


def problems_of_negative(tree: Tree, text: str, course: Pass) -> list[Problem]:
    """The same of negative words; places are in them."""
    found = [*_brackets(tree), *_schedules(tree, course)]
    for match in _tag.finditer(text):
        what = "A tag in the negative words stays text, as in A1111: it brings no adapter."
        found.append(Problem("warning", what, "Write it in the prompt.", match.span()))
    return [replace(one, what=f"Negative words: {one.what}") for one in found]


def _tags(tree: Tree, text: str) -> Iterator[Problem]:
    for at in tree.unclosed:
        what = f"The tag '{shown(text[at:], 24)}' is not closed; it is read as words."
        fix = r"Close it with '>', or write '\<' if it is meant as text."
        yield Problem("error", what, fix, (at, at + 1))
    scheduled = 0  # where the outermost schedule ends
    for node in nodes_of(tree):
        if isinstance(node, Switch | Alternate):
            scheduled = max(scheduled, node.span[1])
        elif isinstance(node, Tag) and node.span[0] < scheduled:
            what = (
                f"{shown(source_of([node]))} stands in a schedule, which cannot switch it: "
                "it acts in every step."
            )
            yield Problem(
                "error", what, "Give its weight a course: <lora:name:0@0,0.8@0.5>.", node.span
            )


def _parts(tree: Tree) -> Iterator[Problem]:
    if len(tree.parts) == 1:
        yield from _lone_weight(tree.parts[0])
        return
    for part in tree.parts[:-1]:
        if any(isinstance(node, Emphasis) and not node.closed for node in part.content):
            what = "AND stands within brackets; it divides the prompt there, as in A1111."
            yield Problem("warning", what, "Close the brackets before AND.", part.span)


def _lone_weight(part: Part) -> Iterator[Problem]:
    said = [node for node in part.content if not isinstance(node, Tag)]
    while said and isinstance(said[-1], Text) and not said[-1].source.strip():
        said.pop()
    if not said or not isinstance(said[-1], Text):
        return
    text, sign, number = said[-1].source.rpartition(":")
    if sign and _tail_number.fullmatch(number) and not text.endswith("\\"):
        what = (
            f"The prompt ends with ':{shown(number.strip())}'. A1111 would take that for the "
            "weight of the whole prompt; here, without AND, it is read as words."
        )
        yield Problem("warning", what, r"Write '\:' to be plain.", said[-1].span)


def _brackets(tree: Tree) -> Iterator[Problem]:
    for part in tree.parts:
        for at in part.strays:
            what = "A bracket has no partner; it is read as in A1111."
            yield Problem(
                "warning", what, r"Close it, or write '\(' if it is meant as text.", (at, at + 1)
            )
    for node in nodes_of(tree):
        if isinstance(node, Emphasis):
            yield from _emphasis(node)


def _emphasis(node: Emphasis) -> Iterator[Problem]:
    if not node.closed:
        what = f"'{node.bracket}' is not closed; it holds to the end, as in A1111."
        yield Problem("warning", what, rf"Close it, or write '\{node.bracket}'.", node.span)
    if any(isinstance(each, Break) for each in node.content):
        what = "BREAK within brackets is read as a word and ends no chunk, as in A1111."
        yield Problem(
            "warning", what, "Close the brackets before BREAK and open them again.", node.span
        )
    texts = [each.source for each in node.content if isinstance(each, Text)]
    if node.bracket == "[" and node.closed and any(re.search(r"(?<!\\)[:|]", t) for t in texts):
        what = (
            "Square brackets with ':' or '|' fit no schedule; they are read as words of less "
            "weight, as in A1111."
        )
        fix = "Wanted [from:to:when], [to:when], [from::when] or [a|b]; no '|' elsewhere."
        yield Problem("warning", what, fix, node.span)
    if node.bracket == "(" and node.closed and not node.number and texts:
        after = texts[-1].rpartition(":")[2].strip()
        if (
            node.content[-1:]
            and isinstance(node.content[-1], Text)
            and _no_number.fullmatch(after)
            and after.count(".") > 1
        ):
            what = f"'{shown(after)}' is not a number; it is read as words."
            yield Problem("warning", what, "Write it like (x:1.3).", node.span)


def _schedules(tree: Tree, course: Pass) -> Iterator[Problem]:
    for node in nodes_of(tree):
        if not isinstance(node, Switch):
            continue
        place = course.place(node.when)
        if place >= course.steps and node.after:
            what = (
                f"'{_start(node.after)}' never comes: '{node.when.strip()}' is "
                f"not before the end of {course.steps} steps."
            )
            fix = "As a fraction write 0.5, as a step 10; for weight write (x:1.3)."
            yield Problem("warning", what, fix, node.span)
        elif place < 1 and node.before:
            what = (
                f"'{_start(node.before)}' never comes: '{node.when.strip()}' of "
                f"{course.steps} steps is before the first."
            )
            yield Problem("warning", what, "Write a later step.", node.span)


def _start(nodes: tuple[Node, ...]) -> str:
    return shown(source_of(nodes, 40))


def _plain_in_comfy(tree: Tree) -> Iterator[Problem]:
    odd: list[Node] = [
        node for node in nodes_of(tree) if isinstance(node, Switch | Alternate | Break)
    ]
    spans = [node.span for node in odd] + [part.span for part in tree.parts[1:]]
    for span in spans:
        what = "Schedules, AND and BREAK are plain words in ComfyUI's grammar."
        yield Problem("warning", what, "Choose the emphasis 'original' to have them read.", span)
