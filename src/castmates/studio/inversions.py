"""Textual inversions that a prompt names: which files they are, and whether the base reads them.

torch is not needed to find them; `bring_inversions` loads them into an opened base.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from castmates.core.errors import BadInput, CastmatesError, Misfits, Unfit
from castmates.files.inversion_file import ONE, TWO, misfit, sizes_in
from castmates.files.reading import read_utf8
from castmates.prompts.plan import Habits, Plan, plan
from castmates.prompts.problems import Problem
from castmates.prompts.scheduling import Pass
from castmates.studio.model_index import Model

if TYPE_CHECKING:
    from castmates.families.base import Base


@dataclass(frozen=True)
class Inverted:
    """A textual inversion that a prompt names, and how many tokens it takes."""

    name: str
    path: Path
    count: int


def chosen(
    name: str, files: Sequence[Model], widths: Mapping[str, int] | None, most: int
) -> Inverted:
    """The file of a name that the base reads.

    Args:
        widths: of the base's text encoders (`castmates.files.inversion_file`); None: not known.
        most: vectors that fit into a chunk.

    Raises:
        Unfit: none fits; the reason is said.
        BadInput: several fit, or none is a textual inversion that can be read.
    """
    misfits, fitting = Misfits(), []
    for model in files:
        with misfits.gather():
            sizes = sizes_in(Path(model.path))
            why = misfit(sizes, widths, most) if widths is not None else ""
            if why:
                raise Unfit(
                    f"The embedding '{name}' ({model.path}) does not fit the base: {why}.",
                    "Take its version for this base, or leave it out.",
                )
            fitting.append(Inverted(name, Path(model.path), max(n for n, _ in sizes.values())))
    if not fitting:
        misfits.raise_if_any()
    if len({one.path.resolve() for one in fitting}) > 1:
        paths = ", ".join(str(one.path) for one in fitting)
        raise BadInput(
            f"{len(fitting)} files are an embedding '{name}': {paths}.", "Rename one of them."
        )
    return fitting[0]


def planned(
    prompt: str,
    negative: str,
    course: Pass,
    habits: Habits,
    known: Mapping[str, Sequence[Model]],
    widths: Mapping[str, int] | None,
) -> tuple[Plan, tuple[Inverted, ...], list[Problem]]:
    """The plan of a prompt with its textual inversions, which files they are, and what is wrong.

    Args:
        known: name -> files of that name.
        widths: as in `chosen`.
    """
    names = replace(habits.cutter, embeddings=dict.fromkeys(known, 1))
    first = plan(prompt, negative, course, replace(habits, cutter=names))
    found: list[Inverted] = []
    problems: list[Problem] = []
    for name in first.inversions:
        try:
            found.append(chosen(name, known[name], widths, habits.cutter.capacity))
        except CastmatesError as error:
            problems.append(Problem("error", error.what, error.fix))
    if not first.inversions:
        return first, (), []
    counts = {one.name: one.count for one in found}
    cutter = replace(habits.cutter, embeddings=counts)
    return plan(prompt, negative, course, replace(habits, cutter=cutter)), tuple(found), problems


def widths_of(folder: Path | None) -> dict[str, int] | None:
    """How wide a base's text encoder is, by its folder; None: it does not say."""
    rooms = ("text_encoder", "text_encoder_2")
    if folder is None:
        return None
    there = [room for room in rooms if (folder / room / "config.json").is_file()]
    found = [_width(folder / room / "config.json") for room in there]
    parts = TWO if len(there) > 1 else (ONE,)
    return {part: n for part, n in zip(parts, found, strict=False) if n} or None


def _width(config: Path) -> int:
    """The width of a text encoder's words; 0: its configuration does not say."""
    try:
        said = json.loads(read_utf8(config)).get("hidden_size")
    except (ValueError, AttributeError, CastmatesError):
        return 0
    return said if isinstance(said, int) else 0


def bring_inversions(base: Base, wanted: Sequence[Inverted]) -> None:
    """Load textual inversions into a base, each once.

    Raises:
        Missing, BadInput, Unfit: all of them at once.
    """
    from castmates.adapters.inversion import load

    misfits = Misfits()
    for one in {one.name: one for one in wanted}.values():
        with misfits.gather():
            base.inversions.add(load(one.path, one.name))
    misfits.raise_if_any()
