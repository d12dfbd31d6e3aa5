"""The words of a plot's cells: search and replace, names, chance; draws nothing, no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from castmates.core.errors import BadInput, Misfits
from castmates.files.studio import CharacterFolder, Studio
from castmates.judging.plots.axes import SEARCH
from castmates.judging.plots.plot import SEAT, SEATED, WORDING, Axis, Worded
from castmates.prompts.expansion import expand
from castmates.prompts.nodes import Called, Choice, FromFile, Tag, nodes_of
from castmates.prompts.problems import Problem
from castmates.prompts.reading import WHO, read
from castmates.prompts.tags import ADAPTERS, name_of
from castmates.studio.lore import lore_of, member_of
from castmates.studio.suite import filled


@dataclass(frozen=True)
class Wordings:
    """The words of all cells of a plot.

    Attributes:
        words: for each combination of what decides them.
        chance: whether the seed does, too.
        adapters: that the words name themselves, besides the cell's own.
        own: characters whose adapter the words name themselves.
        problems: of reading them, each once.
    """

    words: tuple[Worded, ...]
    chance: bool
    adapters: tuple[str, ...]
    own: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Told:
    """What decides the words of some cells: kind -> value; s/r: in order."""

    at: tuple[str, ...]
    said: Mapping[str, str]
    searched: tuple[tuple[str, str], ...]


def worded(
    studio: Studio,
    cast: Mapping[str, CharacterFolder],
    axes: Sequence[Axis],
    fixed: Sequence[Axis],
    misfits: Misfits,
) -> Wordings:
    """Expand the words of every combination that decides words.

    Args:
        cast: the characters of the plot; the first is the one where no axis says another.
        misfits: what does not fit is added here: texts to search for that stand nowhere, a
            character axis over words that name nobody.
    """
    texts = [v for a in (*axes, *fixed) if a.kind in ("prompt", "negative") for v in a.values]
    chance = any(_has_chance(text) for text in texts)
    deciding = (*WORDING, "seed") if chance else WORDING
    found: list[Worded] = []
    named: dict[str, None] = {}
    own: dict[str, None] = {}
    problems: dict[str, Problem] = {}
    lost: dict[str, BadInput] = {}
    for told in _combinations(axes, fixed, deciding):
        who = told.said.get("character") or next(iter(cast))
        prompt, negative = _replaced(told, lost)
        if "character" in {axis.kind for axis in axes} and not _names_who(prompt, lost):
            continue
        one, names, said = _expanded(studio, cast[who], prompt, negative, told.said)
        problems |= {problem.what: problem for problem in said}
        others = [name for name in names if name != SEATED]
        if SEATED not in names:
            if mine := _own(cast[who], others):
                own[mine] = None
            else:
                one = one.model_copy(update={"words": f"{one.words.strip()} {SEAT}".strip()})
        named |= dict.fromkeys(others)
        found.append(one.model_copy(update={"at": told.at}))
    for error in lost.values():
        misfits.add(error)
    return Wordings(tuple(found), chance, tuple(named), tuple(own), tuple(problems.values()))


def _combinations(
    axes: Sequence[Axis], fixed: Sequence[Axis], deciding: Sequence[str]
) -> Iterator[_Told]:
    shared = {axis.kind: axis.values[0] for axis in fixed}
    moving = [axis for axis in axes if axis.kind in deciding]
    for values in product(*(axis.values for axis in moving)):
        pairs = list(zip(moving, values, strict=True))
        said = {**shared, **{axis.kind: value for axis, value in pairs if axis.kind != SEARCH}}
        searched = tuple((axis.values[0], v) for axis, v in pairs if axis.kind == SEARCH)
        yield _Told(tuple(values), said, searched)


def _replaced(told: _Told, lost: dict[str, BadInput]) -> tuple[str, str]:
    """Prompt and negative after each search and replace, in the order of the axes."""
    prompt, negative = told.said["prompt"], told.said.get("negative", "")
    for searched, by in told.searched:
        if searched not in prompt and searched not in negative:
            others = [text for text, _ in told.searched if text != searched]
            after = f" after '{others[0]}' is replaced" if others else ""
            what = f"s/r: '{searched}' stands neither in the prompt nor in the negative words"
            lost.setdefault(searched, BadInput(f"{what}{after}.", f"The prompt is: {prompt}"))
        prompt, negative = prompt.replace(searched, by), negative.replace(searched, by)
    return prompt, negative


def _names_who(prompt: str, lost: dict[str, BadInput]) -> bool:
    """Whether a prompt has a place for the character of an axis."""
    if f"{{{WHO}}}" in prompt or "{trigger}" in prompt:
        return True
    called = {node.name for node in nodes_of(read(prompt)) if isinstance(node, Called)}
    if WHO in called:
        return True
    what = f"The prompt '{prompt[:60]}' does not say where the character of the axis stands."
    lost.setdefault(prompt, BadInput(what, "Write {who} there."))
    return False


def _expanded(
    studio: Studio, folder: CharacterFolder, prompt: str, negative: str, said: Mapping[str, str]
) -> tuple[Worded, list[str], Sequence[Problem]]:
    """The words without names, the adapters in them, and what is to be said of them.

    The character brings the seat of the cell's adapter instead of its own.
    """
    character = folder.character
    words = filled(prompt, character)
    seed = int(said.get("seed", "0"))
    lore = lore_of(studio, words, seed)
    called = {node.name for node in nodes_of(read(words)) if isinstance(node, Called)}
    alone = len({character.name if name == WHO else name for name in called}) == 1
    member = replace(member_of(folder, alone), adapter=SEATED, strength=1.0)
    cast = {**lore.cast, character.name: member}
    found = expand(words, negative, replace(lore, cast=cast, who=character.name))
    tags = [node for node in nodes_of(read(found.prompt, names=False)) if isinstance(node, Tag)]
    names = [name_of(tag) for tag in tags if tag.kind in ADAPTERS]
    return Worded(words=found.prompt, negative=found.negative), names, found.problems


def _own(folder: CharacterFolder, names: Sequence[str]) -> str:
    """The first name that is one of the character's own adapters; "": none is."""
    mine = {folder.path.name}
    mine |= {path.stem for run in folder.runs() for _, path in run.checkpoints()}
    return next((name for name in names if name in mine), "")


def _has_chance(text: str) -> bool:
    return any(isinstance(node, Choice | FromFile) for node in nodes_of(read(text)))
