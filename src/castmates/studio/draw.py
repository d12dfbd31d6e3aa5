"""The verb `draw`: pictures from words, each with its shot inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field, TypeAdapter, ValidationError

from castmates.adapters.file import load as load_adapter
from castmates.core.errors import BadInput, CastmatesError, Misfits, Missing
from castmates.core.events import Made, Tell, Warned, silent
from castmates.core.near import did_you_mean
from castmates.core.types import AdapterUse, Emphasis, Rng, Shot, Size, Value, WrittenSize
from castmates.drawing.image_to_image import size_for
from castmates.drawing.infotext import adapters_of, words_of
from castmates.drawing.painter import Drawn, Painter
from castmates.drawing.sampler_names import named, schedule_named
from castmates.drawing.sources import Sources
from castmates.families.base import Base
from castmates.files.images import write_png
from castmates.files.studio import Studio
from castmates.files.tensors import tensor_hash
from castmates.prompts.nodes import Choice, FromFile, nodes_of
from castmates.prompts.problems import Problem
from castmates.prompts.reading import read
from castmates.studio.draw_extras import Extras, demand_company, keep, sources_of, with_extras
from castmates.studio.models import base_name, take_base
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
    """What to draw: the words, how many pictures from which seed on, and what they begin with."""

    words: str = Field(min_length=1)
    negative: str = ""
    number: int = Field(default=4, ge=1, le=256)
    seed: int = Field(default=0, ge=0)
    course: Course = Course()
    extras: Extras = Extras()

    def seeds(self) -> list[int]:
        """Each picture's: counted up, unless it is the second seed that counts."""
        return [self.seed + (0 if self.extras.varies else i) for i in range(self.number)]


class Picture(Value):
    """A drawn picture: where it lies, and its shot."""

    path: str
    shot: Shot


def read_size(text: str) -> Size:
    """A size as people write it: "640x768", "512". Raises BadInput."""
    try:
        return _size.validate_python(text)
    except ValidationError:
        what = f"'{text}' is no size; wanted width and height in pixels, 8 to 8192."
        raise BadInput(what, "Write it like: 640x768, or 512 for a square.") from None


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
    demand_company(wish.extras)
    parsed, course = readings(studio, wish, base), wish.course.said()
    tell_problems([p for one in parsed for p in one.problems], tell)
    shots = [
        Shot.model_validate({**words_of(one.prompt, one.negative), "seed": seed} | course)
        for one, seed in zip(parsed, wish.seeds(), strict=True)
    ]
    sources = sources_of(wish.extras)
    shots = [with_extras(shot, wish.extras, sources, i) for i, shot in enumerate(shots)]
    called = parsed[0].called
    first = studio.character(called[0]).character if called else None
    opened = take_base(base_name(studio, first, base), tell)
    shots = _sized(shots, wish, sources, opened, tell)
    hashes = bring(opened, studio, [name for shot in shots for name in adapters_of(shot)])
    painter = Painter(opened, precise=precise, hashes=hashes, sources=sources)
    return draw_shots(painter, shots, into or studio.drawings, tell)


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
    known = studio.adapters()
    hashes: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if name not in known:
            raise Missing(f"There is no adapter '{name}'.", did_you_mean(name, known))
        if name not in base.bank.names:
            base.bank.add(load_adapter(known[name], name))
        hashes[name] = tensor_hash(known[name])
    return hashes


def draw_shots(painter: Painter, shots: Sequence[Shot], into: Path, tell: Tell) -> list[Picture]:
    """Draw shots and write them as numbered PNGs, each as soon as it is ready; in their order."""
    coming = painter.draw(shots, tell)
    into.mkdir(parents=True, exist_ok=True)
    keep(painter.sources, shots, into)
    first = 1 + max((int(p.stem) for p in into.glob("*.png") if p.stem.isdigit()), default=0)
    paths = [into / f"{first + i:05d}.png" for i in range(len(shots))]
    made: dict[int, Picture] = {}
    for drawn in coming:
        path = paths[drawn.index]
        write_drawn(drawn, path)
        made[drawn.index] = Picture(path=str(path), shot=drawn.shot)
        tell(Made(what="picture", path=str(path)))
    return [made[i] for i in range(len(shots))]


def write_drawn(drawn: Drawn, path: Path) -> None:
    """One picture with its shot inside: A1111's text and our own JSON."""
    write_png(path, drawn.pixels, drawn.texts)
