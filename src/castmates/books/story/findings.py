"""Everything worth knowing of a story before anything is drawn; changes no word."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.books.story.cast import Member, strangers
from castmates.books.story.level import level_findings
from castmates.books.story.scripts import script_findings
from castmates.books.story.story import Story
from castmates.books.values import Finding


def story_findings(story: Story, age: int, cast: Sequence[Member] = ()) -> list[Finding]:
    """Pages too hard for the readers, names that nobody in the cast has, emoji, other scripts."""
    found = level_findings(story, age, cast)
    for name, pages in strangers(story, cast).items():
        where = ", ".join(map(str, pages))
        what = f"'{name}' (page {where}) looks like a name, but nobody in the cast is called so."
        found.append(Finding("look", what, "Add a character, or it is drawn from its words alone."))
    return [*found, *script_findings(story)]
