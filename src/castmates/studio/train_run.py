"""The folder of a run, found by all that decides it, and who listens to the run; trains nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from castmates.core.events import Tell, both
from castmates.core.types import Value
from castmates.families.base import Base
from castmates.files.journal import Journal
from castmates.files.locks import holding
from castmates.files.settings import digest
from castmates.files.studio import CharacterFolder, RunFolder
from castmates.training.data import Item
from castmates.training.origin import Origin, origin_of
from castmates.training.plan import plan, repeated
from castmates.training.recipe import Recipe
from castmates.training.scalars import Scalars
from castmates.training.start import keep


class Whole(Value):
    """Everything that decides a run's result: the same whole goes on with the same run."""

    recipe: Recipe
    origin: Origin


def digest_of(base: Base, recipe: Recipe, items: Sequence[Item]) -> str:
    """The digest of everything that decides a run's result."""
    visited = repeated(items, recipe)
    return digest(Whole(recipe=recipe, origin=origin_of(base.name, base.fingerprint, visited)))


def run_of(
    base: Base,
    folder: CharacterFolder,
    recipe: Recipe,
    items: Sequence[Item],
    about: str = "",
    start: Path | None = None,
) -> RunFolder:
    """The run that was begun so, else a new one.

    Args:
        about: what sets a new one apart, behind its name.
        start: the adapter that it goes on from, which is copied into it.
    """
    run = folder.run_for(digest_of(base, recipe, items), about)
    if start is not None:
        keep(run, start)
    return run


@contextmanager
def kept(
    base: Base, run: RunFolder, recipe: Recipe, items: Sequence[Item], tell: Tell
) -> Iterator[Tell]:
    """Inside, nobody else writes into the run; what is told is written there, too.

    Raises:
        CastmatesError: another process works in the folder.
    """
    with holding(run.path):
        road = plan(recipe, items, native=base.facts.native_size)
        yield both(both(tell, Journal(run.journal).tell), Scalars(run, road.steps_per_epoch).tell)
