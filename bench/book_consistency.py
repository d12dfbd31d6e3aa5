"""Whether everybody is themselves on every page of a book, read by the oracle.

    python -m bench.book_consistency --studio STUDIO --out FOLDER
    python -m bench.book_consistency --studio STUDIO --out FOLDER --written 4

STUDIO holds trained pip, moss and bolt. Pages of the example books (and of so many written by the
pattern writer) are planned, worded, drawn and chosen as `castmates book make` does it; then every
candidate is read by the oracle, which takes no part in that. Told: the chosen candidate, the first
alone, the characters' true words without any adapter, and single pictures of nobody in particular
by words, which is what the base is able to. Stopped, it goes on: pictures stay in FOLDER.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.book_reading import NOBODY, Tally, told_of
from castmates.books.plan.plan import CANDIDATES, PlannedPage
from castmates.books.story.reading import parse_story, read_story
from castmates.books.story.story import Story
from castmates.core.events import silent
from castmates.core.ports import Pixels
from castmates.core.types import Shot
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.files.books import BookFolder
from castmates.files.images import read, write_png
from castmates.files.studio import Studio, slug
from castmates.files.writing import made
from castmates.studio.book_cast import cast_for, planned, playing
from castmates.studio.book_draw import Drafted, Illustrator
from castmates.studio.book_look import Onlooker
from castmates.studio.book_pages import wanted_pages
from castmates.studio.book_work import keep_record, seed_of
from castmates.studio.book_write import StoryWish, write_story
from storybook.evaluate.obedience import wishes
from storybook.oracle.reading import Oracle
from storybook.world import EXAMPLE

STORIES = ("examples/the-snow-day.md", "examples/bolt-and-the-lantern.md")
IDEAS = (
    ("Pip finds a star with Moss", "pip"),
    ("Moss is brave", "moss"),
    ("Bolt helps Pip", "bolt"),
    ("A race of Moss and Bolt", "moss"),
    ("Bolt flies to space", "bolt"),
    ("Pip and Bolt by the sea", "pip"),
)
BASE_FIRST = 7_000
WORDS_FIRST = 500
BIG = ("full body", "upper body", "close-up")


@dataclass(frozen=True)
class Bench:
    """Everything that pages are drawn and read with."""

    studio: Studio
    base: Base
    oracle: Oracle
    out: Path
    count: int

    def pages(self, story: Story) -> list[Drafted]:
        """Every page that somebody is on, with its candidates drawn."""
        everybody = cast_for(self.studio, story.cast)
        plan = planned(story, playing(story, everybody, story.cast), None, story.cast)
        book = BookFolder(self.out / slug(story.title))
        artist = Illustrator(self.studio, self.base, plan, tuple(everybody), silent)
        drafts = [
            artist.draft(each, self.count, seed_of(plan, each.number))
            for each in wanted_pages(plan, book)
            if each.page.figure
        ]
        artist.draw(drafts)
        return drafts

    def read(self, story: Story, tallies: dict[str, Tally]) -> None:
        """Add all of a story's pages."""
        drafts, book = self.pages(story), BookFolder(self.out / slug(story.title))
        names = list(dict.fromkeys(name for draft in drafts for name in draft.names))
        eyes = Onlooker.of(self.studio, self.base.name, names, None, None, silent)
        shots = [described(d.wanted.page, WORDS_FIRST + d.wanted.number) for d in drafts]
        paths = [d.wanted.folder.with_name("words") / f"{d.wanted.number:02d}.png" for d in drafts]
        worded = self.oracle.read(drawn(self.base, shots, paths))
        for draft, plain, record in zip(drafts, worded, eyes.chosen(drafts, silent), strict=True):
            keep_record(book, draft.wanted.number, record)
            found = self.oracle.read([read(draft.wanted.folder / name) for name in draft.files])
            figures = draft.wanted.page.figure
            tallies["chosen"].add(figures, found[draft.files.index(record.chosen)])
            tallies["one candidate"].add(figures, found[0])
            for each in found:
                tallies["every candidate"].add(figures, each)
            tallies["words alone"].add(figures, plain)

    def alone(self, count: int) -> Tally:
        """Single pictures of fresh people, told by all their words."""
        wanted = [w for w in wishes(2 * count) if w.spec.framing in BIG][:count]
        paths = [self.out / "base" / f"{i:03d}.png" for i in range(len(wanted))]
        shots = [Shot(words=w.words, seed=BASE_FIRST + i) for i, w in enumerate(wanted)]
        tally = Tally()
        for wish, found in zip(
            wanted, self.oracle.read(drawn(self.base, shots, paths)), strict=True
        ):
            one = wish.spec.characters[0]
            told = told_of(one, "", found) if found.count else NOBODY
            tally.keep([told], found.count == 1)
        return tally


def described(page: PlannedPage, seed: int) -> Shot:
    """A page by the true words of everybody on it, without trigger and adapter."""
    told = []
    for figure in page.figure:
        one = EXAMPLE[figure.name]
        worn = [tag for slot, tag in one.words if slot != "outfit_colour" or not figure.outfit]
        held = f"holding {figure.holds}" if figure.holds else ""
        doing = (figure.outfit, figure.hat, figure.pose, held, figure.expression)
        told.append((one.kind, ", ".join(word for word in (*worn, *doing) if word)))
    setting = ", ".join(word for word in (page.framing, page.where, page.time) if word)
    if len(told) == 1:
        kind, words = told[0]
        said = f"1{kind}, solo, {words}, {setting}, flat color"
    else:
        sides = ("left", "right") if len(told) == 2 else ("left", "middle", "right")
        each = (f"{side}: {kind}, {own}" for side, (kind, own) in zip(sides, told, strict=True))
        said = f"{len(told)} characters, {setting}, flat color, {', '.join(each)}"
    return Shot(words=said, seed=seed, reading="prompt")


def stories(studio: Studio, written: int) -> list[Story]:
    """The examples, then so many of the pattern writer."""
    found = [read_story(Path(path)) for path in STORIES]
    for i, (idea, hero) in enumerate(IDEAS[:written]):
        at = studio.path / "stories" / f"bench-{i}.md"
        if not at.is_file():
            wish = StoryWish(idea=idea, hero=hero, seed=i, pages=8)
            Path(write_story(studio, wish).path).rename(at)
        found.append(parse_story(at.read_text(encoding="utf-8"), str(at)))
    return found


def drawn(base: Base, shots: Sequence[Shot], paths: Sequence[Path]) -> list[Pixels]:
    """Pictures of shots; those that are there already are read."""
    waiting = [i for i, path in enumerate(paths) if not path.is_file()]
    for one in Painter(base).draw([shots[i] for i in waiting]) if waiting else ():
        path = paths[waiting[one.index]]
        made(path.parent)
        write_png(path, one.pixels)
    return [read(path) for path in paths]


def main() -> None:
    """Draw, choose, read, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.book_consistency", description=__doc__)
    parser.add_argument("--studio", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--candidates", type=int, default=CANDIDATES)
    parser.add_argument("--written", type=int, default=0, help="stories of the pattern writer")
    parser.add_argument("--alone", type=int, default=60, help="single pictures of the base")
    asked = parser.parse_args()
    studio, base = Studio.open(asked.studio), open_base("storybook")
    bench = Bench(studio, base, Oracle.open(), made(asked.out), asked.candidates)
    names = ("chosen", "one candidate", "every candidate", "words alone")
    tallies = {name: Tally() for name in names}
    for story in stories(studio, asked.written):
        bench.read(story, tallies)
        print(f"{story.title}: read", flush=True)
    tallies["the base, single pictures by words"] = bench.alone(asked.alone)
    for name, tally in tallies.items():
        print(f"{name}\n  " + "\n  ".join(tally.lines()), flush=True)


if __name__ == "__main__":
    main()
