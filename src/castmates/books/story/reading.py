"""Read a story out of Markdown; knows no studio.

    ---                          what the file says of itself (may be left out)
    author: Sasha and Dad
    age: 5
    ---
    # The Snow Day               the title

    Words of the first page.
    <!-- picture: Sasha at the window, in her pyjamas -->
    ---                          a new page; a heading (##) begins one too

A story without page breaks is cut into pages by its sentences and the readers' age.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from castmates.books.story.limits import refuse_unfit
from castmates.books.story.notes import Notes, notes_of
from castmates.books.story.splitting import split_by_age
from castmates.books.story.story import Story, StoryPage
from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean, nearest
from castmates.files.reading import read_words

_break = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_heading = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_counted = re.compile(r"^(?:page|seite|página|pagina)?\s*\d+\s*[.:]?$", re.IGNORECASE)
_key = re.compile(r"^([A-Za-z]+)[ \t]*:[ \t]*(.*)$")
_KNOWN = ("title", "author", "dedication", "blurb", "age", "language", "cast")


@dataclass
class _Draft:
    """A page while it is read."""

    line: int
    heading: str = ""
    lines: list[str] = field(default_factory=list)


def read_story(path: Path, age: int | None = None, pages: int | None = None) -> Story:
    """The story in a file. Errors as in `parse_story`, and Missing when there is no such file."""
    return parse_story(read_words(Path(path)).text, str(path), age, pages)


def parse_story(
    text: str, where: str = "The story", age: int | None = None, pages: int | None = None
) -> Story:
    """The story of a Markdown text.

    Args:
        where: names it in messages.
        age: of the readers, where the text does not say; None: five years.
        pages: how many to make of a text without page breaks; None: as the age wants.

    Raises:
        BadInput: no words, one word, too many pages, too many words on a page, a comment that
            does not end, an unknown key; each with its place.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    said, first = _about(lines, where)
    title, drafts, broken = _drafts(lines, first)
    found = [_page(draft, where) for draft in drafts]
    found = [page for page in found if page.text or page.note]
    story = Story(
        title=said.get("title") or title or _title_of(where),
        pages=tuple(replace(page, number=at) for at, page in enumerate(found, 1)),
        author=said.get("author", ""),
        dedication=said.get("dedication", ""),
        blurb=said.get("blurb", ""),
        age=_age(said["age"], where) if "age" in said else age,
        language=said.get("language", "en"),
        cast=tuple(part.strip() for part in said.get("cast", "").split(",") if part.strip()),
    )
    if not broken:
        story = replace(story, pages=split_by_age(story.pages, story.age or 5, pages))
    refuse_unfit(story, where)
    return story


def _about(lines: list[str], where: str) -> tuple[dict[str, str], int]:
    """What the block at the top says, and the line behind it."""
    top = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
    if top == len(lines) or not _break.match(lines[top]):
        return {}, 0
    said: dict[str, str] = {}
    for at in range(top + 1, len(lines)):
        if _break.match(lines[at]):
            return (said, at + 1) if said else ({}, 0)
        match = _key.match(lines[at].strip())
        if match is None and lines[at].strip():
            return {}, 0
        if match is not None:
            name = match[1].lower()
            if name not in _KNOWN:
                place = f"{where}, line {at + 1}: unknown key '{match[1]}'."
                raise BadInput(place, did_you_mean(name, _KNOWN))
            said[name] = match[2].strip().strip("\"'")
    return {}, 0


def _drafts(lines: list[str], first: int) -> tuple[str, list[_Draft], bool]:
    """The title, the pages, and whether the author broke pages."""
    title, drafts, broken = "", [_Draft(first + 1)], False
    inside = False
    for at, line in enumerate(lines[first:], first + 1):
        heading = None if inside else _heading.match(line)
        if heading and len(heading[1]) == 1 and not title:
            title = heading[2].strip("*_ ")
            drafts[-1].line = at + 1
        elif heading:
            broken = True
            name = "" if _counted.match(heading[2]) else heading[2]
            drafts.append(_Draft(at, name))
        elif not inside and _break.match(line):
            broken = True
            drafts.append(_Draft(at + 1))
        else:
            drafts[-1].lines.append(line)
        inside = _in_comment(line, inside)
    return title, drafts, broken


def _in_comment(line: str, inside: bool) -> bool:
    """Whether a comment is open behind this line."""
    last_open, last_shut = line.rfind("<!--"), line.rfind("-->")
    if last_open < 0 and last_shut < 0:
        return inside
    return last_open > last_shut


def _page(draft: _Draft, where: str) -> StoryPage:
    notes: Notes = notes_of("\n".join(draft.lines), where, draft.line)
    return StoryPage(
        number=1,
        text=notes.text,
        note=notes.picture,
        layout=notes.layout,
        heading=draft.heading,
        line=draft.line,
    )


def _age(written: str, where: str) -> int:
    if not written.isdigit():
        raise BadInput(f"{where}: age is '{written}'; wanted a number of years.", "Write: age: 5")
    return int(written)


def _title_of(where: str) -> str:
    stem = re.sub(r"[-_]+", " ", Path(where).stem).strip()
    return stem.title() if nearest(stem, ("story", "the story")) is None else "A Story"
