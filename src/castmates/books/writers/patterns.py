"""Write a story from a dozen arcs, by rules and a seed: no model, no network; arcs.toml has them.

It is honest about what it is: which arc it took, and which words of the idea it could not use.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from castmates.books.story.bands import band_of
from castmates.books.story.sentences import words_of
from castmates.books.story.wordlist import is_known
from castmates.books.writers.order import Draft, Order
from castmates.core.types import Value

Beat = tuple[str, str]
"""A sentence (with one more behind "|"), and a couplet."""

_PRONOUNS = {
    "she": ("she", "her", "her", "hers", "was"),
    "he": ("he", "him", "his", "his", "was"),
    "it": ("it", "it", "its", "its", "was"),
    "they": ("they", "them", "their", "theirs", "were"),
}
_FIRST = ("I", "me", "my", "mine", "was")
_SMALL = ("a", "an", "the", "and", "of", "to", "in", "on", "at", "with", "for")
_EMPTY = frozenset((*_SMALL, "is", "becomes", "become", "who", "about", "wants", "being"))
_YOUNG = 4


class Arc(Value):
    """The beats of a story, and the words of an idea that call for it."""

    keys: tuple[str, ...]
    job: str = ""
    wish: Beat
    go: Beat
    tries: tuple[Beat, ...]
    low: Beat
    turn: Beat
    win: Beat


class _Shared(Value):
    friends: tuple[str, ...]
    places: tuple[str, ...]
    things: tuple[str, ...]
    sounds: tuple[str, ...]
    openings: tuple[Beat, ...]
    bridges: tuple[Beat, ...]
    funny: tuple[str, ...]
    endings: tuple[Beat, ...]


class _Table(Value):
    shared: _Shared
    arc: dict[str, Arc]


@cache
def _table() -> _Table:
    text = (files("castmates.books.writers") / "arcs.toml").read_text(encoding="utf-8")
    return _Table.model_validate(tomllib.loads(text))


def arc_names() -> list[str]:
    """Every arc that there is."""
    return list(_table().arc)


@dataclass(frozen=True)
class _Slots:
    """What stands for the holes in the beats."""

    hero: str
    first_person: bool
    pronoun: str
    friend: str
    place: str
    thing: str
    sound: str
    job: str

    def filled(self, text: str) -> str:
        n, o, p, s, was = _FIRST if self.first_person else _PRONOUNS[self.pronoun]
        name = "I" if self.first_person else self.hero
        values = {
            "N": name,
            "n": n,
            "o": o,
            "p": p,
            "s": s,
            "F": self.friend,
            "was": "was" if self.first_person else was,
            "C": _capital(n),
            "P": _capital(p),
            "place": self.place,
            "thing": self.thing,
            "sound": self.sound,
            "job": self.job,
        }
        # "Sasha were" is never right, "they were" is.
        text = text.replace("{N} {was}", f"{name} was").replace("{N}'s", f"{_own(name, p)}")
        said = re.sub(r"\{(\w+)\}", lambda match: values[match[1]], text)
        return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", said)


class PatternsWriter:
    """Writes at once, and the same for the same order."""

    def write(self, order: Order) -> Draft:
        """A story by the rules of its age; always there, never refused."""
        rng = random.Random(f"{order.seed}:{order.idea}")
        name, arc, notes = _arc_for(order, rng)
        slots = _slots(order, arc, rng)
        beats = _beats(arc, order.pages, rng)
        pages = [_page(beat, slots, order) for beat in beats]
        if "funny" in order.styles:
            pages = _with_fun(pages, slots, order, rng)
        pages = _joined(pages, order.pages)
        title = _title(order, slots)
        text = "\n\n---\n\n".join(pages)
        told = (f"Written by rules after the arc '{name}'; no model was asked.", *notes)
        return Draft(text=f"# {title}\n\n{text}\n", notes=told)


def hero_of(order: Order) -> str:
    """Who the story is about: as said, else the first name in the idea."""
    if order.hero:
        return order.hero
    words = words_of(order.idea)
    named = [word for word in words if word[:1].isupper() and not is_known(word.lower())]
    return named[0] if named else (order.cast[0] if order.cast else "Robin")


def _arc_for(order: Order, rng: random.Random) -> tuple[str, Arc, tuple[str, ...]]:
    """The arc that most words of the idea call for; a seeded one when none does."""
    arcs = _table().arc
    words = [re.sub(r"['’]s$", "", word).lower() for word in words_of(order.idea)]
    idea = " ".join(words)
    scores = {
        name: sum(bool(re.search(rf"\b{re.escape(key)}s?\b", idea)) for key in arc.keys)
        for name, arc in arcs.items()
    }
    best = max(scores.values())
    name = rng.choice([each for each, score in scores.items() if score == best])
    hero = hero_of(order).lower().split()
    used = {word for key in arcs[name].keys for word in key.split()} | set(hero) | _EMPTY
    unused = [word for word in words if word not in used and word.rstrip("s") not in used]
    if best == 0:
        return name, arcs[name], ("No arc fits the idea, so one was drawn by the seed.",)
    note = f"These words of the idea are not in the story's plan: {', '.join(unused)}."
    return name, arcs[name], (note,) if unused and not arcs[name].job else ()


def _slots(order: Order, arc: Arc, rng: random.Random) -> _Slots:
    shared = _table().shared
    hero = hero_of(order)
    others = [name for name in order.cast if name != hero]
    return _Slots(
        hero=hero,
        first_person="first-person" in order.styles,
        pronoun=order.pronoun,
        friend=rng.choice(others) if others else rng.choice(shared.friends),
        place=rng.choice(shared.places),
        thing=rng.choice(shared.things),
        sound=rng.choice(shared.sounds),
        job=_job(order.idea, arc),
    )


def _job(idea: str, arc: Arc) -> str:
    """What the hero becomes, as the idea says it ("puppy doctor")."""
    match = re.search(r"\b(?:becomes?|being|is|as|be)\s+an?\s+([\w' -]+)", idea)
    if arc.job and match:
        words = re.split(r"\s+(?:and|who|in|on|at|for|with)\b", match[1])[0].split()
        if words and any(word.rstrip("s") in arc.keys for word in words):
            return " ".join(words[:3])
    key = next((key for key in arc.keys if re.search(rf"\b{key}\b", idea.lower())), "")
    return key if arc.job and key else arc.job


def _beats(arc: Arc, pages: int, rng: random.Random) -> list[Beat]:
    """Opening, wish, go, tries, low, turn, win, ending, with as many bridges as pages want."""
    shared = _table().shared
    head = [rng.choice(shared.openings), arc.wish, arc.go]
    tail = [arc.low, arc.turn, arc.win, rng.choice(shared.endings)]
    spare = max(0, pages - len(head) - len(tail) - len(arc.tries))
    bridges = rng.sample(list(shared.bridges), min(spare, len(shared.bridges)))
    middle = list(arc.tries)
    for at, bridge in enumerate(bridges):
        middle.insert(min(2 * at, len(middle)), bridge)
    return [*head, *middle, *tail]


def _page(beat: Beat, slots: _Slots, order: Order) -> str:
    prose, couplet = beat
    if "rhyme" in order.styles:
        return "\\\n".join(_begun(slots.filled(line.strip())) for line in couplet.split("/"))
    short, _, more = prose.partition("|")
    simple = order.age <= _YOUNG or bool(order.again)
    said = short.strip() if simple or not more else f"{short.strip()} {more.strip()}"
    said = _begun(slots.filled(said))
    # Asked again, everything shorter: one thing in a sentence.
    return _begun(said.replace(", and ", ". ")) if order.again else said


def _with_fun(pages: Sequence[str], slots: _Slots, order: Order, rng: random.Random) -> list[str]:
    """A silly sentence on every third page or so, never on the first or the last."""
    lines = rng.sample(list(_table().shared.funny), len(_table().shared.funny))
    most = band_of(order.age).words
    done = list(pages)
    for at, line in zip(range(2, len(done) - 2, 3), lines, strict=False):
        said = slots.filled(line)
        if len(words_of(done[at])) + len(words_of(said)) <= most:
            between = "\n\n" if "rhyme" in order.styles else " "
            done[at] = f"{done[at]}{between}{said}"
    return done


def _joined(pages: Sequence[str], wanted: int) -> list[str]:
    """As many pages as wanted: neighbours are joined, evenly, when there are more beats."""
    if len(pages) <= wanted:
        return list(pages)
    edges = [round(at * len(pages) / wanted) for at in range(wanted + 1)]
    return ["\n\n".join(pages[a:b]) for a, b in pairwise(edges)]


def _title(order: Order, slots: _Slots) -> str:
    words = order.idea.strip().rstrip(".!?")
    if len(words_of(words)) > 8:
        return f"A Story of {slots.hero}"
    parts = enumerate(words.split())
    return " ".join(word if word in _SMALL and at else _capital(word) for at, word in parts)


def _begun(text: str) -> str:
    """Every sentence begins with a capital letter."""
    return re.sub(r"(^|[.?] )([a-z])", lambda m: m[1] + m[2].upper(), text)


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _own(name: str, possessive: str) -> str:
    return possessive if name == "I" else f"{name}'s"
