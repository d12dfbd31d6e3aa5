"""Train several adapters in one run over one frozen base; knows no studio and no terminal.

Every member keeps its own pictures, order, chance, optimizer, schedule, checkpoints and folder:
exactly what `loop.train` would do for it alone. Only the forwards are shared (`together`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import CastmatesError, Misfits, Stopped
from castmates.core.events import Tell, Warned, silent
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.files.studio import RunFolder
from castmates.training import cache
from castmates.training.asking import Work
from castmates.training.data import Item
from castmates.training.interruption import noted
from castmates.training.loop import Run, StopAsked, opened, ready
from castmates.training.recipe import Recipe
from castmates.training.samples import Samples
from castmates.training.side_by_side.together import Together


@dataclass(frozen=True)
class Member:
    """One of those that are trained side by side: the arguments of `loop.train`.

    Attributes:
        label: what it is called in messages; every member has another one.
    """

    label: str
    items: tuple[Item, ...]
    recipe: Recipe
    run: RunFolder
    character: Character
    tell: Tell = silent
    held_out: tuple[Item, ...] = ()
    samples: Samples | None = None


def train_cast(
    base: Base,
    members: Sequence[Member],
    tell: Tell = silent,
    done_before: Callable[[str], None] | None = None,
) -> list[list[Path]]:
    """Train them all, or go on where they were stopped, each from its own state.

    A member that is finished is not trained again; one that must end (its loss is no number) leaves
    the others alone, and is told when they are done.

    Args:
        tell: hears at once of a member that ended.
        done_before: is given the label of each that is finished already.

    Returns:
        The checkpoints of each, as `loop.train` returns them.

    Raises: as `loop.train`; before the first step for all members at once.
    """
    runs = _opened(base, members)
    todo = []
    for one, run in zip(members, runs, strict=True):
        if not run.is_finished:
            todo.append((one, run))
        elif done_before is not None:
            done_before(one.label)
    if todo:
        with ExitStack() as stack:
            starts = _prepared(todo, stack)
            with noted() as stop_asked:
                works = {
                    label: _watched(start(stop_asked), label, tell)
                    for label, start in starts.items()
                }
                company = Together(base, works)
                company.run()
        _end(company.errors)
    return [run.left() for run in runs]


def _opened(base: Base, members: Sequence[Member]) -> list[Run]:
    runs, misfits = [], Misfits()
    for one in members:
        with misfits.gather():
            runs.append(opened(base, one.items, one.recipe, one.run, one.character, one.tell))
    misfits.raise_if_any()
    return runs


Start = Callable[[StopAsked], Work[None]]


def _prepared(todo: Sequence[tuple[Member, Run]], stack: ExitStack) -> dict[str, Start]:
    """Everything encoded, and every adapter in the base's bank under a name of its own."""
    starts: dict[str, Start] = {}
    misfits = Misfits()
    for number, (one, run) in enumerate(todo, 1):
        _borrow_cache(one, [other for other, _ in todo[: number - 1]])
        adapter = f"{one.character.name} ({number})" if len(todo) > 1 else ""
        with misfits.gather():
            made = ready(run, one.held_out, one.samples, adapter)
            starts[one.label] = stack.enter_context(made)
    misfits.raise_if_any()
    return starts


def _borrow_cache(one: Member, before: Sequence[Member]) -> None:
    """What another member encoded of the same pictures need not be encoded again."""
    mine = one.run.state / cache.FILE
    for other in before:
        theirs = other.run.state / cache.FILE
        same = {item.digest for item in one.items} == {item.digest for item in other.items}
        if same and theirs.exists() and not mine.exists():
            shutil.copyfile(theirs, mine)


def _watched(work: Work[None], label: str, tell: Tell) -> Work[None]:
    """The same; an end before its time is told at once, because the others go on."""
    try:
        yield from work
    except Stopped:
        raise
    except CastmatesError as error:
        tell(Warned(what=f"{label} cannot go on, the others do: {error}"))
        raise


def _end(errors: Mapping[str, CastmatesError]) -> None:
    """Raise what ended members before their time."""
    stopped = [error for error in errors.values() if isinstance(error, Stopped)]
    failed = {label: e for label, e in errors.items() if not isinstance(e, Stopped)}
    if failed:
        misfits = Misfits()
        for label, error in failed.items():
            misfits.add(type(error)(f"{label}: {error.what}", error.fix))
        misfits.raise_if_any()
    if stopped:
        steps = " ".join(f"{label}: {error.what}" for label, error in errors.items())
        raise Stopped(steps, "The same command goes on from here.")
