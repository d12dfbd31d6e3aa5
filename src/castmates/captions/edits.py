"""Operations on the tags of captions, each a value that turns one caption into another.

They know no files: `history` writes, `filters` says on which pictures. Tags that an edit does not
name keep their place and their spelling.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from castmates.captions.clean import Cleaning, clean
from castmates.captions.spelling import joined, key, split, unique
from castmates.core.errors import BadInput

Edit = Callable[[str], str]


@dataclass(frozen=True)
class Change:
    """A caption before and after an edit."""

    number: int
    before: str
    after: str

    @property
    def gone(self) -> tuple[str, ...]:
        """The tags that are there no more."""
        after = {key(tag) for tag in split(self.after)}
        return tuple(tag for tag in split(self.before) if key(tag) not in after)

    @property
    def new(self) -> tuple[str, ...]:
        """The tags that were not there."""
        before = {key(tag) for tag in split(self.before)}
        return tuple(tag for tag in split(self.after) if key(tag) not in before)


def changes(captions: Iterable[tuple[int, str]], edit: Edit) -> list[Change]:
    """What an edit would change; captions that stay as they are do not appear."""
    found = (Change(number, before, edit(before)) for number, before in captions)
    return [change for change in found if change.after != change.before]


@dataclass(frozen=True)
class Add:
    """Add tags that are missing: at the end, or `first`, behind the trigger.

    Args:
        tags: in order; those that a caption has already stay where they are.
        trigger: what stays in front of tags that come first.
    """

    tags: tuple[str, ...]
    first: bool = False
    trigger: str = ""

    def __call__(self, caption: str) -> str:
        there = split(caption)
        known = {key(tag) for tag in there}
        new = [tag for tag in unique(self.tags) if key(tag) not in known]
        if not new:
            return caption
        if not self.first:
            return joined([*there, *new])
        lead = 1 if there and self.trigger and key(there[0]) == key(self.trigger) else 0
        return joined([*there[:lead], *new, *there[lead:]])


@dataclass(frozen=True)
class Remove:
    """Take tags out; whole tags, in any spelling."""

    tags: tuple[str, ...]

    def __call__(self, caption: str) -> str:
        gone = {key(tag) for tag in self.tags}
        there = split(caption)
        kept = [tag for tag in there if key(tag) not in gone]
        return caption if len(kept) == len(there) else joined(kept)


@dataclass(frozen=True)
class Rename:
    """Write a tag otherwise, where it stands; if the new one is there already, only once."""

    old: str
    new: str

    def __call__(self, caption: str) -> str:
        there = split(caption)
        if key(self.old) not in {key(tag) for tag in there}:
            return caption
        return joined(unique(self.new if key(tag) == key(self.old) else tag for tag in there))


@dataclass(frozen=True)
class Replace:
    r"""Replace what a regular expression finds in each tag; a tag that becomes empty goes.

    Args:
        pattern: Python's `re`; anchored to nothing (`^red ` finds "red hat").
        new: may name groups (`\1`).

    Raises:
        BadInput: the pattern, or the groups that `new` names, are wrong; when it is made.
    """

    pattern: str
    new: str

    def __post_init__(self) -> None:
        try:
            # A template is checked only when it is used, so it is used once on a sure find: as
            # many groups, of the same names, around nothing.
            pattern = re.compile(self.pattern)
            names = {index: f"?P<{name}>" for name, index in pattern.groupindex.items()}
            groups = (f"({names.get(index, '')})" for index in range(1, pattern.groups + 1))
            re.sub("".join(groups), self.new, "")
        except (re.error, IndexError) as error:
            raise BadInput(
                f"'{self.pattern}' → '{self.new}' cannot be replaced: {error}.",
                r"A sign such as ( wants a backslash before it: \(.",
            ) from error

    def __call__(self, caption: str) -> str:
        there = split(caption)
        after = [re.sub(self.pattern, self.new, tag) for tag in there]
        return caption if after == there else joined(unique(after))


@dataclass(frozen=True)
class Clean:
    """`clean.clean` as an edit."""

    cleaning: Cleaning

    def __call__(self, caption: str) -> str:
        return clean(caption, self.cleaning).caption
