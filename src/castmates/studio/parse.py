"""What `draw --parse` shows: how a prompt is read, step by step, without drawing or loading it."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import CastmatesError, Missing
from castmates.drawing.sampler_names import calls_per_step
from castmates.families.facts import stated
from castmates.families.shelf import STORYBOOK
from castmates.files.embedded import FOLDER
from castmates.files.reading import read_utf8
from castmates.files.studio import Studio
from castmates.prompts.chunks import Cutter, Token, Tokenize
from castmates.prompts.emphasis import Mode
from castmates.prompts.expansion import expand
from castmates.prompts.nodes import Called, FromFile, nodes_of
from castmates.prompts.plan import Habits, Plan
from castmates.prompts.problems import Problem
from castmates.prompts.reading import WHO, read
from castmates.prompts.scheduling import Pass
from castmates.prompts.tags import Mention
from castmates.prompts.vocabulary import unknown_words
from castmates.studio.inversions import Inverted, planned, widths_of
from castmates.studio.library import Library, family_of
from castmates.studio.lore import lore_of
from castmates.studio.models import base_name
from castmates.studio.tokens import tokenizer_of

USUAL_STEPS = 25
_MARKS = 2


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        steps: of the pass; None: as the base prefers.
        sampler: its name decides how many calls a step has; "": one.
        seed: of the choices `{a|b}` and `__file__`.
        base: None: the studio's.
        who: the character that `{who}` stands for; None: nobody.
    """

    words: str
    negative: str = ""
    steps: int | None = None
    seed: int = 0
    base: str | None = None
    emphasis: Mode = "original"
    sampler: str = ""
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """The answer: the prompt with its names expanded, its plan, and who and what is in it."""

    prompt: str
    negative: str
    plan: Plan
    problems: tuple[Problem, ...]
    called: tuple[str, ...] = ()
    inversions: tuple[Inverted, ...] = ()


def parse(studio: Studio | None, question: Question) -> Parsed:
    """Read a prompt as a studio would draw it; without a studio, names are left as they are.

    Raises:
        BadInput: a file of the studio does not fit. A prompt is never refused: what is wrong with
            it is among the problems.
    """
    lore = lore_of(studio, question.words, question.seed, question.who)
    found = expand(question.words, question.negative, lore)
    first = studio.character(found.called[0]).character if studio and found.called else None
    base = base_name(studio, first, question.base)
    folder = _folder(base)
    steps = question.steps or (stated(folder).steps if folder else None) or USUAL_STEPS
    course = Pass(steps * calls_per_step(question.sampler))
    cutter = Cutter(_tokenizer(folder), capacity=_capacity(folder))
    library, habits = Library.of(studio), Habits(question.emphasis, cutter=cutter)
    family = family_of(base) if len(library.models) or studio is not None else ""
    known = library.inversions(family)
    made, inverted, misread = planned(
        found.prompt, found.negative, course, habits, known, widths_of(folder)
    )
    problems = [*(found.problems if studio else _unasked(question.words)), *made.problems]
    problems += [*misread, *_unknown_adapters(studio, library, made.adapters, family)]
    if base == STORYBOOK:
        triggers = [lore.cast[name].trigger for name in found.called]
        triggers += [one.name for one in inverted]
        problems += _unknown_words(found.prompt, triggers, studio)
    return Parsed(found.prompt, found.negative, made, tuple(problems), found.called, inverted)


def _folder(base: str) -> Path | None:
    """The base's folder or file, None when there is none: chunks then end at BREAK alone."""
    path = FOLDER / "base" if base == STORYBOOK else Path(base).expanduser()
    return path if path.exists() else None


def _capacity(folder: Path | None) -> int:
    config = folder / "text_encoder" / "config.json" if folder is not None else None
    usual = Cutter().capacity
    if config is None or not config.is_file():
        return usual
    try:
        said = json.loads(read_utf8(config)).get("max_position_embeddings", usual + _MARKS)
    except (ValueError, AttributeError):
        return usual
    return max(1, said - _MARKS) if isinstance(said, int) else usual


def _tokenizer(folder: Path | None) -> Tokenize | None:
    if folder is None:
        return None
    tokenizer = tokenizer_of(folder)
    if tokenizer is None:
        return None

    def tokenize(text: str) -> Sequence[Token]:
        found = tokenizer.encode(text, add_special_tokens=False)
        return [Token(i, *span) for i, span in zip(found.ids, found.offsets, strict=True)]

    return tokenize


def _unasked(words: str) -> list[Problem]:
    """What needs a studio to be looked up, and was not."""
    named = [
        node
        for node in nodes_of(read(words))
        if isinstance(node, FromFile) or (isinstance(node, Called) and node.name != WHO)
    ]
    if not named:
        return []
    what = "There is no studio here: characters and wildcard files stay as they are."
    return [Problem("error", what, "Name one: --studio my-studio", named[0].span)]


def _unknown_adapters(
    studio: Studio | None, library: Library, mentions: Sequence[Mention], family: str
) -> list[Problem]:
    problems = []
    for name, span in {mention.name: mention.span for mention in mentions}.items():
        if studio is None:
            what = f"There is no studio here to find '{name}' in."
            problems.append(Problem("error", what, "Name one: --studio DIR", span, missing=True))
            continue
        try:
            library.adapter(name, family)
        except CastmatesError as error:
            lacks = isinstance(error, Missing)
            problems.append(Problem("error", error.what, error.fix, span, missing=lacks))
    return problems


def _unknown_words(prompt: str, triggers: Sequence[str], studio: Studio | None) -> list[Problem]:
    """Words that the storybook base was not trained on: in no tag, and no token of their own."""
    tags, words = FOLDER / "tagger/selected_tags.csv", FOLDER / "base/tokenizer/vocab.json"
    if not tags.is_file() or not words.is_file():
        return []
    known = [
        line["name"].replace("_", " ") for line in csv.DictReader(read_utf8(tags).splitlines())
    ]
    ends = "</w>"
    others = [t.removesuffix(ends) for t in json.loads(read_utf8(words)) if t.endswith(ends)]
    whole = [word for word in others if len(word) > 1]
    names = studio.characters() if studio is not None else []
    tree = read(prompt, names=False)
    return unknown_words(tree, known, [*whole, *triggers, *names], STORYBOOK)
