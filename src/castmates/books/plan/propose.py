"""Propose a plan of pictures from the words of a story, by rules; knows no model.

Read are the phrases of `lexicon.toml`, the names of the cast, and the author's notes, which win
over the text. Clothes, carried things, place, time and weather go on until the story changes them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from castmates.books.plan.clothes import dress
from castmates.books.plan.lexicon import hits, last, lexicon, says
from castmates.books.plan.plan import MOST_FIGURES, PlannedFigure, PlannedPage
from castmates.books.plan.stage import Stage
from castmates.books.story.cast import Member, mentions
from castmates.books.story.runs import plain
from castmates.books.story.story import Story, StoryPage

_quoted = re.compile(r"[\"“”«»][^\"“”«»]*[\"“”«»]")
_narrator = re.compile(r"\b(?:I|my|me|I['’]m)\b")
_PRONOUNS = {"she": r"\b(?:she|her)\b", "he": r"\b(?:he|his|him)\b", "it": r"\b(?:it|its)\b"}
_BEGINS = 48
_RESTING = ("standing", "waving", "arms up")


def proposed(story: Story, cast: Sequence[Member]) -> tuple[PlannedPage, ...]:
    """A plan for every page of a story, in order."""
    stage = Stage.of(cast)
    return tuple(_page(stage, page) for page in story.pages)


def replanned(
    before: Sequence[PlannedPage], story: Story, cast: Sequence[Member]
) -> tuple[PlannedPage, ...]:
    """A plan for a story that changed: pages that begin as before keep what was planned.

    Locked pages keep their place; others follow their first words.
    """
    kept = {page.begins: page for page in before}
    locked = {page.number: page for page in before if page.locked}
    return tuple(
        (locked.get(page.number) or kept.get(page.begins) or page).model_copy(
            update={"number": page.number}
        )
        for page in proposed(story, cast)
    )


def begins(page: StoryPage) -> str:
    """The first words of a page, by which it is found again."""
    text = " ".join(plain(page.text).split())
    return text if len(text) <= _BEGINS else text[:_BEGINS].rsplit(" ", 1)[0] + " …"


def _page(stage: Stage, page: StoryPage) -> PlannedPage:
    text, note = plain(page.text), page.note
    present = _who(stage, text, note)
    stage.enter(present)
    for words in (text, note):
        dress(stage, words, present)
        stage.where = last(words, "where") or stage.where
        stage.time = last(words, "time") or stage.time
        stage.weather = last(words, "weather") or stage.weather
    stage.where = lexicon().turned.get(stage.where, {}).get(stage.weather, stage.where)
    figures = tuple(_figure(stage, name, text, note) for name in present)
    framing = last(note, "framing") or _framing(stage, figures, text)
    stage.framings.append(framing)
    return PlannedPage(
        number=page.number,
        begins=begins(page),
        where=stage.where,
        time=stage.time,
        weather="" if stage.where in lexicon().indoors else stage.weather,
        framing=framing,
        layout=page.layout,
        figure=figures,
    )


def _who(stage: Stage, text: str, note: str) -> list[str]:
    """Who is on a page: the note's names alone, else the text's, else those of before."""
    if named := [each.name for each in mentions(note, stage.cast)]:
        return list(dict.fromkeys(named))[:MOST_FIGURES]
    told = _quoted.sub(" ", text)
    names = [each.name for each in mentions(told, stage.cast)]
    # Who is only spoken of is there if it was there before.
    names += [m.name for m in mentions(text, stage.cast) if m.name in stage.present]
    if _narrator.search(told) and stage.cast and stage.cast[0].name not in names:
        names.insert(0, stage.cast[0].name)
    for pronoun, pattern in _PRONOUNS.items():
        known = any(stage.pronoun(name) == pronoun for name in names)
        if not known and re.search(pattern, told, re.IGNORECASE):
            before = [name for name in stage.present if stage.pronoun(name) == pronoun]
            # "Its" of a snowman is no character of the cast.
            names += before[:1] if pronoun != "it" else []
    if says(told, "together"):
        names += stage.present if len(stage.present) > 1 else stage.met
    if not names:
        names = list(stage.present) or [each.name for each in stage.cast[:1]]
    return list(dict.fromkeys(names))[:MOST_FIGURES]


def _figure(stage: Stage, name: str, text: str, note: str) -> PlannedFigure:
    wardrobe = stage.wardrobes[name]
    return PlannedFigure(
        name=name,
        outfit=wardrobe.outfit,
        pose=_own(stage, name, text, note, "pose") or "standing",
        expression=_own(stage, name, text, note, "expression") or "smile",
        view=last(note, "view") or _own(stage, name, text, "", "view") or "from front",
        hat=wardrobe.hat,
        holds=wardrobe.holds,
    )


def _own(stage: Stage, name: str, text: str, note: str, table: str) -> str | None:
    """What a text says of one: of the phrases behind its name, else those of nobody else."""
    for words in (note, text):
        found = None
        for hit in hits(words, table):
            named = [each.name for each in mentions(words, stage.cast) if each.start < hit.start]
            if not named or named[-1] == name or name not in named or says(words, "together"):
                found = hit.tag
        if found:
            return found
    return None


def _framing(stage: Stage, figures: Sequence[PlannedFigure], text: str) -> str:
    if len(figures) != 1 or figures[0].pose not in _RESTING:
        return "full body"
    if said := last(text, "framing"):
        return said if not figures[0].holds else "upper body"
    # Three alike in a row look like one picture three times.
    return "upper body" if stage.framings[-2:] == ["full body", "full body"] else "full body"
