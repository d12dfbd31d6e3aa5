"""Who of the studio plays in a story, and the plan of its pictures; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.books.assembling import plan_for
from castmates.books.plan.lexicon import lexicon
from castmates.books.plan.plan import BookPlan
from castmates.books.story.cast import Member, member_of, mentions, strangers
from castmates.books.story.runs import plain
from castmates.books.story.story import Story
from castmates.core.errors import BadInput, Misfits, Missing
from castmates.files.studio import Studio


def cast_for(studio: Studio, parts: Sequence[str]) -> list[Member]:
    """Everybody of the studio, by the names that the story has for them.

    Args:
        parts: who plays whom, as "Sasha = pip".

    Raises:
        BadInput: a part that is not written so.
        Missing: nobody in the studio, or not the one who is named; all of them at once.
    """
    called: dict[str, list[str]] = {}
    misfits = Misfits()
    for part in parts:
        given, equals, name = (piece.strip() for piece in part.partition("="))
        with misfits.gather():
            if not (given and equals and name):
                what = f"'{part}' does not say who plays whom."
                raise BadInput(what, 'Write: --cast "Sasha = pip"')
            studio.character(name)
            called.setdefault(name, []).append(given)
    misfits.raise_if_any()
    names = studio.characters()
    if not names:
        what = f"There is nobody in {studio.path} to draw."
        raise Missing(what, f"Run: castmates make PICTURES --studio {studio.path}")
    # Who plays comes first: a story's "I" is the first of them.
    ordered = [*called, *(name for name in names if name not in called)]
    found = []
    for name in ordered:
        character = studio.character(name).character
        found.append(member_of(character, called.get(name, ()), _outfit(character.looks)))
    return found


def _outfit(looks: Sequence[str]) -> str:
    """The look that is clothes: what somebody wears unless the story says otherwise."""
    clothes = tuple(lexicon().outfit)
    return next((look for look in looks if look.endswith(clothes)), "")


def playing(story: Story, cast: Sequence[Member], parts: Sequence[str]) -> list[Member]:
    """Those of a cast who are in a story.

    Raises:
        Missing: the story names nobody of the cast, so that nobody would know whom to draw.
    """
    text = "\n".join(f"{plain(page.text)}\n{page.note}" for page in story.pages)
    named = {each.name for each in mentions(text, cast)}
    cast_by_hand = {part.partition("=")[2].strip() for part in parts}
    found = [each for each in cast if each.name in named | cast_by_hand]
    if not found:
        known = ", ".join(each.shown for each in cast)
        heard = ", ".join(strangers(story, cast)) or "nobody"
        raise Missing(
            f"The story names {heard}, and nobody of the cast ({known}).",
            f'Say who plays whom: --cast "{heard.split(",")[0].title()} = {cast[0].name}"',
        )
    return found


def planned(
    story: Story, cast: Sequence[Member], before: BookPlan | None, parts: Sequence[str]
) -> BookPlan:
    """The plan of a story, with who plays whom in it."""
    plan = plan_for(story, cast, before)
    return plan.model_copy(update={"cast": tuple(parts)}) if parts else plan


def cover_page(plan: BookPlan) -> int:
    """The number of the page whose place the cover has: the most frequent one by day."""
    places = [page.where for page in plan.page if page.figure]
    if not places:
        return 1
    usual = max(places, key=places.count)
    pages = [page for page in plan.page if page.where == usual and page.figure]
    return max(pages, key=lambda page: (page.time == "day", len(page.figure), -page.number)).number
