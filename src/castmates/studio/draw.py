"""The verb `draw`: pictures from words, each with its shot inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from castmates.adapters.file import load as load_adapter
from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing
from castmates.core.events import Made, Tell, Warned, silent
from castmates.core.types import AdapterUse, Emphasis, Rng, Shot, Size, Value, WrittenSize
from castmates.drawing.image_to_image import size_for
from castmates.drawing.infotext import adapters_of, words_of
from castmates.drawing.painter import Drawn, Painter
from castmates.drawing.sampler_names import named, schedule_named
from castmates.drawing.shots import extended
from castmates.drawing.sources import Sources
from castmates.drawing.styles import Style, around
from castmates.families.base import Base
from castmates.families.shelf import STORYBOOK
from castmates.files.images import write_png
from castmates.files.studio import Studio
from castmates.files.tensors import tensor_hash
from castmates.prompts.nodes import Choice, FromFile, nodes_of
from castmates.prompts.problems import Problem
from castmates.prompts.reading import read
from castmates.studio.draw_extras import Extras, demand_company, keep, sources_of, with_extras
from castmates.studio.honoured import with_known
from castmates.studio.inversions import bring_inversions
from castmates.studio.library import Library
from castmates.studio.lore import called_in
from castmates.studio.models import base_name, reference, take_base
from castmates.studio.parse import Parsed, Question, parse

_size: TypeAdapter[Size] = TypeAdapter(WrittenSize)


class Course(Value):
    """How to draw; None: as the base prefers, or as the picture says that is drawn again.

    Attributes: as in `castmates.core.types.Shot`; `sampler` by any of its names.
    """

    size: WrittenSize | None = None
    sampler: str | None = None
    schedule: str | None = None
    steps: int | None = Field(default=None, ge=1, le=1000)
    guidance: float | None = Field(default=None, ge=0.0, le=100.0)
    clip_skip: int | None = Field(default=None, ge=1, le=12)
    emphasis: Emphasis | None = None
    rng: Rng | None = None

    def said(self) -> dict[str, Any]:
        """What of a shot this decides; a sampler's name may say its schedule."""
        found = {key: value for key, value in self if value is not None}
        if self.sampler is not None:
            found["sampler"], by_name = named(self.sampler)
            if by_name is not None and self.schedule is None:
                found["schedule"] = by_name
        if self.schedule is not None:
            found["schedule"] = schedule_named(self.schedule)
        return found


class Wish(Value):
    """What to draw: the words, how many pictures from which seed on, and what they begin with.

    Attributes:
        who: the character that `{who}` stands for; None: nobody.
        styles: by name; each goes around what the one before made of the words.
        name: of its files, behind their number; "": the number is all.
        place: where it was written, for messages ("line 3").
    """

    words: str = Field(min_length=1)
    negative: str = ""
    number: int = Field(default=4, ge=1, le=256)
    seed: int = Field(default=0, ge=0)
    course: Course = Course()
    extras: Extras = Extras()
    who: str | None = None
    styles: Mapping[str, Style] = {}
    name: str = ""
    place: str = ""

    def seeds(self) -> list[int]:
        """Each picture's: counted up, unless it is the second seed that counts."""
        return [self.seed + (0 if self.extras.varies else i) for i in range(self.number)]


class Picture(Value):
    """A drawn picture: where it lies, its shot, and what opens its base."""

    path: str
    shot: Shot
    base: str = STORYBOOK


def read_size(text: str) -> Size:
    """A size as people write it: "640x768", "512". Raises BadInput."""
    try:
        return _size.validate_python(text)
    except ValidationError:
        what = f"'{text}' is no size; wanted width and height in pixels, 8 to 8192."
        raise BadInput(what, "Write it like: 640x768, or 512 for a square.") from None


@dataclass(frozen=True)
class Read:
    """A wish, how the words of each of its pictures are read, and the base that draws it."""

    wish: Wish
    parsed: tuple[Parsed, ...]
    base: str


def draw(
    studio: Studio,
    wish: Wish,
    *,
    base: str | None = None,
    into: Path | None = None,
    precise: bool = False,
    tell: Tell = silent,
) -> list[Picture]:
    """Draw a wish; the prompt is read as `castmates.studio.parse` shows it.

    Picture i has seed + i, also for the choices `{a|b}` and `__file__`; with a variation the second
    seed + i. What pictures begin with is kept beside them (`castmates.studio.draw_extras.KEPT`).

    Args:
        into: None: the studio's `drawings/`.
        precise: float32 throughout.

    Raises:
        Missing: a character, an adapter or a wildcard file that the words name is not there, or a
            picture, mask or upscaler.
        BadInput: the prompt would lack something that was asked for, or a file is no picture.
        Unfit: things that do not go together.
    """
    found = read_wishes(studio, [wish], base=base, tell=tell)
    [made] = draw_read(studio, found, into=into, precise=precise, tell=tell)
    return made


def read_wishes(
    studio: Studio, wishes: Sequence[Wish], *, base: str | None = None, tell: Tell = silent
) -> list[Read]:
    """Read the words of several wishes; what is wrong with any of them is told before drawing.

    Raises:
        Missing, BadInput: as in `draw`, everything at once.
    """
    found = []
    for asked in wishes:
        demand_company(asked.extras)
        wish = asked.model_copy(update={"extras": with_known(studio, asked.extras)})
        own = base_for(studio, wish, base)
        prompt, negative = around(wish.words, wish.negative, wish.styles, own)
        styled = wish.model_copy(update={"words": prompt, "negative": negative})
        parsed = tuple(readings(studio, styled, base))
        called = parsed[0].called
        first = studio.character(called[0]).character if called else None
        found.append(Read(wish, parsed, base_name(studio, first, base)))
    told = ((one.wish.place, p) for one in found for parsed in one.parsed for p in parsed.problems)
    tell_problems(_placed(told), tell)
    return found


def base_for(studio: Studio, wish: Wish, base: str | None) -> str:
    """The base that draws a wish, before its words are expanded: whose words a style takes."""
    called = called_in(wish.words, wish.who)
    first = next((name for name in studio.characters() if name in called), None)
    return base_name(studio, studio.character(first).character if first else None, base)


def draw_read(
    studio: Studio,
    found: Sequence[Read],
    *,
    into: Path | None = None,
    precise: bool = False,
    tell: Tell = silent,
) -> list[list[Picture]]:
    """Draw wishes that are read: those of one base in common batches. Errors as in `draw`.

    Returns:
        The pictures of each wish. They lie in one folder, with one number in front where wishes
        have names.
    """
    folder = into or studio.drawings
    first = next_number(folder)
    made: dict[int, list[Picture]] = {}
    for name, vae in dict.fromkeys((one.base, one.wish.extras.vae) for one in found):
        alike = ((i, one.base, one.wish.extras.vae) for i, one in enumerate(found))
        numbers = [i for i, *of in alike if of == [name, vae]]
        sources = sources_of(found[numbers[0]].wish.extras)
        drafts = [_shots(found[i], sources) for i in numbers]
        opened = take_base(name, tell, studio, vae)
        shots = [
            shot
            for i, some in zip(numbers, drafts, strict=True)
            for shot in _sized(some, found[i].wish, sources, opened, tell)
        ]
        hashes = bring(opened, studio, [name for shot in shots for name in adapters_of(shot)])
        words = [one for i in numbers for parsed in found[i].parsed for one in parsed.inversions]
        bring_inversions(opened, words)
        painter = Painter(opened, precise=precise, hashes=hashes, sources=sources)
        names = [one for i in numbers for one in _file_names(found[i].wish, first)]
        pictures = iter(draw_shots(painter, shots, folder, tell, names if all(names) else None))
        made |= {i: [next(pictures) for _ in found[i].parsed] for i in numbers}
    return [made[i] for i in range(len(found))]


def _shots(read_: Read, sources: Sources) -> list[Shot]:
    """A shot for each picture of a wish, before a base has a say in it."""
    wish, course = read_.wish, read_.wish.course.said()
    shots = [
        Shot.model_validate({**words_of(one.prompt, one.negative), "seed": seed} | course)
        for one, seed in zip(read_.parsed, wish.seeds(), strict=True)
    ]
    styles = {"styles": tuple(wish.styles)}
    if wish.styles:
        shots = [extended(shot).model_copy(update=styles) for shot in shots]
    return [with_extras(shot, wish.extras, sources, i) for i, shot in enumerate(shots)]


def _file_names(wish: Wish, first: int) -> list[str]:
    """Of its pictures, without suffix; "": they are numbered."""
    if not wish.name:
        return [""] * wish.number
    stem = f"{first:05d}-{wish.name}"
    return [f"{stem}-{i + 1}" if wish.number > 1 else stem for i in range(wish.number)]


def _placed(told: Iterable[tuple[str, Problem]]) -> list[Problem]:
    """Each problem once, with the places where it occurs, if places are known."""
    first: dict[str, Problem] = {}
    places: dict[str, dict[str, None]] = {}
    for place, problem in told:
        first.setdefault(problem.what, problem)
        if place:
            places.setdefault(problem.what, {})[place] = None
    return [
        replace(problem, what=f"{', '.join(places[what])}: {what}") if what in places else problem
        for what, problem in first.items()
    ]


def _sized(shots: list[Shot], wish: Wish, sources: Sources, base: Base, tell: Tell) -> list[Shot]:
    """The shots at the size of the picture that they begin with, when no size is said."""
    if wish.course.size is not None or not sources.pictures or wish.extras.area == "masked":
        return shots
    [picture] = sources.pictures.values()
    size = size_for(picture, base.facts)
    height, width = picture.shape[:2]
    if size.width * 2 <= width:
        what = f"The picture is {width}x{height}; it is drawn at {size}, which suits {base.name}."
        tell(Warned(what=what, fix="Name another size: --size"))
    return [shot.model_copy(update={"size": size}) for shot in shots]


def readings(studio: Studio, wish: Wish, base: str | None) -> list[Parsed]:
    """How the words of each picture are read: anew where chance has a part in them."""
    course = wish.course
    question = Question(
        wish.words,
        wish.negative,
        steps=course.steps,
        base=base,
        emphasis=course.emphasis or "original",
        sampler=course.sampler or "",
        who=wish.who,
    )
    seeds = wish.seeds()
    if not any(_has_chance(text) for text in (wish.words, wish.negative)):
        return [parse(studio, replace(question, seed=wish.seed))] * len(seeds)
    return [parse(studio, replace(question, seed=seed)) for seed in seeds]


def tell_problems(problems: Sequence[Problem], tell: Tell) -> None:
    """Tell what deserves a look, each once; what a picture would lack is an error, before any.

    Raises:
        Missing, BadInput: all errors at once, of the first one's kind.
    """
    misfits = Misfits()
    for problem in {problem.what: problem for problem in problems}.values():
        if problem.level == "error":
            kind: type[CastmatesError] = Missing if problem.missing else BadInput
            misfits.add(kind(problem.what, problem.fix))
        else:
            tell(Warned(what=problem.what, fix=problem.fix))
    misfits.raise_if_any()


def _has_chance(text: str) -> bool:
    return any(isinstance(node, Choice | FromFile) for node in nodes_of(read(text)))


def bring_adapters(base: Base, studio: Studio, uses: Sequence[AdapterUse]) -> dict[str, str]:
    """Load every adapter that a prompt names: a character's, or one of its saved epochs.

    Returns:
        Name -> hash of its tensors (AutoV3), for the infotext.

    Raises:
        Missing: no such adapter; the message offers the nearest.
    """
    return bring(base, studio, [use.name for use in uses])


def bring(base: Base, studio: Studio, names: Sequence[str]) -> dict[str, str]:
    """The same by their names."""
    if not names:
        return {}
    library, family = Library.of(studio), base.facts.family
    return bring_files(base, {name: library.adapter(name, family) for name in dict.fromkeys(names)})


def bring_files(base: Base, files: Mapping[str, Path]) -> dict[str, str]:
    """The same from files; all that do not fit are told at once."""
    misfits = Misfits()
    for name, path in files.items():
        if name not in base.bank.names:
            with misfits.gather():
                base.bank.add(load_adapter(path, name))
    misfits.raise_if_any()
    return {name: tensor_hash(path) for name, path in files.items()}


def draw_shots(
    painter: Painter,
    shots: Sequence[Shot],
    into: Path,
    tell: Tell,
    names: Sequence[str] | None = None,
) -> list[Picture]:
    """Draw shots and write them as PNGs, each as soon as it is ready; in their order.

    Args:
        names: of the files, without suffix; None: they are numbered.
    """
    coming = painter.draw(shots, tell)
    into.mkdir(parents=True, exist_ok=True)
    keep(painter.sources, shots, into)
    first = next_number(into)
    stems = names or [f"{first + i:05d}" for i in range(len(shots))]
    paths = [into / f"{stem}.png" for stem in stems]
    made: dict[int, Picture] = {}
    own = reference(painter.base)
    for drawn in coming:
        path = paths[drawn.index]
        write_drawn(drawn, path)
        made[drawn.index] = Picture(path=str(path), shot=drawn.shot, base=own)
        tell(Made(what="picture", path=str(path)))
    return [made[i] for i in range(len(shots))]


def next_number(folder: Path) -> int:
    """The first that no picture of a folder begins with."""
    numbers = (path.stem.partition("-")[0] for path in folder.glob("*.png"))
    return 1 + max((int(number) for number in numbers if number.isdecimal()), default=0)


def write_drawn(drawn: Drawn, path: Path) -> None:
    """One picture with its shot inside: A1111's text and our own JSON."""
    write_png(path, drawn.pixels, drawn.texts)
