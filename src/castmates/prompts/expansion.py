"""Expand `{pip}`, `{a|b}` and `__file__` to text that the rest of the grammar reads; opens no file.

This comes first: what chance or a character brings may hold brackets, tags and schedules. The same
prompt, lines and seed give the same text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from castmates.core.near import did_you_mean
from castmates.prompts.nodes import (
    Called,
    Choice,
    FromFile,
    Node,
    Piece,
    Span,
    Tag,
    layout,
    nodes_of,
    plain,
)
from castmates.prompts.problems import Level, Problem, shown
from castmates.prompts.reading import WHO, read
from castmates.prompts.tags import ADAPTERS, name_of, quoted

DEEPEST = 20
"""Files within files; deeper ones name each other in a ring."""
LONGEST = 100_000
"""Characters that may come to a prompt; more come only from files that multiply."""
MOST_LINES = 5_000
"""Lines of files that may come to a prompt."""

_determiner = re.compile(r"^(?:(?:her|his|its|their|the|a|an)\s+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Member:
    """A character as prompts bring it.

    Attributes:
        trigger: the word that calls it.
        looks: words that follow, such as "1girl" and its fixed traits.
        adapter: None: it has none yet.
        strength: of the adapter.
        negative: words for the negative prompt, its source's style among them ("3D render").
        outfits: name -> words for it.
        words_alone: whether it may be drawn by its words, having no adapter: told, and no error.
    """

    trigger: str
    looks: tuple[str, ...] = ()
    adapter: str | None = None
    strength: float = 1.0
    negative: tuple[str, ...] = ()
    outfits: Mapping[str, Sequence[str]] = field(default_factory=dict)
    words_alone: bool = False


@dataclass(frozen=True, slots=True)
class Lore:
    """What names in a prompt stand for.

    Attributes:
        cast: name -> character.
        who: the one that `{who}` and `MODEL_TARGET_NAME` stand for; None: they stay.
        files: name of a wildcard file, without suffix, folders by `/` -> its lines.
        seed: of chance.
    """

    cast: Mapping[str, Member] = field(default_factory=dict)
    who: str | None = None
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Expanded:
    """A prompt without names.

    Attributes:
        prompt, negative: what is left to read.
        called: the characters in it, each once.
    """

    prompt: str
    negative: str
    called: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def expand(prompt: str, negative: str, lore: Lore) -> Expanded:
    """Put in what names stand for; what stands for nothing stays, and is told.

    A character brings its adapter once, however often it is named, and not at all where the prompt
    names the adapter itself: then the prompt's weight counts.
    """
    chance = random.Random(lore.seed)
    expander = _Expander(lore, chance)
    words = expander.text(prompt)
    away = expander.text(negative, negative=True)
    said = [word for name in expander.called for word in lore.cast[name].negative]
    kept = [word for word in dict.fromkeys(said) if word.casefold() not in _items(away)]
    return Expanded(
        prompt=words,
        negative=", ".join(part for part in (away, *map(plain, kept)) if part.strip()),
        called=tuple(expander.called),
        problems=tuple(expander.told.values()),
    )


def outfit_words(member: Member, wanted: str) -> tuple[Sequence[str], bool]:
    """The words of an outfit, and whether it is one of the character's: else they are its own."""
    bare = _determiner.sub("", " ".join(wanted.split()))
    if not bare:
        return (), True
    for outfit, words in member.outfits.items():
        if bare.casefold() == outfit.casefold():
            return words or (outfit,), True
    return (bare,), False


class _Expander:
    """One expansion: what was called so far, and the chances taken."""

    def __init__(self, lore: Lore, chance: random.Random) -> None:
        self.lore, self.chance = lore, chance
        self.called: list[str] = []
        self.told: dict[str, Problem] = {}
        self.lines = 0
        self.own: set[str] = set()

    def text(self, text: str, *, negative: bool = False) -> str:
        tree = read(text, negative=negative)
        if not negative:
            self.own = {
                name_of(node)
                for node in nodes_of(tree)
                if isinstance(node, Tag) and node.kind in ADAPTERS
            }
        said: list[str] = []
        length = 0
        waiting: list[tuple[Piece, int, Span]] = []
        for index, part in enumerate(tree.parts):
            pieces: list[Piece] = ["AND" if index else "", *part.content, part.number, *part.tail]
            waiting += [(piece, 0, part.span) for piece in pieces]
        waiting.reverse()
        while waiting:
            piece, depth, span = waiting.pop()
            if isinstance(piece, str):
                said.append(piece)
                length += len(piece)
                continue
            if length > LONGEST + len(text) or self.lines > MOST_LINES:
                what = "Wildcard files bring far too many words; the rest is left out."
                self._tell("error", what, "Look for files that name each other.", span)
                break
            span = span if depth else piece.span
            inside = self._inside(piece, depth, span)
            deeper = depth + isinstance(piece, FromFile)
            waiting += [(each, deeper, span) for each in reversed(inside)]
        return "".join(said)

    def _inside(self, node: Node, depth: int, span: Span) -> Sequence[Piece]:
        match node:
            case Choice(options=options):
                return options[int(self.chance.random() * len(options))]
            case FromFile():
                return self._line(node, depth, span)
            case Called(source=source):
                return [self._member(node, span) or source]
            case _:
                return layout(node)

    def _line(self, node: FromFile, depth: int, span: Span) -> Sequence[Piece]:
        lines = [
            line
            for name in sorted(self.lore.files)
            if fnmatchcase(name, node.name)
            for line in self.lore.files[name]
            if line.strip() and not line.lstrip().startswith("#")
        ]
        if depth >= DEEPEST:
            what = f"__{shown(node.name)}__ names itself through other files; it is left out."
            self._tell("error", what, "Break the ring.", span)
            return []
        if not lines:
            there = node.name in self.lore.files
            what = f"__{shown(node.name)}__ " + ("has no lines" if there else "is no wildcard file")
            known = () if there else self.lore.files
            self._tell(
                "error",
                f"{what}; it stays as it is.",
                "Write some lines.",
                span,
                near=(node.name, known),
            )
            return layout(node)
        self.lines += 1
        line = lines[int(self.chance.random() * len(lines))].strip()
        tree = read(line)
        pieces: list[Piece] = []
        for index, part in enumerate(tree.parts):
            pieces += ["AND" if index else "", *part.content, part.number, *part.tail]
        return pieces

    def _member(self, node: Called, span: Span) -> str | None:
        name = self.lore.who if node.name == WHO and self.lore.who is not None else node.name
        member = self.lore.cast.get(name)
        if member is None and node.name == WHO:
            what = f"{shown(node.source)} stands for nobody here; it stays as it is."
            self._tell("warning", what, "Write a character's name, as in {pip}.", span)
            return None
        if member is None:
            what = f"There is no character '{shown(name)}'; {shown(node.source)} stays as it is."
            self._tell("error", what, "", span, (name, [*self.lore.cast, WHO]))
            return None
        first = name not in self.called
        if first:
            self.called.append(name)
        words = [member.trigger, *member.looks, *self._outfit(name, member, node, span)]
        said = ", ".join(map(plain, words))
        return (self._adapter(name, member, span) if first else "") + said

    def _adapter(self, name: str, member: Member, span: Span) -> str:
        if member.adapter is None:
            what = f"'{name}' has no chosen adapter yet; only its words are used."
            level: Level = "warning" if member.words_alone else "error"
            self._tell(level, what, f"Run: castmates choose {name}", span)
            return ""
        if member.adapter in self.own:
            what = f"The prompt names the adapter '{member.adapter}' itself; that weight counts."
            self._tell("warning", what, "", span)
            return ""
        return f"<lora:{quoted(member.adapter)}:{member.strength:g}>"

    def _outfit(self, name: str, member: Member, node: Called, span: Span) -> Sequence[str]:
        words, known = outfit_words(member, node.outfit)
        if not known:
            [wanted] = words
            what = f"'{name}' has no outfit '{shown(wanted)}'; the words are used as they are."
            self._tell("warning", what, "", span, (wanted, member.outfits))
        return words

    def _tell(
        self,
        level: Level,
        what: str,
        fix: str,
        span: Span,
        near: tuple[str, Collection[str]] | None = None,
    ) -> None:
        """Say a thing once; `near`: a name and those that there are."""
        if what not in self.told:
            fix = did_you_mean(*near) if near and near[1] else fix
            self.told[what] = Problem(level, what, fix, span, missing=level == "error")


def _items(text: str) -> set[str]:
    return {item.strip().casefold() for item in text.split(",")}
