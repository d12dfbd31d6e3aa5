"""Say the tags of a caption in one English sentence, by a small grammar of our own.

    pip, a girl with a red scarf, waves in a forest; she wears a hat; close-up, flat color.

Identities that hold for any tags: the same tags give the same sentence; every tag is said or stands
in the list at its end; beside the tags there are only function words of `sentences.toml`. In a
picture of several nobody knows whose hair is long, so there only place, light and view are said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from castmates.backends.tag_families import family_of
from castmates.captions.clean import is_count
from castmates.captions.features import feature_of
from castmates.captions.spelling import joined, key, split, unique
from castmates.captions.wording import is_thing, listed, table, things, with_article

Style = Literal["tags", "sentence", "both"]
STYLES: tuple[Style, ...] = ("tags", "sentence", "both")

_counted = re.compile(r"(multiple|[1-9]\+?) ?([a-z]{3,})")
_HOLDS = "holds"
_BEGINNINGS = (
    "a",
    "an",
    "the",
    "one",
    "two",
    "three",
    "there",
    "in",
    "on",
    "at",
    "this",
    "several",
)


@dataclass(frozen=True)
class Composed:
    """A sentence, and where each tag is in it.

    Attributes:
        said: tag -> the words that say it, in the order of the tags.
        tail: the tags that stand in the list at the end, as they are written.
    """

    text: str
    said: dict[str, str]
    tail: tuple[str, ...]


@dataclass
class _Parts:
    """What is said where. Each phrase with the tags that it says."""

    subject: str = ""
    noun: str = ""
    group: bool = False
    said: dict[str, str] = field(default_factory=dict)
    slots: dict[str, list[str]] = field(default_factory=dict)

    def put(self, slot: str, phrase: str, *tags: str) -> None:
        """A phrase in its place, once; the tags that it says."""
        there = self.slots.setdefault(slot, [])
        if phrase not in there:
            there.append(phrase)
        self.said |= dict.fromkeys(tags, phrase)

    def of(self, slot: str) -> list[str]:
        return self.slots.get(slot, [])


def composed(tags: Sequence[str], trigger: str = "") -> Composed:
    """The sentence of some tags.

    Args:
        tags: as a caption has them; the trigger among them counts as said.
        trigger: the word for the character, with which the sentence begins; "": none.
    """
    whole = unique(tags)
    rest = [tag for tag in whole if not trigger or key(tag) != key(trigger)]
    parts = _parts(rest)
    called = {tag: trigger for tag in whole if tag not in rest}
    if not trigger and not parts.subject:
        return Composed(joined(whole), {}, tuple(whole))
    tail = tuple(tag for tag in rest if tag not in parts.said)
    clause = _clause(parts, trigger)
    text = f"{clause}; {joined(tail)}." if tail else f"{clause}."
    said = {**called, **parts.said}
    return Composed(text, {tag: said[tag] for tag in whole if tag in said}, tail)


def introduced(sentence: str, trigger: str) -> str:
    """A sentence that somebody else said, with the trigger before it: `pip, a girl in the snow.`

    One that says the trigger already is left as it is. It ends with one full stop.
    """
    said = " ".join(sentence.split()).rstrip(" .")
    if not said:
        return trigger
    if trigger and not re.search(rf"(?<!\w){re.escape(trigger)}(?!\w)", said, re.IGNORECASE):
        first, _, rest = said.partition(" ")
        # A sentence's capital, not a name's.
        begin = first.lower() if first.lower() in _BEGINNINGS else first
        said = f"{trigger}, {begin} {rest}".rstrip()
    return f"{said}."


def with_sentence(caption: str, sentence: str) -> str:
    """A caption of tags with what somebody else said behind them, as one piece without commas."""
    said = " ".join(sentence.replace(",", ";").split()).rstrip(" .;")
    return joined([*split(caption), f"{said}."]) if said else caption


def styled(caption: str, trigger: str, style: Style, *, somebody: bool = True) -> str:
    """A caption of tags in a style.

    Args:
        somebody: the trigger is who is shown; else (a style, a thing) it stands before a sentence
            about whoever is.

    `both` is the tags and, as their last piece, what the sentence says of them: without commas and
    with a full stop, so that everything that edits, shuffles or cuts tags leaves it whole.
    """
    if style == "tags":
        return caption
    tags = split(caption)
    if style == "sentence" and not somebody:
        rest = [tag for tag in tags if key(tag) != key(trigger)]
        return introduced(composed(rest).text, trigger)
    if style == "sentence":
        return composed(tags, trigger).text
    parts = _parts([tag for tag in unique(tags) if key(tag) != key(trigger)])
    if not parts.subject or not any(parts.slots.values()):
        return caption
    return joined([*tags, f"{_clause(parts, '', commas=False)}."])


def _parts(tags: Sequence[str]) -> _Parts:
    parts = _Parts()
    _name(parts, tags)
    nouns: dict[str, list[str]] = {"with": [], "wears": [], "background": []}
    for tag in tags:
        if tag in parts.said or (parts.group and not _of_all(tag)):
            continue
        slot = _slot(tag)
        if slot in nouns:
            nouns[slot].append(tag)
        else:
            _say(parts, tag)
    for slot, some in nouns.items():
        for group, noun in things(some).items():
            phrase = f"before {noun}" if slot == "background" else noun
            parts.put("places" if slot == "background" else slot, phrase, *group)
    if parts.of(_HOLDS):
        parts.said |= {tag: _HOLDS for tag in tags if key(tag) == "holding"}
    return parts


def _name(parts: _Parts, tags: Sequence[str]) -> None:
    """Who it is: the counts and kinds among the tags, as the subject."""
    counts = {tag: found for tag in tags if is_count(tag) and (found := _count(tag))}
    kinds = [tag for tag in tags if family_of(key(tag)) == "kind"]
    several = len(counts) > 1 or any(number != "1" for number, _ in counts.values())
    if several:
        named = listed([_many(number, noun) for number, noun in counts.values()], commas=False)
        parts.subject, parts.group = f"a group of {named}", True
        parts.said |= dict.fromkeys(counts, named)
        return
    noun = next((noun for _, noun in counts.values()), key(kinds[0]) if kinds else "")
    if noun:
        parts.noun, parts.subject = noun, with_article(noun)
        same = [tag for tag in tags if key(tag) == noun]
        alone = [tag for tag in tags if key(tag) == "solo"]
        # Who is "a girl" in one sentence is alone in it.
        parts.said |= dict.fromkeys([*counts, *same, *alone], parts.subject)


def _count(tag: str) -> tuple[str, str] | None:
    """("1", "girl") of "1girl"; None for counts of no noun ("solo", "1other")."""
    match = _counted.fullmatch(key(tag))
    if match is None or match[2] in ("other", "others"):
        return None
    return match[1], match[2]


def _many(number: str, noun: str) -> str:
    if number == "multiple":
        return f"several {noun}"
    digit = number.rstrip("+")
    if digit == "1":
        return f"one {noun}"
    return f"{table().numbers[digit]}{' or more' if '+' in number else ''} {noun}"


def _of_all(tag: str) -> bool:
    """Whether a tag is true of a whole picture, not of one who is in it."""
    words, name = table(), key(tag)
    return name in words.places or name in words.lights or name in words.views or _is_ground(tag)


def _is_ground(tag: str) -> bool:
    return family_of(key(tag)) == "background" and is_thing(tag)


def _slot(tag: str) -> str:
    """Where a noun is said; "" for what is said otherwise, or not at all."""
    words, name = table(), key(tag)
    if any(name in each for each in (words.verbs, words.manners, words.places, words.views)):
        return ""
    if not is_thing(tag) or name.split(" ")[0] in words.transitive:
        return ""
    family = family_of(name)
    return words.families.get(family) or (
        words.traits.get(feature_of(tag) or "", "") if family == "general" else ""
    )


def _say(parts: _Parts, tag: str) -> None:
    """Put a tag where the tables say; what they do not know is left for the list."""
    words, name = table(), key(tag)
    for slot in ("verbs", "manners", "places", "lights", "views"):
        said = getattr(words, slot).get(name)
        if said:
            parts.put(slot, said.replace("its ", f"{_own(parts.noun)} "), tag)
            return
    first, _, thing = name.partition(" ")
    if first in words.transitive and thing and is_thing(thing):
        verb = words.transitive[first]
        slot = verb if verb in (_HOLDS, "wears") else "verbs"
        noun = with_article(thing)
        parts.put(slot, noun if slot == verb else f"{verb} {noun}", tag)


def _own(noun: str) -> str:
    return {"she": "her", "he": "his"}.get(_pronoun(noun), "its")


def _pronoun(noun: str) -> str:
    return next((word for word, nouns in table().pronouns.items() if noun in nouns), "it")


def _clause(parts: _Parts, trigger: str, commas: bool = True) -> str:
    """Subject, verbs, manner, place, light, view; and, behind a semicolon, what is worn."""
    body = f" with {listed(parts.of('with'), commas)}" if parts.of("with") else ""
    who = f"{parts.subject}{body}"
    if trigger and parts.group:
        who = f"{trigger}, in {who},"
    elif trigger and parts.subject:
        who = f"{trigger}, {who},"
    elif trigger:
        who = f"{trigger}{body}"
    verbs = parts.of("verbs")
    if parts.of(_HOLDS):
        verbs = [*verbs, f"{_HOLDS} {listed(parts.of(_HOLDS), commas)}"]
    views = listed(parts.of("views"), commas)
    manner = f"with {listed(parts.of('manners'), commas)}" if parts.of("manners") else ""
    where = [listed(parts.of("places"), commas), listed(parts.of("lights"), commas)]
    words = [who, _does(verbs, views, commas), manner, *where]
    text = " ".join(word for word in words if word)
    if verbs and views:
        text += f", seen {views}" if commas else f" and is seen {views}"
    worn = listed(parts.of("wears"), commas)
    if not worn:
        return text
    again = _pronoun(parts.noun) if parts.noun else trigger
    return f"{text}; {again} wears {worn}"


def _does(verbs: Sequence[str], views: str, commas: bool) -> str:
    """What somebody does; who does nothing is at least seen."""
    if verbs:
        return listed(verbs, commas)
    return f"is seen {views}" if views else "is shown"
